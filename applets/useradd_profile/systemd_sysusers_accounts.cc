// New lines in the order of the plan; then members, which for a group that is new are part of its
// line.
#include "applets/useradd_profile/systemd_sysusers_accounts.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "applets/status.h"
#include "applets/useradd_profile/account_change.h"
#include "applets/useradd_profile/account_lines.h"
#include "core/sysusers.h"

namespace keelson {
namespace {

constexpr char kNoShell[] = "/usr/sbin/nologin";
constexpr char kRootShell[] = "/bin/bash";
constexpr char kRootShellOtherwise[] = "/bin/sh";
constexpr char kNoHome[] = "/";
constexpr uint32_t kShadowMode = 0;  // nobody but root
constexpr int64_t kLongAgo = 1;      // day of expiry of who is fully locked
constexpr int64_t kSecondsOfADay = int64_t{24} * 60 * 60;

const char* DefaultShell(Root* root, uint32_t uid) {
  if (uid != 0) return kNoShell;
  FileInfo info;
  return root->Stat(kRootShell, &info).ok() ? kRootShell : kRootShellOtherwise;
}

UserRecord RecordOf(const SysusersItem& item, int64_t day, Root* root) {
  const SysusersEntry& asked = item.asked;
  UserRecord user;
  user.name = asked.name;
  user.uid = *item.uid;
  user.gid = *item.gid;
  user.gecos = asked.gecos;
  user.home = asked.home.empty() ? kNoHome : asked.home;
  user.shell = asked.shell.empty() ? DefaultShell(root, *item.uid) : asked.shell;
  user.last_change = day;
  user.expire = asked.locked ? kLongAgo : -1;
  return user;
}

absl::Status AddGroups(const SysusersPlan& plan, const SysusersItems& items,
                       const std::string& shown_root, AccountFiles* files) {
  std::unordered_map<std::string_view, const std::vector<std::string>*> members_of;
  for (const SysusersItems::Members& list : items.members) members_of[list.group] = &list.users;
  for (const SysusersItem* item : plan.new_groups()) {
    GroupRecord group;
    group.name = item->asked.name;
    group.gid = *item->gid;
    if (const auto found = members_of.find(group.name); found != members_of.end()) {
      group.members = *found->second;
      std::sort(group.members.begin(), group.members.end());
      members_of.erase(found);
    }
    files->AddGroup(std::move(group));
  }
  for (const auto& [group, users] : members_of) {
    const std::vector<std::string> faults = files->FaultyMemberLines(group, *users, shown_root);
    if (!faults.empty()) return Failure(faults.front());
    files->AddSortedMembers(group, *users);
  }
  return absl::OkStatus();
}

// The first name in gshadow that is to be a new group; empty: there is none. Groups of users' own
// take such a line over.
std::string FindLeftGroup(const SysusersPlan& plan, const AccountFiles& files) {
  std::string first;
  uint64_t first_line = UINT64_MAX;
  for (const SysusersItem* item : plan.new_groups()) {
    if (item->asked.type != SysusersType::kGroup) continue;
    const std::optional<uint64_t> line = files.LeftInGshadow(item->asked.name);
    if (!line || *line >= first_line) continue;
    first = item->asked.name;
    first_line = *line;
  }
  return first;
}

}  // namespace

AccountFiles::Names SysusersNames(const SysusersItems& items) {
  AccountFiles::Names names;
  for (const SysusersItem& item : items.groups.items())
    names.more_groups.push_back(item.asked.name);
  for (const SysusersItem& item : items.users.items()) {
    names.more_users.push_back(item.asked.name);
    names.more_groups.push_back(item.asked.name);
    if (!item.asked.group.empty()) names.more_groups.push_back(item.asked.group);
  }
  for (const SysusersItems::Members& list : items.members) names.more_groups.push_back(list.group);
  return names;
}

void WishForReservedIds(const AccountTable& table, SysusersItems* items) {
  for (const AccountRecord& record : table.records()) {
    if (record.state != AccountState::kReserved) continue;
    const bool user = record.kind == AccountKind::kUser;
    SysusersItem* item = (user ? items->users : items->groups).Find(record.name);
    if (item == nullptr || !item->asked.id_path.empty()) continue;
    std::optional<uint32_t>& id = user ? item->uid : item->gid;
    if (!id) id = record.id;
  }
}

SysusersAccountFiles::SysusersAccountFiles(Root* root, const AccountFiles* files,
                                           const AccountTable* table)
    : root_(*root), files_(*files) {
  for (const AccountRecord& record : table->records()) {
    if (record.IsTombstone() || record.state == AccountState::kReserved) {
      spent_.emplace(record.id, record.name);
    }
  }
}

std::optional<uint32_t> SysusersAccountFiles::FindUser(std::string_view name) const {
  const UserRecord* user = files_.FindUser(name);
  return user == nullptr ? std::nullopt : std::optional(user->uid);
}

std::optional<uint32_t> SysusersAccountFiles::FindGroup(std::string_view name) const {
  const GroupRecord* group = files_.FindGroup(name);
  return group == nullptr ? std::nullopt : std::optional(group->gid);
}

// What is not there has no id: then the holder need not be looked for among all lines.
bool SysusersAccountFiles::GidIsOf(uint32_t gid, std::string_view name) const {
  return files_.FindGroup(name) != nullptr && files_.GidHolder(gid) == name;
}

bool SysusersAccountFiles::IsSpent(uint32_t id, std::string_view name) const {
  const auto [begin, end] = spent_.equal_range(id);
  return std::any_of(begin, end, [name](const auto& spent) { return spent.second != name; });
}

bool SysusersAccountFiles::FindOwner(const std::string& path, uint32_t* uid, uint32_t* gid) const {
  FileInfo info;
  if (!root_.Stat(path, &info).ok()) return false;
  *uid = info.uid;
  *gid = info.gid;
  return true;
}

absl::Status ApplySysusersPlan(const SysusersPlan& plan, const SysusersItems& items,
                               const SysusersCredentials& credentials, Root* root,
                               const std::string& shown_root, SysusersMessages* messages,
                               AccountFiles* files) {
  files->MakeShadow(kShadowMode);
  if (const std::string left = FindLeftGroup(plan, *files); !left.empty()) {
    messages->Say(SimplifiedPath(shown_root + "/etc/gshadow") + ": Group \"" + left +
                  "\" already exists.");
    return Failure("");
  }
  if (absl::Status status = AddGroups(plan, items, shown_root, files); !status.ok()) return status;
  // 0 too, unlike AccountDay, as the original has it.
  const int64_t day = AccountTime() / kSecondsOfADay;
  for (const SysusersItem* item : plan.new_users()) {
    UserRecord user = RecordOf(*item, day, root);
    if (absl::Status status = credentials.Apply(&user); !status.ok()) return status;
    files->AddUserKeepingShadow(std::move(user));
  }
  return absl::OkStatus();
}

}  // namespace keelson
