// All definitions are read into two tables; then each of them is held against the tables, the
// account files and accounts.db. Faulty definitions are told once and are then as good as declared,
// so that one fault is one finding.
#include "applets/useradd_profile/definition_check.h"

#include <algorithm>
#include <map>
#include <set>

namespace keelson {

namespace {

template <typename D>
using Declared = std::map<std::string, D, std::less<>>;

class Checker {
 public:
  Checker(const Definitions& definitions, const AccountFiles& files, const AccountTable& table,
          const std::string& root_path)
      : definitions_(definitions),
        files_(files),
        table_(table),
        table_path_(root_path + kAccountTable) {}

  std::vector<std::string> Run();

 private:
  void ReadAll();
  void CheckUser(const UserDefinition& user);
  void CheckGroup(const GroupDefinition& group);
  void CheckPrimaryGroup(const UserDefinition& user);
  void CheckPrimaryGid(const UserDefinition& user);
  void CheckHome(const UserDefinition& user);
  void CheckSubordinates(const UserDefinition& user);
  void CheckRoot(const UserDefinition& user);
  void CheckTable();
  template <typename D>
  void CheckWish(const D& definition, AccountKind kind, const char* key, uint32_t id);
  template <typename D>
  void FindSameIds(const Declared<D>& declared, const char* key);

  // What is wrong with naming it; empty: nothing.
  std::string WrongGroup(std::string_view name) const;
  std::string WrongUser(std::string_view name) const;
  std::optional<uint32_t> GidOf(std::string_view name) const;

  void Find(const DeclaredKey* key, const std::string& what) {
    findings_.push_back(key->Fault(what));
  }

