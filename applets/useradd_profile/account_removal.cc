// Users first: a group is free once its users have gone, or, where everything is kept, once they
// are locked.
#include "applets/useradd_profile/account_removal.h"

#include <algorithm>
#include <map>
#include <optional>

#include "applets/useradd_profile/account_lines.h"
#include "applets/useradd_profile/exported_values.h"

namespace keelson {

namespace {

// Day 1, and second 1: 0 is taken for "never" by some.
constexpr int64_t kLongAgo = 1;

class Remover {
 public:
  Remover(const RemovalRequest& request, AccountSystem system, AccountTable* table,
          AccountFiles* files)
      : request_(request), system_(system), table_(*table), files_(*files) {}

  Removal Run() {
    for (const AccountKind kind : {AccountKind::kUser, AccountKind::kGroup}) {
      for (const AccountRecord& record : Candidates(kind)) Remove(record);
    }
    for (const std::string& name : request_.names) {
      if (!found_.contains(name)) Refuse(name, WhyNotFound(name));
    }
    return std::move(removal_);
  }

 private:
  std::vector<AccountRecord> Candidates(AccountKind kind);
  bool IsLeft(const AccountRecord& record) const;
  void RemoveLeft(const AccountRecord& record);
  std::string WhyNotFound(std::string_view name) const;
  void Remove(const AccountRecord& record);
  void RemoveUser(AccountRecord record, const UserRecord& user);
  void RemoveGroup(AccountRecord record, const GroupRecord& group);
  std::string ReasonAgainst(const AccountRecord& record, bool is_changed) const;
  std::string ReasonOfMembers(const GroupRecord& group);
  const std::multimap<uint32_t, std::string>& UsersOfGroups();
  bool IsLockedHere(std::string_view user) const;
  void Put(AccountRecord record, AccountState state, uint32_t actual_id);

  void Refuse(const std::string& who, const std::string& why) {
    removal_.refused.push_back(who + ": " + why);
  }
  void Done(const char* verb, const AccountRecord& record, uint32_t id) {
    const bool user = record.kind == AccountKind::kUser;
    (user ? removal_.uids : removal_.gids).insert(id);
    removal_.done.push_back(std::string(verb) + " " + std::string(AccountKindName(record.kind)) +
                            " " + record.name + (user ? " uid " : " gid ") + std::to_string(id));
  }

