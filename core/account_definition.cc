// Each kind of file has one table: a key and the function that reads its text into the definition.
// Parsing checks by reading; merging puts the keys of two files together and reads them again, so
// that no field can be forgotten in one of the two.
#include "core/account_definition.h"

#include <algorithm>
#include <span>

#include "core/config.h"

namespace keelson {

namespace {

// What is wrong with a value; empty: nothing.
using Wrong = std::string;

template <typename D>
struct KeyRow {
  const char* key;
  Wrong (*read)(std::string_view text, D* definition);
};

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// --- Values that several keys have ---

constexpr size_t kMaxField = 1024;  // bytes: readers of passwd have lines of a few thousand

// A field of passwd or group.
Wrong ReadText(std::string_view text, std::optional<std::string>* field) {
  if (text.size() > kMaxField) return "a value of more than 1024 bytes";
  if (text.find(':') != text.npos) return "a colon cannot stand in " + Quoted(text);
  if (std::any_of(text.begin(), text.end(), IsControl)) return "a control character in the value";
  *field = text;
  return "";
}

Wrong ReadPath(std::string_view text, std::optional<std::string>* field) {
  if (!text.starts_with('/')) return Quoted(text) + " is not an absolute path";
  return ReadText(text, field);
}

Wrong ReadPassword(std::string_view text, std::optional<std::string>* field) {
  if (text.empty() || text == "x") {
    field->reset();
    return "";
  }
  if (std::any_of(text.begin(), text.end(), IsBlank)) return "a blank cannot stand in a password";
  return ReadText(text, field);
}

Wrong ReadYesNo(std::string_view text, bool* field) {
  const std::optional<bool> yes = ParseYesNo(text);
  if (!yes) return Quoted(text) + " is not yes or no";
  *field = *yes;
  return "";
}

Wrong ReadDefunct(std::string_view text, std::optional<bool>* field) {
  return ReadYesNo(text, &field->emplace());
}

Wrong IdIsWrong(std::string_view text) {
  return Quoted(text) + " is not an id: 0 to 4294967294 without 65535";
}

Wrong ReadId(std::string_view text, std::optional<uint32_t>* field) {
  field->reset();
  if (text == "-") return "";
  *field = ParseAccountId(text);
  return *field ? "" : IdIsWrong(text);
}

Wrong ReadBound(std::string_view text, uint32_t* field) {
  const std::optional<uint32_t> id = ParseAccountId(text);
  if (!id) return IdIsWrong(text);
  *field = *id;
  return "";
}

Wrong ReadSeconds(std::string_view text, std::optional<int64_t>* field) {
  constexpr uint64_t kEnd = 253402300799;  // of the year 9999
  const std::optional<uint64_t> seconds = ParseUnsigned(text);
  if (!seconds || *seconds > kEnd) return Quoted(text) + " is not a time in seconds since 1970";
  *field = static_cast<int64_t>(*seconds);
  return "";
}

Wrong ReadNames(std::string_view text, std::vector<std::string>* field) {
  field->clear();
  ListReader items(text);
  for (std::string_view item; items.Next(&item);) {
    item = TrimBlanks(item);
    if (!IsAccountName(item)) return Quoted(item) + " is not an account's name";
    if (std::find(field->begin(), field->end(), item) == field->end()) field->emplace_back(item);
  }
  return "";
}

template <typename D>
Wrong ReadOwnName(std::string_view text, D* definition) {
  if (text == definition->name) return "";
  return Quoted(text) + " is not the file's name, " + Quoted(definition->name);
}

bool IsAllDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

Wrong ReadPrimaryGroup(std::string_view text, UserDefinition* user) {
  user->gid.reset();
  user->group.clear();
  if (text == "-" || IsAllDigits(text)) return ReadId(text, &user->gid);
  if (!IsAccountName(text)) return Quoted(text) + " is neither an id nor a group's name";
  user->group = text;
  return "";
}

Wrong ReadHomeOwner(std::string_view text, UserDefinition* user) {
  const size_t colon = text.find(':');
  const auto names = [](std::string_view owner) {
    return IsAccountName(owner) || ParseAccountId(owner).has_value();
  };
  if (colon == text.npos || !names(text.substr(0, colon)) || !names(text.substr(colon + 1))) {
    return Quoted(text) + " is not USER:GROUP";
  }
  user->home_user = text.substr(0, colon);
  user->home_group = text.substr(colon + 1);
  return "";
}

Wrong ReadHomeMode(std::string_view text, UserDefinition* user) {
  const Number mode = TakeNumber(text, 8);
  if (!IsAllDigits(text) || mode.used != text.size() || mode.value > 07777) {
    return Quoted(text) + " is not an octal mode of at most 7777";
  }
  user->home_mode = static_cast<uint32_t>(mode.value);
  return "";
}

Wrong ReadSubidCount(std::string_view text, UserDefinition* user) {
  const std::optional<uint32_t> count = ParseAccountId(text);
  if (!count && text != "65535") return Quoted(text) + " is not a number of ids";
  user->subid_count = count.value_or(65535);
  return "";
}

Wrong ReadClass(std::string_view text, UserDefinition* user) {
  std::optional<std::string> login_class;
  const Wrong wrong = ReadText(text, &login_class);
  user->login_class = login_class.value_or("");
  return wrong;
}

Wrong ReadDirection(std::string_view text, AccountDefaults* defaults) {
  if (text != "up" && text != "down") return Quoted(text) + " is not down or up";
  defaults->upwards = text == "up";
  return "";
}

Wrong ReadReserve(std::string_view text, AccountDefaults* defaults) {
  defaults->reserved.clear();
  ListReader items(text);
  for (std::string_view item; items.Next(&item);) {
    const std::optional<IdRange> range = ParseIdRange(TrimBlanks(item));
    if (!range) return Quoted(item) + " is not an id or a range FIRST-LAST";
    defaults->reserved.push_back(*range);
  }
  return "";
}

// --- The tables ---

using User = UserDefinition;
constexpr KeyRow<User> kUserKeys[] = {
    {"inherit", [](std::string_view t, User* u) { return ReadYesNo(t, &u->inherit); }},
    {"user", ReadOwnName<User>},
    {"uid", [](std::string_view t, User* u) { return ReadId(t, &u->uid); }},
    {"gid", ReadPrimaryGroup},
    {"groups", [](std::string_view t, User* u) { return ReadNames(t, &u->groups); }},
    {"gecos", [](std::string_view t, User* u) { return ReadText(t, &u->gecos); }},
    {"home", [](std::string_view t, User* u) { return ReadPath(t, &u->home); }},
    {"shell", [](std::string_view t, User* u) { return ReadPath(t, &u->shell); }},
    {"password", [](std::string_view t, User* u) { return ReadPassword(t, &u->password); }},
    {"locked", [](std::string_view t, User* u) { return ReadYesNo(t, &u->locked); }},
    {"enforce-id", [](std::string_view t, User* u) { return ReadYesNo(t, &u->enforce_id); }},
    {"create-home", [](std::string_view t, User* u) { return ReadYesNo(t, &u->create_home); }},
    {"home-owner", ReadHomeOwner},
    {"home-mode", ReadHomeMode},
    {"subid-count", ReadSubidCount},
    {"class", ReadClass},
    {"change", [](std::string_view t, User* u) { return ReadSeconds(t, &u->change); }},
    {"expire", [](std::string_view t, User* u) { return ReadSeconds(t, &u->expire); }},
    {"allow-root", [](std::string_view t, User* u) { return ReadYesNo(t, &u->allow_root); }},
    {"defunct", [](std::string_view t, User* u) { return ReadDefunct(t, &u->defunct); }},
};

using Group = GroupDefinition;
constexpr KeyRow<Group> kGroupKeys[] = {
    {"inherit", [](std::string_view t, Group* g) { return ReadYesNo(t, &g->inherit); }},
    {"group", ReadOwnName<Group>},
    {"gid", [](std::string_view t, Group* g) { return ReadId(t, &g->gid); }},
    {"users", [](std::string_view t, Group* g) { return ReadNames(t, &g->users); }},
    {"password", [](std::string_view t, Group* g) { return ReadPassword(t, &g->password); }},
    {"enforce-id", [](std::string_view t, Group* g) { return ReadYesNo(t, &g->enforce_id); }},
    {"allow-root", [](std::string_view t, Group* g) { return ReadYesNo(t, &g->allow_root); }},
    {"defunct", [](std::string_view t, Group* g) { return ReadDefunct(t, &g->defunct); }},
};

using Defaults = AccountDefaults;
constexpr KeyRow<Defaults> kDefaultsKeys[] = {
    {"uid-min", [](std::string_view t, Defaults* d) { return ReadBound(t, &d->uids.first); }},
    {"uid-max", [](std::string_view t, Defaults* d) { return ReadBound(t, &d->uids.last); }},
    {"gid-min", [](std::string_view t, Defaults* d) { return ReadBound(t, &d->gids.first); }},
    {"gid-max", [](std::string_view t, Defaults* d) { return ReadBound(t, &d->gids.last); }},
    {"allocate", ReadDirection},
    {"reserve", ReadReserve},
    {"shell", [](std::string_view t, Defaults* d) { return ReadPath(t, &d->shell); }},
    {"home", [](std::string_view t, Defaults* d) { return ReadPath(t, &d->home); }},
    {"password", [](std::string_view t, Defaults* d) { return ReadPassword(t, &d->password); }},
    {"system",
     [](std::string_view t, Defaults*) -> Wrong {
       if (t == "all" || IsAccountSystem(t)) return "";
       return Quoted(t) + " is not all, linux, freebsd, netbsd, openbsd or dragonfly";
     }},
};

template <typename D>
std::span<const KeyRow<D>> Rows();
template <>
std::span<const KeyRow<User>> Rows() {
  return kUserKeys;
}
template <>
std::span<const KeyRow<Group>> Rows() {
  return kGroupKeys;
}
template <>
std::span<const KeyRow<Defaults>> Rows() {
  return kDefaultsKeys;
}

// --- Reading and merging by a table ---

// flat_file's readers end a line at NUL; here that would hide what comes behind it.
std::optional<ParseError> FindNul(std::string_view bytes) {
  const size_t nul = bytes.find('\0');
  if (nul == bytes.npos) return std::nullopt;
  const std::string_view before = bytes.substr(0, nul);
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto lines = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  return ParseError{{lines + 1, static_cast<uint32_t>(nul - line_begin + 1)}, "a NUL byte"};
}

// The keys of one file. repeated: the caller looks for repetition itself.
template <typename D>
ConfigRecord ReadKeys(std::string_view bytes, bool repeated, std::vector<ParseError>* errors) {
  if (const std::optional<ParseError> nul = FindNul(bytes)) {
    errors->push_back(*nul);
    return {};
  }
  // Records point to these.
  static const auto* const table = [] {
    auto* made = new std::vector<ConfigKey>[2];
    for (const KeyRow<D>& row : Rows<D>()) {
      made[0].push_back({.name = row.key, .type = ConfigType::kText});
      made[1].push_back({.name = row.key, .type = ConfigType::kText, .repeated = true});
    }
    return made;
  }();
  std::vector<ConfigRecord> records;
  *errors = ParseConfig(bytes, table[repeated ? 1 : 0], true, &records);
  return records.empty() ? ConfigRecord{} : std::move(records.front());
}

template <typename D>
Wrong ReadInto(std::string_view key, std::string_view value, D* definition) {
  for (const KeyRow<D>& row : Rows<D>()) {
    if (row.key == key) return row.read(value, definition);
  }
  return "unknown key";
}

// Takes one key of a file; a later one of the same name replaces it.
template <typename D>
void AddKey(const ConfigKey& key, const ConfigValue& value, const DefinitionFile& file,
            D* definition, std::vector<ParseError>* errors) {
  Wrong wrong = ReadInto(key.name, value.text, definition);
  if (std::string_view(key.name) == "allow-root" && !file.local && wrong.empty()) {
    wrong = "counts in the local override only";
  }
  if (!wrong.empty()) {
    errors->push_back({value.at, std::string(key.name) + ": " + wrong});
    return;
  }
  std::erase_if(definition->keys,
                [&](const DeclaredKey& old) { return std::string_view(old.key) == key.name; });
  definition->keys.push_back({key.name, value.text, file.path, value.at});
}

void SortErrors(std::vector<ParseError>* errors) {
  std::stable_sort(errors->begin(), errors->end(), [](const ParseError& a, const ParseError& b) {
    return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
  });
}

template <typename D>
std::vector<ParseError> ParseDefinition(std::string_view bytes, std::string_view name,
                                        const DefinitionFile& file, D* definition) {
  *definition = {};
  definition->name = name;
  std::vector<ParseError> errors;
  const ConfigRecord record = ReadKeys<D>(bytes, false, &errors);
  for (const auto& [key, value] : record.values) {
    if (std::string_view(key->name) == "inherit" && &value != &record.values.front().second) {
      errors.push_back({value.at, "inherit: has to be the first key"});
      continue;
    }
    AddKey(*key, value, file, definition, &errors);
  }
  SortErrors(&errors);
  return errors;
}

template <typename D>
D MergeKeys(const D& base, const D& over) {
  D merged;
  if constexpr (requires { merged.name; }) merged.name = over.name;
  for (const DeclaredKey& key : base.keys) {
    const bool own = std::string_view(key.key) == "inherit" || over.Find(key.key) != nullptr;
    if (!own) merged.keys.push_back(key);
  }
  merged.keys.insert(merged.keys.end(), over.keys.begin(), over.keys.end());
  for (const DeclaredKey& key : merged.keys) ReadInto(key.key, key.value, &merged);
  return merged;
}

const DeclaredKey* FindKey(const std::vector<DeclaredKey>& keys, std::string_view wanted) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const DeclaredKey& key) { return key.key == wanted; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

std::string DeclaredKey::Fault(std::string_view what) const {
  return ParseError{at, std::string(key) + ": " + std::string(what)}.Text(file);
}

const DeclaredKey* UserDefinition::Find(std::string_view key) const { return FindKey(keys, key); }
const DeclaredKey* GroupDefinition::Find(std::string_view key) const { return FindKey(keys, key); }
const DeclaredKey* AccountDefaults::Find(std::string_view key) const { return FindKey(keys, key); }

const DeclaredKey* UserDefinition::ForbiddenRoot() const {
  if (allow_root) return nullptr;
  if (uid == 0u) return Find("uid");
  return gid == 0u ? Find("gid") : nullptr;
}

const DeclaredKey* GroupDefinition::ForbiddenRoot() const {
  return !allow_root && gid == 0u ? Find("gid") : nullptr;
}

std::string AccountDefaults::Fault() const {
  const struct {
    const char *low, *high;
    IdRange range;
  } kRanges[] = {{"uid-min", "uid-max", uids}, {"gid-min", "gid-max", gids}};
  for (const auto& c : kRanges) {
    if (c.range.first <= c.range.last) continue;
    const DeclaredKey* key = Find(c.high) ? Find(c.high) : Find(c.low);
    return key->Fault("the range " + std::to_string(c.range.first) + " to " +
                      std::to_string(c.range.last) + " is empty");
  }
  return "";
}

std::vector<ParseError> ParseUserDefinition(std::string_view bytes, std::string_view name,
                                            const DefinitionFile& file,
                                            UserDefinition* definition) {
  return ParseDefinition(bytes, name, file, definition);
}

std::vector<ParseError> ParseGroupDefinition(std::string_view bytes, std::string_view name,
                                             const DefinitionFile& file,
                                             GroupDefinition* definition) {
  return ParseDefinition(bytes, name, file, definition);
}

std::vector<ParseError> ParseAccountDefaults(std::string_view bytes, std::string_view system,
                                             const DefinitionFile& file,
                                             AccountDefaults* defaults) {
  *defaults = {};
  AccountDefaults others;  // what is said of other systems
  std::vector<ParseError> errors;
  const ConfigRecord record = ReadKeys<AccountDefaults>(bytes, true, &errors);
  bool applies = true;
  std::vector<std::pair<std::string_view, uint32_t>> seen;  // since the last line system:NAME
  for (const auto& [key, value] : record.values) {
    const std::string_view name = key->name;
    if (name == "system") {
      const Wrong wrong = ReadInto(name, value.text, defaults);
      if (!wrong.empty()) errors.push_back({value.at, "system: " + wrong});
      applies = value.text == "all" || value.text == system;
      seen.clear();
      continue;
    }
    const auto first = std::find_if(seen.begin(), seen.end(),
                                    [&](const auto& other) { return other.first == name; });
    if (first != seen.end()) {
      errors.push_back(
          {value.at, Quoted(name) + " is already given in line " + std::to_string(first->second)});
      continue;
    }
    seen.emplace_back(name, value.at.line);
    AddKey(*key, value, file, applies ? defaults : &others, &errors);
  }
  SortErrors(&errors);
  return errors;
}

bool IsAccountSystem(std::string_view system) {
  constexpr std::string_view kSystems[] = {"linux", "freebsd", "netbsd", "openbsd", "dragonfly"};
  return std::find(std::begin(kSystems), std::end(kSystems), system) != std::end(kSystems);
}

UserDefinition Merge(const UserDefinition& base, const UserDefinition& over) {
  return MergeKeys(base, over);
}

GroupDefinition Merge(const GroupDefinition& base, const GroupDefinition& over) {
  return MergeKeys(base, over);
}

AccountDefaults Merge(const AccountDefaults& base, const AccountDefaults& over) {
  return MergeKeys(base, over);
}

}  // namespace keelson