  const Definitions& definitions_;
  const AccountFiles& files_;
  const AccountTable& table_;
  const std::string table_path_;
  Declared<UserDefinition> users_;
  Declared<GroupDefinition> groups_;
  std::set<std::string, std::less<>> faulty_users_, faulty_groups_;
  std::map<std::pair<AccountKind, uint32_t>, std::string> defunct_;  // id -> name
  std::vector<std::string> findings_;
};

std::optional<uint32_t> WishOf(const UserDefinition& user) { return user.uid; }
std::optional<uint32_t> WishOf(const GroupDefinition& group) { return group.gid; }

void Checker::ReadAll() {
  std::vector<std::string> unheeded;  // ParseAll has told them
  for (const std::string& name : definitions_.Names(AccountKind::kUser, &findings_)) {
    UserDefinition user;
    const auto found = definitions_.FindUser(name, &user, &unheeded);
    if (found == Definitions::Found::kFaulty) faulty_users_.insert(name);
    if (found != Definitions::Found::kYes) continue;
    if (user.defunct == true && user.uid) {
      defunct_.emplace(std::pair(AccountKind::kUser, *user.uid), name);
    }
    users_.emplace(name, std::move(user));
  }
  for (const std::string& name : definitions_.Names(AccountKind::kGroup, &findings_)) {
    GroupDefinition group;
    const auto found = definitions_.FindGroup(name, &group, &unheeded);
    if (found == Definitions::Found::kFaulty) faulty_groups_.insert(name);
    if (found != Definitions::Found::kYes) continue;
    if (group.defunct == true && group.gid) {
      defunct_.emplace(std::pair(AccountKind::kGroup, *group.gid), name);
    }
    groups_.emplace(name, std::move(group));
  }
}

std::string Checker::WrongGroup(std::string_view name) const {
  const auto found = groups_.find(name);
  if (found != groups_.end() && found->second.defunct == true) {
    return "group " + std::string(name) + " is defunct";
  }
  const bool known =
      found != groups_.end() || faulty_groups_.contains(name) || files_.FindGroup(name) != nullptr;
  return known ? "" : "group " + std::string(name) + " is neither declared nor there";
}

std::string Checker::WrongUser(std::string_view name) const {
  const auto found = users_.find(name);
  if (found != users_.end() && found->second.defunct == true) {
    return "user " + std::string(name) + " is defunct";
  }
  const bool known =
      found != users_.end() || faulty_users_.contains(name) || files_.FindUser(name) != nullptr;
  return known ? "" : "user " + std::string(name) + " is neither declared nor there";
}

std::optional<uint32_t> Checker::GidOf(std::string_view name) const {
  if (const GroupRecord* group = files_.FindGroup(name)) return group->gid;
  const auto found = groups_.find(name);
  return found == groups_.end() ? std::nullopt : found->second.gid;
}

// An id that is wished for and that the account will not get.
template <typename D>
void Checker::CheckWish(const D& definition, AccountKind kind, const char* key, uint32_t id) {
  const DeclaredKey* declared = definition.Find(key);
  const std::string number = std::to_string(id);
  for (const IdRange& range : definitions_.defaults().reserved) {
    if (range.Has(id)) {
      const DeclaredKey* reserve = definitions_.defaults().Find("reserve");
      Find(declared,
           number + " is in a reserved range" +
               (reserve ? " of " + reserve->file + ":" + std::to_string(reserve->at.line) : ""));
    }
  }
  const auto defunct = defunct_.find({kind, id});
  if (defunct != defunct_.end() && defunct->second != definition.name) {
    Find(declared, number + " is the id of the defunct " + std::string(AccountKindName(kind)) +
                       " " + defunct->second);
  }
  for (const AccountRecord& record : table_.records()) {
    if (record.id != id || record.name == definition.name) continue;
    const std::string who =
        std::string(AccountKindName(record.kind)) + " " + record.name + " in " + table_path_;
    if (record.IsTombstone()) {
      Find(declared, number + " is spent: it was given to " + who);
    } else if (record.kind == kind) {
      Find(declared, number + " belongs to " + who);
    }
  }
}

void Checker::CheckPrimaryGid(const UserDefinition& user) {
  if (files_.GidTaken(*user.gid)) return;
  const auto own = groups_.find(user.name);
  const bool made = own == groups_.end() && files_.FindGroup(user.name) == nullptr;
  const bool wished = std::any_of(groups_.begin(), groups_.end(), [&](const auto& group) {
    return group.second.gid == user.gid && group.second.defunct != true;
  });
  if (!wished && !made) {
    Find(user.Find("gid"), "no group has or wishes gid " + std::to_string(*user.gid));
  }
}

void Checker::CheckPrimaryGroup(const UserDefinition& user) {
  if (user.gid) return CheckPrimaryGid(user);
  const bool named = !user.group.empty();
  const std::string wrong = WrongGroup(named ? user.group : user.name);
  if (named && !wrong.empty()) Find(user.Find("gid"), wrong);
  // A group that is not named is made, unless it must not be.
  if (!named && wrong.ends_with("defunct")) {
    const auto& group = groups_.find(user.name)->second;
    findings_.push_back(group.Find("defunct")->Fault("user " + user.name +
                                                     " is to have this group as its primary one"));
  }
}

void Checker::CheckHome(const UserDefinition& user) {
  const DeclaredKey* home = user.Find("home");
  if (!user.create_home || home == nullptr) return;
  const std::string path = home->value + "/";
  if (path.starts_with("/dev/")) Find(home, "a home in /dev is not made");
  for (const char* part : {"//", "/./", "/../"}) {
    if (path.substr(0, path.size() - 1).find(part) != path.npos ||
        (part[1] != '/' && path.ends_with(part))) {
      return Find(home, "'" + home->value + "' is not written plainly");
    }
  }
}

void Checker::CheckRoot(const UserDefinition& user) {
  const UserRecord* there = files_.FindUser(user.name);
  if (user.allow_root || there != nullptr) return;
  constexpr char kWhat[] = "0 needs allow-root:yes in the local override";
  if (const DeclaredKey* key = user.ForbiddenRoot()) return Find(key, kWhat);
  if (!user.group.empty() && GidOf(user.group) == 0u) Find(user.Find("gid"), kWhat);
  for (const std::string& group : user.groups) {
    if (GidOf(group) == 0u) Find(user.Find("groups"), "group " + group + ": " + kWhat);
  }
}

// Of users that were made here: others have what somebody gave them.
void Checker::CheckSubordinates(const UserDefinition& user) {
  const UserRecord* there = files_.FindUser(user.name);
  const AccountRecord* record = table_.Find(AccountKind::kUser, user.name);
  if (user.subid_count == 0 || there == nullptr || record == nullptr) return;
  if (record->state != AccountState::kActive || record->written.empty()) return;
  std::optional<IdRange> elsewhere;
  if (files_.LacksSubordinates(*there, &elsewhere)) {
    Find(user.Find("subid-count"), "user " + user.name + " lacks a line in /etc/subuid or " +
                                       "/etc/subgid; useradd-profile --update adds it");
  }
}

void Checker::CheckUser(const UserDefinition& user) {
  if (user.defunct == true) return;
  CheckRoot(user);
  CheckPrimaryGroup(user);
  for (const std::string& group : user.groups) {
    const std::string wrong = WrongGroup(group);
    if (!wrong.empty()) Find(user.Find("groups"), wrong);
  }
  if (!user.home_user.empty() && !ParseAccountId(user.home_user)) {
    const std::string wrong = WrongUser(user.home_user);
    if (!wrong.empty()) Find(user.Find("home-owner"), wrong);
  }
  if (!user.home_group.empty() && !ParseAccountId(user.home_group)) {
    const std::string wrong = WrongGroup(user.home_group);
    if (!wrong.empty()) Find(user.Find("home-owner"), wrong);
  }
  CheckHome(user);
  CheckSubordinates(user);
  if (user.uid) CheckWish(user, AccountKind::kUser, "uid", *user.uid);
}

void Checker::CheckGroup(const GroupDefinition& group) {
  if (group.defunct == true) return;
  if (files_.FindGroup(group.name) == nullptr) {
    if (const DeclaredKey* key = group.ForbiddenRoot()) {
      Find(key, "0 needs allow-root:yes in the local override");
    }
  }
  for (const std::string& user : group.users) {
    const std::string wrong = WrongUser(user);
    if (!wrong.empty()) Find(group.Find("users"), wrong);
  }
  if (group.gid) CheckWish(group, AccountKind::kGroup, "gid", *group.gid);
}

template <typename D>
void Checker::FindSameIds(const Declared<D>& declared, const char* key) {
  std::map<uint32_t, const D*> first;
  for (const auto& [name, definition] : declared) {
    const std::optional<uint32_t> id = WishOf(definition);
    if (!id || definition.defunct == true) continue;
    const auto [other, is_new] = first.emplace(*id, &definition);
    if (is_new) continue;
    const DeclaredKey* theirs = other->second->Find(key);
    Find(definition.Find(key), std::to_string(*id) + " is also wished by " + other->second->name +
                                   ", " + theirs->file + ":" + std::to_string(theirs->at.line));
  }
}

// Records that are not what the account files have.
void Checker::CheckTable() {
  for (const AccountRecord& record : table_.records()) {
    const bool lives =
        record.state == AccountState::kActive || record.state == AccountState::kLocked;
    const bool gone =
        record.state == AccountState::kGone && table_.Find(record.kind, record.name)->IsTombstone();
    if (!lives && !gone) continue;
    const bool is_user = record.kind == AccountKind::kUser;
    const UserRecord* user = is_user ? files_.FindUser(record.name) : nullptr;
    const GroupRecord* group = is_user ? nullptr : files_.FindGroup(record.name);
    const std::string who =
        table_path_ + ": " + std::string(AccountKindName(record.kind)) + " " + record.name;
    if (gone) {
      const bool there = user != nullptr    ? user->uid == record.id
                         : group != nullptr ? group->gid == record.id
                                            : false;
      if (there) {
        findings_.push_back(who +
                            " is gone and still there: 'users-update remove --purge --force " +
                            record.name + "' removes it");
      }
      continue;
    }
    if (user == nullptr && group == nullptr) {
      findings_.push_back(who + " is " + std::string(AccountStateName(record.state)) +
                          " and not there");
      continue;
    }
    const uint32_t id = is_user ? user->uid : group->gid;
    if (id == record.id) continue;
    findings_.push_back(who + " has the id " + std::to_string(id) + " and not " +
                        std::to_string(record.id));
  }
}

std::vector<std::string> Checker::Run() {
  definitions_.ParseAll(&findings_);
  ReadAll();
  for (const auto& [name, user] : users_) CheckUser(user);
  for (const auto& [name, group] : groups_) CheckGroup(group);
  FindSameIds(users_, "uid");
  FindSameIds(groups_, "gid");
  CheckTable();
  return std::move(findings_);
}

}  // namespace

std::vector<std::string> CheckDefinitions(const Definitions& definitions, const AccountFiles& files,
                                          const AccountTable& table, const std::string& root_path) {
  return Checker(definitions, files, table, root_path).Run();
}

}  // namespace keelson