  const RemovalRequest& request_;
  AccountSystem system_;
  AccountTable& table_;
  AccountFiles& files_;
  std::set<std::string> found_;
  std::optional<std::multimap<uint32_t, std::string>> users_of_groups_;
  Removal removal_;
};

std::string Who(const AccountRecord& record) {
  return std::string(AccountKindName(record.kind)) + " " + record.name;
}

// Recorded as gone, and to be looked for all the same: an interrupted run may have left it.
bool Remover::IsLeft(const AccountRecord& record) const {
  if (!request_.purge || !request_.force || record.state != AccountState::kGone) return false;
  const auto& names = request_.names;
  return std::find(names.begin(), names.end(), record.name) != names.end() &&
         table_.Find(record.kind, record.name)->IsTombstone();
}

void Remover::RemoveLeft(const AccountRecord& record) {
  const bool is_user = record.kind == AccountKind::kUser;
  const UserRecord* user = is_user ? files_.FindUser(record.name) : nullptr;
  const GroupRecord* group = is_user ? nullptr : files_.FindGroup(record.name);
  // Somebody has made another account of this name since.
  if (user != nullptr && user->uid != record.id) return;
  if (group != nullptr && group->gid != record.id) return;
  if (const std::string why = group != nullptr ? ReasonOfMembers(*group) : ""; !why.empty()) {
    found_.insert(record.name);
    return Refuse(Who(record), why);
  }
  if (!(is_user ? files_.RemoveUser(record.name) : files_.RemoveGroup(record.name))) return;
  found_.insert(record.name);
  Done("remove", record, record.id);
}

std::vector<AccountRecord> Remover::Candidates(AccountKind kind) {
  std::vector<AccountRecord> candidates;
  for (const AccountRecord& record : table_.records()) {
    const bool locked = record.state == AccountState::kLocked;
    if (record.kind == kind && IsLeft(record)) {
      candidates.push_back(record);
      continue;
    }
    if (record.kind != kind || (record.state != AccountState::kActive && !locked)) continue;
    const auto& names = request_.names;
    if (names.empty()) {
      if (record.packages.empty() && (!locked || request_.purge)) candidates.push_back(record);
    } else if (std::find(names.begin(), names.end(), record.name) != names.end()) {
      found_.insert(record.name);
      candidates.push_back(record);
    }
  }
  return candidates;
}

std::string Remover::WhyNotFound(std::string_view name) const {
  const AccountRecord* user = table_.Find(AccountKind::kUser, name);
  const AccountRecord* group = table_.Find(AccountKind::kGroup, name);
  if (user == nullptr && group == nullptr) return "no record says that it was ever needed";
  const bool reserved = (user != nullptr && user->state == AccountState::kReserved) ||
                        (group != nullptr && group->state == AccountState::kReserved);
  return reserved ? "is not there; its id is kept for it" : "is gone already";
}

bool Remover::IsLockedHere(std::string_view user) const {
  const AccountRecord* record = table_.Find(AccountKind::kUser, user);
  return record != nullptr && record->state == AccountState::kLocked;
}

// Why an account must stay, or stays without --force; empty: it may go.
std::string Remover::ReasonAgainst(const AccountRecord& record, bool is_changed) const {
  if (request_.force) return "";
  if (!record.packages.empty()) return "is needed by " + JoinNames(record.packages);
  if (record.written.empty()) return "was there before anybody asked for it";
  if (is_changed) return "has been changed since it was written";
  return "";
}

// By primary group. Asked for only when all users that go have gone.
const std::multimap<uint32_t, std::string>& Remover::UsersOfGroups() {
  if (!users_of_groups_) {
    users_of_groups_.emplace();
    for (std::string& name : files_.user_names()) {
      const uint32_t gid = files_.FindUser(name)->gid;
      users_of_groups_->emplace(gid, std::move(name));
    }
  }
  return *users_of_groups_;
}

// The same for what only groups have.
std::string Remover::ReasonOfMembers(const GroupRecord& group) {
  const auto stays = [this](std::string_view user) {
    return request_.purge || !IsLockedHere(user);
  };
  const auto [first, last] = UsersOfGroups().equal_range(group.gid);
  for (auto user = first; user != last; ++user) {
    if (!stays(user->second) || (request_.force && !request_.purge)) continue;
    return "is the primary group of " + user->second;
  }
  for (const std::string& member : group.members) {
    if (!request_.force && stays(member)) return "has the member " + member;
  }
  return "";
}

// actual_id: the account's own, if it is not the record's any more.
void Remover::Put(AccountRecord record, AccountState state, uint32_t actual_id) {
  record.state = state;
  if (state == AccountState::kGone) record.packages.clear();
  table_.Put(record);
  if (actual_id == record.id || state != AccountState::kGone) return;
  record.id = actual_id;
  table_.Put(std::move(record));
}

void Remover::RemoveUser(AccountRecord record, const UserRecord& user) {
  const bool is_changed = AccountFingerprint(WrittenText(user)) != record.written;
  const std::string why =
      user.uid == 0 ? "uid 0 is never removed" : ReasonAgainst(record, is_changed);
  if (!why.empty()) return Refuse(Who(record), why);
  if (request_.purge) {
    const uint32_t uid = user.uid;
    files_.RemoveUser(record.name);
    Put(record, AccountState::kGone, uid);
    return Done("remove", record, uid);
  }
  UserRecord locked = user;
  locked.password = LockInFront(user.password, system_);
  locked.expire = kLongAgo;
  files_.ChangeUser(locked);
  if (!is_changed) record.written = AccountFingerprint(WrittenText(locked));
  record.packages.clear();
  Put(record, AccountState::kLocked, locked.uid);
  Done("lock", record, locked.uid);
}

void Remover::RemoveGroup(AccountRecord record, const GroupRecord& group) {
  const bool is_changed = AccountFingerprint(WrittenText(group)) != record.written;
  std::string why = group.gid == 0 ? "gid 0 is never removed" : ReasonAgainst(record, is_changed);
  if (why.empty()) why = ReasonOfMembers(group);
  if (!why.empty()) return Refuse(Who(record), why);
  const uint32_t gid = group.gid;
  if (request_.purge) files_.RemoveGroup(record.name);
  record.packages.clear();
  Put(record, request_.purge ? AccountState::kGone : AccountState::kLocked, gid);
  Done(request_.purge ? "remove" : "lock", record, gid);
}

void Remover::Remove(const AccountRecord& record) {
  if (record.id == 0) return Refuse(Who(record), "id 0 is never removed");
  if (record.state == AccountState::kGone) return RemoveLeft(record);
  if (record.kind == AccountKind::kUser) {
    if (const UserRecord* user = files_.FindUser(record.name)) return RemoveUser(record, *user);
  } else if (const GroupRecord* group = files_.FindGroup(record.name)) {
    return RemoveGroup(record, *group);
  }
  if (!record.packages.empty() && !request_.force) {
    return Refuse(Who(record), ReasonAgainst(record, false));
  }
  Put(record, AccountState::kGone, record.id);
  Done("forget", record, record.id);
}

}  // namespace

Removal RemoveAccounts(const RemovalRequest& request, AccountSystem system, AccountTable* table,
                       AccountFiles* files) {
  return Remover(request, system, table, files).Run();
}

}  // namespace keelson
