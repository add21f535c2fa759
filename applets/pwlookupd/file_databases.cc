// DBM record -> is it really what was asked for? -> entry; or bytes -> scan -> entry.

#include "applets/pwlookupd/file_databases.h"

#include <utility>

#include "applets/pwlookupd/dbm_records.h"
#include "applets/pwlookupd/memberships.h"
#include "applets/pwlookupd/scan.h"
#include "core/flat_file.h"

namespace keelson {

using Found = DbmReader::Found;

Found FileAnswers::Record(const std::string& key, std::string_view* value) const {
  failed_ = false;
  if (dbm_ == nullptr) return Found::kDamaged;
  const Found found = dbm_->Find(key, value);
  if (found == Found::kDamaged) {
    dbm_.reset();
    on_damage_();
  }
  return found;
}

void FileAnswers::Adopt(std::unique_ptr<Dbm> dbm) { dbm_ = std::move(dbm); }

std::string_view FileAnswers::Scan() const {
  std::string_view bytes;
  failed_ = !bytes_(&bytes);
  return failed_ ? std::string_view() : bytes;
}

FileFacts CountFile(Database database, std::string_view bytes) {
  FileFacts facts;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    PasswdEntry passwd;
    GroupEntry group;
    ServiceEntry service;
    std::string_view name;
    if (database == Database::kPasswd) {
      if (!ParsePasswd(line.text, &passwd)) continue;
      name = passwd.name;
    } else if (database == Database::kGroup) {
      if (!ParseGroup(line.text, &group)) continue;
      name = group.name;
    } else if (!ParseService(line.text, &service)) {
      continue;
    }
    ++facts.entries;
    facts.has_compat_lines |= !IsLookupName(name);
  }
  return facts;
}

bool FilePasswd::FindName(std::string_view name, PasswdEntry* entry) const {
  std::string_view line;
  const Found found = answers_->Record(DbmKey(kDbmName, name), &line);
  if (found == Found::kDamaged) return ScanPasswdName(answers_->Scan(), name, entry);
  return found == Found::kYes && ParsePasswd(line, entry);
}

bool FilePasswd::FindUid(uint32_t uid, PasswdEntry* entry) const {
  std::string_view line;
  const Found found = answers_->Record(DbmKey(kDbmId, uid), &line);
  if (found == Found::kDamaged) return ScanPasswdUid(answers_->Scan(), uid, entry);
  return found == Found::kYes && ParsePasswd(line, entry);
}

bool FileGroup::FindName(std::string_view name, GroupEntry* entry) const {
  std::string_view line;
  const Found found = answers_->Record(DbmKey(kDbmName, name), &line);
  if (found == Found::kDamaged) return ScanGroupName(answers_->Scan(), name, entry);
  return found == Found::kYes && ParseGroup(line, entry);
}

bool FileGroup::FindGid(uint32_t gid, GroupEntry* entry) const {
  std::string_view line;
  const Found found = answers_->Record(DbmKey(kDbmId, gid), &line);
  if (found == Found::kDamaged) return ScanGroupGid(answers_->Scan(), gid, entry);
  return found == Found::kYes && ParseGroup(line, entry);
}

std::vector<uint32_t> FileGroup::GidsOf(std::string_view user) const {
  std::string_view list;
  const Found found = answers_->Record(DbmKey(kDbmMember, user), &list);
  if (found == Found::kDamaged) return ScanInitgroups(answers_->Scan(), user);
  std::vector<uint32_t> gids;
  if (found == Found::kNo) return gids;
  ListReader items(list);
  for (std::string_view item; items.Next(&item);) {
    if (const auto gid = ParseId(item)) gids.push_back(*gid);
  }
  return gids;
}

std::vector<uint32_t> FileGroup::GroupsOf(std::string_view user) const {
  std::vector<uint32_t> gids = GidsOf(user);
  KeepFirstOfEach(&gids);
  return gids;
}

bool FileServices::FindName(std::string_view name, std::string_view protocol,
                            ServiceEntry* entry) const {
  const bool any = protocol.empty();
  std::string_view line;
  const Found found = answers_->Record(
      any ? DbmKey(kDbmName, name) : DbmKey(kDbmNameProtocol, protocol, name), &line);
  if (found != Found::kDamaged) return found == Found::kYes && ParseService(line, entry);
  ServiceKey key;
  key.name = name;
  if (!any) key.protocol = protocol;
  return ScanServices(answers_->Scan(), key, entry);
}

bool FileServices::FindPort(uint16_t port, std::string_view protocol, ServiceEntry* entry) const {
  const bool any = protocol.empty();
  const std::string number = std::to_string(port);
  std::string_view line;
  const Found found = answers_->Record(
      any ? DbmKey(kDbmPort, number) : DbmKey(kDbmPortProtocol, protocol, number), &line);
  if (found != Found::kDamaged) return found == Found::kYes && ParseService(line, entry);
  ServiceKey key;
  key.port = port;
  if (!any) key.protocol = protocol;
  return ScanServices(answers_->Scan(), key, entry);
}

}  // namespace keelson
