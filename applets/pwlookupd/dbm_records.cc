// One pass over the lines. Which line wins a key is asked of the table, so that there is one rule
// for that.

#include "applets/pwlookupd/dbm_records.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "applets/pwlookupd/tables.h"
#include "core/flat_file.h"

namespace keelson {
namespace {

// A line with a hundred thousand aliases would be there a hundred thousand times.
constexpr uint64_t kMostTimesSource = 64;
constexpr uint64_t kMostBeside = 1 << 20;
constexpr uint64_t kRecordBytes = 24;

class Records {
 public:
  Records(std::string_view source, const DbmPut& put)
      : put_(put), left_(source.size() * kMostTimesSource + kMostBeside) {}

  void Put(std::string_view key, std::string_view value) {
    if (!error_.ok()) return;
    const uint64_t bytes = kRecordBytes + key.size() + value.size();
    if (bytes > left_ || value.size() > kMaxDbmValue) {
      error_ = Error(EFBIG);
      return;
    }
    left_ -= bytes;
    error_ = put_(key, value);
  }
  Error error() const { return error_; }
  bool ok() const { return error_.ok(); }

 private:
  const DbmPut& put_;
  uint64_t left_;
  Error error_;
};

bool IsSame(std::string_view a, std::string_view b) { return a.data() == b.data(); }

void PutHeader(const FileDatabase& table, DbmHeader version, Records* records) {
  version.entries = table.entries();
  version.has_compat_lines = table.has_compat_lines();
  records->Put(kDbmHeaderKey, FormatDbmHeader(version));
}

void PutPasswd(FileBytes file, const DbmHeader& version, Records* records) {
  const std::string_view bytes = file.view();
  const PasswdTable table(std::move(file));
  PutHeader(table, version, records);
  LineReader lines(bytes);
  PasswdEntry entry, first;
  for (Line line; records->ok() && lines.Next(&line);) {
    if (!ParsePasswd(line.text, &entry) || !IsLookupName(entry.name)) continue;
    if (table.FindName(entry.name, &first) && IsSame(first.name, entry.name)) {
      records->Put(DbmKey(kDbmName, entry.name), line.text);
    }
    if (table.FindUid(entry.uid, &first) && IsSame(first.name, entry.name)) {
      records->Put(DbmKey(kDbmId, entry.uid), line.text);
    }
  }
}

struct Membership {
  std::string_view user;
  size_t line;
  uint32_t gid;
  friend bool operator<(const Membership& a, const Membership& b) {
    return std::tie(a.user, a.line) < std::tie(b.user, b.line);
  }
};

// One gid for each line that has the user.
void PutMembers(std::string_view bytes, Records* records) {
  std::vector<Membership> all;
  LineReader lines(bytes);
  GroupEntry entry;
  for (Line line; lines.Next(&line);) {
    if (!ParseMemberships(line.text, &entry)) continue;
    std::string_view user;
    for (ListReader members(entry.members); members.Next(&user);) {
      all.push_back({user, line.offset, entry.gid});
    }
  }
  std::sort(all.begin(), all.end());
  std::string gids;
  for (size_t i = 0; records->ok() && i < all.size(); ++i) {
    const bool same_user = i > 0 && all[i].user == all[i - 1].user;
    if (same_user && all[i].line == all[i - 1].line) continue;
    if (same_user) {
      gids += ',';
    } else if (i > 0) {
      records->Put(DbmKey(kDbmMember, all[i - 1].user), gids);
      gids.clear();
    }
    gids += std::to_string(all[i].gid);
  }
  if (!all.empty()) records->Put(DbmKey(kDbmMember, all.back().user), gids);
}

void PutGroup(FileBytes file, const DbmHeader& version, Records* records) {
  const std::string_view bytes = file.view();
  const GroupTable table(std::move(file));
  PutHeader(table, version, records);
  LineReader lines(bytes);
  GroupEntry entry, first;
  for (Line line; records->ok() && lines.Next(&line);) {
    if (!ParseGroup(line.text, &entry) || !IsLookupName(entry.name)) continue;
    if (table.FindName(entry.name, &first) && IsSame(first.name, entry.name)) {
      records->Put(DbmKey(kDbmName, entry.name), line.text);
    }
    if (table.FindGid(entry.gid, &first) && IsSame(first.name, entry.name)) {
      records->Put(DbmKey(kDbmId, entry.gid), line.text);
    }
  }
  PutMembers(bytes, records);
}

void PutServices(FileBytes file, const DbmHeader& version, Records* records) {
  const std::string_view bytes = file.view();
  const ServiceTable table(std::move(file));
  PutHeader(table, version, records);
  LineReader lines(bytes);
  ServiceEntry entry, first;
  for (Line line; records->ok() && lines.Next(&line);) {
    if (!ParseService(line.text, &entry)) continue;
    const auto put_if = [&](bool found, const std::string& key) {
      if (found && IsSame(first.name, entry.name)) records->Put(key, line.text);
    };
    const std::string port = std::to_string(entry.port);
    const std::string_view protocol = entry.protocol;
    put_if(table.FindPort(entry.port, "", &first), DbmKey(kDbmPort, port));
    if (!protocol.empty()) {
      put_if(table.FindPort(entry.port, protocol, &first),
             DbmKey(kDbmPortProtocol, protocol, port));
    }
    std::string_view word = entry.name;
    ColumnReader aliases = entry.aliases;
    do {
      put_if(table.FindName(word, "", &first), DbmKey(kDbmName, word));
      if (!protocol.empty()) {
        put_if(table.FindName(word, protocol, &first), DbmKey(kDbmNameProtocol, protocol, word));
      }
    } while (records->ok() && aliases.Next(&word));
  }
}

}  // namespace

std::string DbmKey(char kind, std::string_view key) { return std::string(1, kind).append(key); }

std::string DbmKey(char kind, uint32_t number) { return DbmKey(kind, std::to_string(number)); }

std::string DbmKey(char kind, std::string_view protocol, std::string_view key) {
  std::string joined = DbmKey(kind, protocol);
  joined += '\0';
  return joined.append(key);
}

Error PutDbmRecords(Database database, FileBytes bytes, DbmHeader version, const DbmPut& put) {
  version.digest = DbmDigest(bytes.view());
  Records records(bytes.view(), put);
  switch (database) {
    case Database::kPasswd:
      PutPasswd(std::move(bytes), version, &records);
      break;
    case Database::kGroup:
      PutGroup(std::move(bytes), version, &records);
      break;
    default:
      PutServices(std::move(bytes), version, &records);
  }
  return records.error();
}

}  // namespace keelson
