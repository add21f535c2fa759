// Each format gives entries; what they say of each other is looked at once, for all alike.
#include "applets/useradd_profile/id_map.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "core/flat_file.h"
#include "core/log.h"
#include "core/sysusers.h"
#include "core/uid_gid_registry.h"

namespace keelson {

namespace {

constexpr size_t kTsvFields = 4;
constexpr std::string_view kHistorical = "historical";

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string Place(std::string_view path, uint32_t line) {
  return Printable(path) + ":" + std::to_string(line) + ": ";
}

std::string Described(const IdMapEntry& entry) {
  return std::string(AccountKindName(entry.kind)) + " " + entry.name;
}

// --- tsv ---

// Empty: *entry is right.
std::string ReadTsvLine(std::string_view text, IdMapEntry* entry) {
  std::array<std::string_view, kTsvFields + 1> fields;
  if (SplitFields(text, '\t', fields) != kTsvFields) return "there are not 4 fields between tabs";
  const auto [kind, name, id, state, rest] = fields;
  if (kind != "user" && kind != "group") return Quoted(kind) + " is not user or group";
  entry->kind = kind == "user" ? AccountKind::kUser : AccountKind::kGroup;
  if (!IsAccountName(name)) return Quoted(name) + " is not an account's name";
  entry->name = name;
  const std::optional<uint32_t> number = ParseAccountId(id);
  if (!number) return Quoted(id) + " is not an id";
  entry->id = *number;
  for (const AccountState known :
       {AccountState::kActive, AccountState::kLocked, AccountState::kReserved, AccountState::kGone,
        AccountState::kDefunct}) {
    if (AccountStateName(known) != state) continue;
    const bool spent = known == AccountState::kGone || known == AccountState::kDefunct;
    entry->state = spent ? known : AccountState::kReserved;
    return "";
  }
  return Quoted(state) + " is not a state";
}

void ReadTsv(std::string_view bytes, std::string_view path, IdMap* map,
             std::vector<std::string>* errors) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (line.text.starts_with('#') || (line.text.empty() && line.raw.size() <= 1)) continue;
    IdMapEntry entry;
    entry.line = line.number;
    const std::string wrong = ReadTsvLine(line.text, &entry);
    if (wrong.empty()) {
      map->entries.push_back(std::move(entry));
    } else {
      errors->push_back(Place(path, line.number) + Printable(wrong));
    }
  }
}

// --- sysusers ---

void ReadSysusers(std::string_view bytes, std::string_view path, IdMap* map,
                  std::vector<std::string>* errors) {
  std::vector<SysusersEntry> entries;
  const auto nothing = [](char) { return SpecifierValue{}; };
  for (const SysusersError& error : ParseSysusers(bytes, nothing, &entries)) {
    errors->push_back(error.Text(path));
  }
  std::set<std::string_view> groups;  // that have a line of their own
  for (const SysusersEntry& entry : entries) {
    if (entry.type == SysusersType::kGroup) groups.insert(entry.name);
  }
  const auto add = [&](AccountKind kind, const SysusersEntry& entry, uint32_t id) {
    if (IsAccountName(entry.name)) {
      map->entries.push_back({kind, entry.name, id, AccountState::kReserved, entry.line});
    } else {
      errors->push_back(Place(path, entry.line) + Quoted(entry.name) + " is not an account's name");
    }
  };
  for (const SysusersEntry& entry : entries) {
    if (entry.type == SysusersType::kGroup && entry.gid) {
      add(AccountKind::kGroup, entry, *entry.gid);
    }
    if (entry.type != SysusersType::kUser || !entry.uid) continue;
    add(AccountKind::kUser, entry, *entry.uid);
    // It makes a group of its name and id, unless another group is said.
    const bool own_group = !entry.gid && entry.group.empty() && !groups.contains(entry.name);
    if (own_group && IsAccountName(entry.name)) add(AccountKind::kGroup, entry, *entry.uid);
  }
}

// --- gentoo ---

