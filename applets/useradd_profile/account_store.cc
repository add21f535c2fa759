// One pass over each file. Of a line that nobody asked for, only the name and the id are looked at.
#include "applets/useradd_profile/account_store.h"

#include <algorithm>
#include <utility>

#include "core/flat_file.h"
#include "core/passwd.h"

namespace keelson {
namespace {

constexpr char kSubuid[] = "/etc/subuid";
constexpr char kSubgid[] = "/etc/subgid";
constexpr size_t kDigitsThatFit = 9;  // in 32 bits, whatever they are

template <typename Record>
void ReadLines(Accounts<Record>* all, IdHolders::Parse parse,
               bool (*read)(std::string_view, Record*), bool every_name) {
  LineReader reader(all->text.bytes());
  std::string_view name;
  uint32_t id;
  for (Line line; reader.Next(&line);) {
    if (!parse(line.text, &name, &id) || !IsLookupName(name)) continue;
    all->ids.Add(id);
    Account<Record>* account = every_name ? all->Insert(name) : all->Find(name);
    if (account == nullptr) continue;
    if (!account->exists) account->exists = read(line.text, &account->record);
    account->lines.push_back(line.offset);
  }
}

// shadow and gshadow: only the name matters here.
template <typename Record>
void ReadShadowLines(Accounts<Record>* all, void (*read)(std::string_view, Record*)) {
  LineReader reader(all->shadow.bytes());
  for (Line line; reader.Next(&line);) {
    const std::string_view text = SkipBlanks(line.text);
    Account<Record>* account = all->Find(text.substr(0, text.find(':')));
    if (account == nullptr) continue;
    if (account->exists && account->shadow_lines.empty()) read(line.text, &account->record);
    account->shadow_lines.push_back(line.offset);
  }
}

// Lines as nearly all are: a letter first, and a plain id that has something behind it.
bool OrdinaryGroupIds(std::string_view line, std::string_view* name, uint32_t* id) {
  if (line.empty() || line[0] < 'a' || line[0] > 'z') return false;
  const size_t colon = line.find(':');
  const size_t second = colon == line.npos ? colon : line.find(':', colon + 1);
  if (second == line.npos) return false;
  uint32_t value = 0;
  size_t at = second + 1;
  for (; at < line.size() && line[at] >= '0' && line[at] <= '9'; ++at) {
    value = value * 10 + static_cast<uint32_t>(line[at] - '0');
  }
  const size_t digits = at - second - 1;
  if (digits == 0 || digits > kDigitsThatFit || at == line.size() || line[at] != ':') return false;
  *name = line.substr(0, colon);
  *id = value;
  return true;
}

void ReadGshadowLine(std::string_view line, GroupRecord* group) {
  group->password = FieldOf(line, 1);
}

}  // namespace

bool PasswdIds(std::string_view line, std::string_view* name, uint32_t* id) {
  return ParsePasswdKeys(line, name, id);
}

bool GroupIds(std::string_view line, std::string_view* name, uint32_t* id) {
  if (OrdinaryGroupIds(line, name, id)) return true;
  GroupEntry entry;
  if (!ParseGroup(line, &entry)) return false;
  *name = entry.name;
  *id = entry.gid;
  return true;
}

Error AccountFiles::State::Read(Root& root, const Names& wanted, std::string* path) {
  const auto read = [&](AccountText* text, const char* from) {
    *path = from;
    return text->Read(root, *path);
  };
  users.names.Reserve(wanted.users.size() + wanted.more_users.size());
  groups.names.Reserve(wanted.groups.size() + wanted.more_groups.size());
  for (const std::string& name : wanted.users) users.Insert(name);
  for (const std::string& name : wanted.groups) groups.Insert(name);
  for (std::string_view name : wanted.more_users) users.Insert(name);
  for (std::string_view name : wanted.more_groups) groups.Insert(name);

  Error error = read(&users.text, users_path());
  if (error.ok()) error = read(&groups.text, kGroup);
  if (!error.ok()) return error;
  ReadLines(&users, PasswdIds, linux_files() ? ReadPasswdLine : ReadMasterLine, wanted.all);
  ReadLines(&groups, GroupIds, ReadGroupLine, wanted.all);
  if (!linux_files()) return kOk;

  error = read(&users.shadow, kShadow);
  if (error.ok()) error = read(&groups.shadow, kGshadow);
  if (error.ok()) error = read(&subuid, kSubuid);
  if (error.ok()) error = read(&subgid, kSubgid);
  if (!error.ok()) return error;
  users.has_shadow = users.shadow.exists() || !users.text.exists();
  groups.has_shadow = groups.shadow.exists() || !groups.text.exists();
  ReadShadowLines(&users, ReadShadowLine);
  ReadShadowLines(&groups, ReadGshadowLine);
  ReadSubordinates();
  return kOk;
}

void AccountFiles::State::ReadSubordinates() {
  for (const AccountText* text : {&subuid, &subgid}) {
    LineReader reader(text->bytes());
    SubordinateLine range;
    for (Line line; reader.Next(&line);) {
      if (!ReadSubordinateLine(line.text, &range) || range.count == 0) continue;
      if (range.first > UINT32_MAX) continue;
      const uint64_t left = UINT32_MAX - range.first;
      const auto first = static_cast<uint32_t>(range.first);
      subordinate.push_back(
          {first, first + static_cast<uint32_t>(std::min(range.count - 1, left))});
    }
  }
}

std::vector<std::string> AccountPaths(AccountSystem system) {
  if (system != AccountSystem::kLinux) return {kGroup, kMasterPasswd};
  return {kGroup, kGshadow, kShadow, kPasswd, kSubuid, kSubgid};
}

Error AccountFiles::Read(Root& root, AccountSystem system, const Names& names, AccountFiles* files,
                         std::string* path) {
  auto state = std::make_shared<State>();
  state->system = system;
  if (Error error = state->Read(root, names, path); !error.ok()) return error;
  files->state_ = std::move(state);
  return kOk;
}

std::vector<FileChange> AccountFiles::Changes() const {
  const State& s = *state_;
  std::vector<FileChange> changes;
  const auto add = [&changes](const AccountText& text, const char* path, uint32_t mode) {
    if (text.changed()) changes.push_back({path, text.Result(), mode, true});
  };
  add(s.groups.text, kGroup, 0644);
  add(s.groups.shadow, kGshadow, s.shadow_mode);
  add(s.users.shadow, kShadow, s.shadow_mode);
  add(s.users.text, s.users_path(), s.linux_files() ? 0644 : 0600);
  add(s.subuid, kSubuid, 0644);
  add(s.subgid, kSubgid, 0644);
  if (s.removed && !s.added) std::reverse(changes.begin(), changes.end());
  return changes;
}

}  // namespace keelson
