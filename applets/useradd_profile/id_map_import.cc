// Every entry is judged by what was there before the first one, so the order of the map's lines
// means nothing; only then are the records put in.
#include "applets/useradd_profile/id_map_import.h"

#include <cstdio>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/id_map.h"
#include "core/log.h"
#include "platform/input.h"

namespace keelson {

namespace {

constexpr size_t kMaxMap = 256 * 1024 * 1024;  // bytes

class Importer {
 public:
  Importer(const AccountTable& table, const AccountFiles& files) : table_(table), files_(files) {}

  // What speaks against it; empty: nothing.
  std::string Conflict(const IdMapEntry& entry) const;
  bool ChangesNothing(const IdMapEntry& entry) const;

 private:
  std::string ConflictOfLiving(const IdMapEntry& entry) const;
  std::string ConflictOfSpent(const IdMapEntry& entry) const;
  std::string ConflictOfId(const IdMapEntry& entry) const;
  const AccountRecord* Same(const IdMapEntry& entry) const;
  std::optional<uint32_t> IdOf(const IdMapEntry& entry) const;

  const AccountTable& table_;
  const AccountFiles& files_;
};

std::string Named(AccountKind kind, std::string_view name) {
  return std::string(AccountKindName(kind)) + " " + std::string(name);
}

std::string IdText(const IdMapEntry& entry) {
  return (entry.kind == AccountKind::kUser ? "uid " : "gid ") + std::to_string(entry.id);
}

const AccountRecord* Importer::Same(const IdMapEntry& entry) const {
  for (const AccountRecord& record : table_.records()) {
    if (record.kind == entry.kind && record.id == entry.id && record.name == entry.name) {
      return &record;
    }
  }
  return nullptr;
}

// The id of the account of that name, as it is there.
std::optional<uint32_t> Importer::IdOf(const IdMapEntry& entry) const {
  if (entry.kind == AccountKind::kUser) {
    const UserRecord* user = files_.FindUser(entry.name);
    return user == nullptr ? std::nullopt : std::optional(user->uid);
  }
  const GroupRecord* group = files_.FindGroup(entry.name);
  return group == nullptr ? std::nullopt : std::optional(group->gid);
}

// Whether the id is another's.
std::string Importer::ConflictOfId(const IdMapEntry& entry) const {
  const std::string holder =
      entry.kind == AccountKind::kUser ? files_.UidHolder(entry.id) : files_.GidHolder(entry.id);
  if (!holder.empty() && holder != entry.name) {
    return IdText(entry) + " belongs to " + Named(entry.kind, holder) + " here";
  }
  for (const AccountRecord& record : table_.records()) {
    if (record.id != entry.id || record.name == entry.name) continue;
    if (record.IsTombstone() && entry.state == AccountState::kReserved) {
      return IdText(entry) + " is spent here: " + Named(record.kind, record.name) + " had it";
    }
    if (record.kind == entry.kind && !record.IsTombstone()) {
      return IdText(entry) + " is kept for " + Named(record.kind, record.name) + " here";
    }
  }
  return "";
}

std::string Importer::ConflictOfLiving(const IdMapEntry& entry) const {
  const std::optional<uint32_t> there = IdOf(entry);
  if (there && *there != entry.id) return "it has the id " + std::to_string(*there) + " here";
  const AccountRecord* record = table_.Find(entry.kind, entry.name);
  // A reservation may be replaced by a later one: nobody has had the id.
  if (record != nullptr && !record->IsTombstone() && record->id != entry.id &&
      record->state != AccountState::kReserved) {
    return "it has the id " + std::to_string(record->id) + " here";
  }
  const AccountRecord* same = Same(entry);
  if (same != nullptr && same->state == AccountState::kDefunct) {
    return IdText(entry) + " is that of a defunct account of this name here";
  }
  return "";
}

std::string Importer::ConflictOfSpent(const IdMapEntry& entry) const {
  const AccountRecord* same = Same(entry);
  const bool lives = same != nullptr &&
                     (same->state == AccountState::kActive || same->state == AccountState::kLocked);
  if (lives || IdOf(entry) == entry.id) {
    return IdText(entry) + " is spent elsewhere, and it has it here";
  }
  return "";
}

std::string Importer::Conflict(const IdMapEntry& entry) const {
  const std::string own =
      entry.state == AccountState::kReserved ? ConflictOfLiving(entry) : ConflictOfSpent(entry);
  return own.empty() ? ConflictOfId(entry) : own;
}

bool Importer::ChangesNothing(const IdMapEntry& entry) const {
  const AccountRecord* same = Same(entry);
  if (entry.state == AccountState::kReserved) {
    return (same != nullptr && !same->IsTombstone()) || IdOf(entry) == entry.id;
  }
  return same != nullptr && same->IsTombstone();
}

// "reserve:a-b,c" for accounts/accounts.
std::string ReserveLine(const std::vector<IdRange>& ranges) {
  std::string line = "reserve:";
  for (const IdRange& range : ranges) {
    if (line.back() != ':') line += ",";
    line += std::to_string(range.first);
    if (range.last != range.first) line += "-" + std::to_string(range.last);
  }
  return line;
}

std::optional<IdMapFormat> GivenFormat(std::string_view word) {
  if (word == "tsv") return IdMapFormat::kTsv;
  if (word == "sysusers") return IdMapFormat::kSysusers;
  if (word == "gentoo") return IdMapFormat::kGentoo;
  return std::nullopt;
}

// The map's lines that are news, or a Status with all that is wrong told.
absl::Status JudgeMap(const UpdateCall& call, const std::string& path, const IdMap& map,
                      AccountChange* change, std::vector<const IdMapEntry*>* news) {
  AccountFiles::Names names;
  for (const IdMapEntry& entry : map.entries) {
    (entry.kind == AccountKind::kUser ? names.users : names.groups).insert(entry.name);
  }
  if (absl::Status status = change->ReadFiles(names); !status.ok()) return status;
  const Importer importer(change->table(), change->files());
  std::vector<std::string> errors;
  for (const IdMapEntry& entry : map.entries) {
    const std::string conflict = importer.Conflict(entry);
    if (!conflict.empty()) {
      errors.push_back(path + ":" + std::to_string(entry.line) + ": " +
                       Named(entry.kind, entry.name) + ": " + conflict);
    } else if (!importer.ChangesNothing(entry)) {
      news->push_back(&entry);
    }
  }
  return errors.empty() ? absl::OkStatus() : FailWith(call.applet(), errors);
}

}  // namespace

absl::StatusOr<int> RunImport(const UpdateCall& call) {
  const std::string path(call.operands[0]);
  std::optional<IdMapFormat> format;
  if (call.invocation.Has("format")) {
    format = GivenFormat(call.invocation.Text("format"));
    if (!format) return UsageError("import: --format is tsv, sysusers or gentoo");
  }
  std::string bytes;
  if (Error error = ReadInput(path, kMaxMap, &bytes); !error.ok()) {
    return InputError(path, error);
  }
  IdMap map;
  std::vector<std::string> errors;
  ReadIdMap(bytes, format.value_or(GuessIdMapFormat(bytes)), path, &map, &errors);
  if (!errors.empty()) return FailWith(call.applet(), errors);

  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), call.access()); !status.ok()) return status;
  std::vector<const IdMapEntry*> news;
  if (absl::Status status = JudgeMap(call, path, map, &change, &news); !status.ok()) return status;
  const int64_t now = AccountTime();
  for (const IdMapEntry* entry : news) {
    change.table().Put({entry->kind, entry->name, entry->id, entry->state, {}, path, now, ""});
  }
  if (!call.dry_run()) {
    if (absl::Status status = change.Commit(); !status.ok()) return status;
  }
  for (const IdMapEntry* entry : news) {
    const char* verb = entry->state == AccountState::kReserved ? "reserve" : "spend";
    std::puts(
        (std::string(verb) + " " + Named(entry->kind, entry->name) + " " + IdText(*entry)).c_str());
  }
  if (map.entries.empty()) PrintError(call.applet(), path + ": no account is in it");
  if (!map.ranges.empty()) {
    PrintError(call.applet(), path + ": ranges are not taken over; in accounts/accounts they are " +
                                  ReserveLine(map.ranges));
  }
  return 0;
}

}  // namespace keelson