// Ids of old that have other names now are those others'.
void AddRegistered(const UidGidRegistry& registry, AccountKind kind, IdMap* map) {
  std::set<std::string_view> names;
  std::set<uint32_t> used;
  for (const bool historical : {false, true}) {
    for (const RegisteredId& record : registry.records()) {
      const auto& ids = kind == AccountKind::kUser ? record.uids : record.gids;
      if ((record.provider == kHistorical) != historical || record.name.empty() || !ids) continue;
      if (ids->first != ids->last || registry.Find(kind, record.name) != ids->first) continue;
      if ((historical && used.contains(ids->first)) || !names.insert(record.name).second) continue;
      used.insert(ids->first);
      map->entries.push_back(
          {kind, std::string(record.name), ids->first, AccountState::kReserved, record.line});
    }
  }
}

void ReadGentoo(std::string_view bytes, std::string_view path, IdMap* map,
                std::vector<std::string>* errors) {
  UidGidRegistry registry;
  for (const ParseError& error : ParseUidGidRegistry(bytes, &registry)) {
    errors->push_back(error.Text(path));
  }
  map->ranges = registry.Reserved();
  AddRegistered(registry, AccountKind::kGroup, map);
  AddRegistered(registry, AccountKind::kUser, map);
}

// --- All of them ---

// Readers of lines end at a NUL byte, so that an id or a state could lose what follows.
bool HasNul(std::string_view bytes, std::string_view path, std::vector<std::string>* errors) {
  const size_t nul = bytes.find('\0');
  if (nul == bytes.npos) return false;
  const auto lines = std::count(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(nul), '\n');
  errors->push_back(Place(path, static_cast<uint32_t>(lines) + 1) + "there is a NUL byte in it");
  return true;
}

// Drops repeated entries; tells of those that disagree.
void Compare(std::string_view path, IdMap* map, std::vector<std::string>* errors) {
  std::stable_sort(map->entries.begin(), map->entries.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  std::map<std::pair<AccountKind, uint32_t>, const IdMapEntry*> of_id;
  std::map<std::pair<AccountKind, std::string_view>, const IdMapEntry*> living;
  std::vector<bool> repeated(map->entries.size());
  for (size_t i = 0; i < map->entries.size(); ++i) {
    const IdMapEntry& entry = map->entries[i];
    const auto fail = [&](const IdMapEntry& other, const std::string& what) {
      errors->push_back(Place(path, entry.line) + Described(entry) + ": " + what + " in line " +
                        std::to_string(other.line));
    };
    const auto [same_id, is_new] = of_id.try_emplace({entry.kind, entry.id}, &entry);
    if (!is_new) {
      const IdMapEntry& other = *same_id->second;
      repeated[i] = other.name == entry.name && other.state == entry.state;
      if (other.name != entry.name) {
        fail(other, "its id " + std::to_string(entry.id) + " is that of " + Described(other));
      } else if (!repeated[i]) {
        fail(other, "its id " + std::to_string(entry.id) + " is " +
                        std::string(AccountStateName(other.state)));
      }
      continue;
    }
    if (entry.state != AccountState::kReserved) continue;
    const auto [same_name, first] = living.try_emplace({entry.kind, entry.name}, &entry);
    if (!first) {
      fail(*same_name->second, "it has the id " + std::to_string(same_name->second->id));
    }
  }
  size_t at = 0;
  std::erase_if(map->entries, [&](const IdMapEntry&) { return repeated[at++]; });
}

}  // namespace

IdMapFormat GuessIdMapFormat(std::string_view bytes) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (line.text.starts_with("#!")) return IdMapFormat::kGentoo;
    const std::string_view text = SkipBlanks(line.text);
    if (text.empty() || text[0] == '#') continue;
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    if ((word == "user" || word == "group") && text.find('\t') == word.size()) {
      return IdMapFormat::kTsv;
    }
    const bool type = word == "u!" || (word.size() == 1 && word.find_first_of("ugmr") == 0);
    return type ? IdMapFormat::kSysusers : IdMapFormat::kGentoo;
  }
  return IdMapFormat::kTsv;
}

void ReadIdMap(std::string_view bytes, IdMapFormat format, std::string_view path, IdMap* map,
               std::vector<std::string>* errors) {
  *map = {};
  if (HasNul(bytes, path, errors)) return;
  if (format == IdMapFormat::kTsv) ReadTsv(bytes, path, map, errors);
  if (format == IdMapFormat::kSysusers) ReadSysusers(bytes, path, map, errors);
  if (format == IdMapFormat::kGentoo) ReadGentoo(bytes, path, map, errors);
  Compare(path, map, errors);
}

}  // namespace keelson
