// Users first, each with its primary group; then the further groups of them all; then the groups
// that are asked for by name. What a group declares as members brings nobody along.
#include "applets/useradd_profile/needed_accounts.h"

#include <algorithm>

namespace keelson {

namespace {

bool Lists(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Finder {
 public:
  Finder(const AccountSources& sources, NeededAccounts* needed, std::vector<std::string>* errors)
      : from_(sources), needed_(*needed), errors_(*errors) {}

  void AddUser(const std::string& name);
  void AddFurtherGroups();
  // place: of who needs it; empty: it is asked for. Null: it cannot be had.
  NeededGroup* AddGroup(const std::string& name, const std::string& place);

 private:
  void AddPrimaryGroup(const std::string& name, NeededUser* user);
  void AddGroupByNumber(const std::string& name, NeededUser* user, uint32_t gid);
  void AddPresentGroup(const std::string& name, const UserRecord& user);
  void AddHolder(const std::string& holder, uint32_t gid);
  void AddGroupOfName(const std::string& name, NeededUser* user);
  NeededGroup& AddUndeclaredGroup(const std::string& name);
  bool IsElsewhere(AccountKind kind, std::string_view name) const {
    return from_.taken.FindId(kind, name) != nullptr;
  }
  bool Fail(std::string message) {
    errors_.push_back(std::move(message));
    return false;
  }
  template <typename D>
  bool IsUsable(const DeclaredNames<D>& names, std::string_view name, const char* kind);

  const AccountSources& from_;
  NeededAccounts& needed_;
  std::vector<std::string>& errors_;
};

// False: the definition is faulty or defunct.
template <typename D>
bool Finder::IsUsable(const DeclaredNames<D>& names, std::string_view name, const char* kind) {
  if (const std::vector<std::string>* faults = names.Faults(name)) {
    errors_.insert(errors_.end(), faults->begin(), faults->end());
    return false;
  }
  const D* definition = names.Find(name);
  if (definition == nullptr || definition->defunct != true) return true;
  return Fail(PlaceOf(definition->Find("defunct")) + kind + " " + std::string(name) +
              " is defunct: its name and id are not to be used again");
}

void Finder::AddUser(const std::string& name) {
  const UserRecord* there = from_.files.FindUser(name);
  if (there == nullptr && IsElsewhere(AccountKind::kUser, name)) return;
  if (!IsUsable(from_.declared.users, name, "user")) return;
  NeededUser user;
  user.there = there;
  user.definition = from_.declared.users.Find(name);
  if (there == nullptr && user.definition == nullptr) {
    Fail("user " + name + " is neither declared nor there");
    return;
  }
  if (there != nullptr) AddPresentGroup(name, *there);
  if (user.definition != nullptr) {
    if (there == nullptr) {
      if (const DeclaredKey* key = user.definition->ForbiddenRoot()) {
        Fail(key->Fault("0 needs allow-root:yes in the local override"));
        return;
      }
    }
    AddPrimaryGroup(name, &user);
  }
  needed_.users.emplace(name, std::move(user));
}

// Once all users are known: their groups may be among them without being declared.
void Finder::AddFurtherGroups() {
  for (const auto& [name, user] : needed_.users) {
    if (user.definition == nullptr) continue;
    for (const std::string& group : user.definition->groups) {
      AddGroup(group, PlaceOf(user.definition->Find("groups")) + "user " + name + ": ");
    }
  }
}

void Finder::AddPrimaryGroup(const std::string& name, NeededUser* user) {
  const UserDefinition& definition = *user->definition;
  if (definition.gid) return AddGroupByNumber(name, user, *definition.gid);
  if (!definition.group.empty()) {
    const std::string place = PlaceOf(definition.Find("gid")) + "user " + name + ": ";
    user->group = definition.group;
    if (AddGroup(definition.group, place) != nullptr) return;
    user->group.clear();
    if (const uint32_t* gid = from_.taken.FindId(AccountKind::kGroup, definition.group)) {
      user->gid_elsewhere = *gid;
    }
    return;
  }
  if (user->there == nullptr) AddGroupOfName(name, user);
}

// The group that a user who is there has: it is needed as long as the user is.
void Finder::AddPresentGroup(const std::string& name, const UserRecord& user) {
  const GroupRecord* own = from_.files.FindGroup(name);
  const std::string holder =
      own != nullptr && own->gid == user.gid ? name : from_.files.GidHolder(user.gid);
  if (!holder.empty()) AddHolder(holder, user.gid);
}

void Finder::AddHolder(const std::string& holder, uint32_t gid) {
  NeededGroup& group = needed_.groups[holder];
  group.exists = true;
  group.gid = gid;
  group.there = from_.files.FindGroup(holder);
  group.definition = from_.declared.groups.Find(holder);
}

void Finder::AddGroupOfName(const std::string& name, NeededUser* user) {
  const bool known =
      from_.declared.groups.entries.contains(name) || from_.files.FindGroup(name) != nullptr;
  const uint32_t* elsewhere = from_.taken.FindId(AccountKind::kGroup, name);
  if (!known && elsewhere != nullptr) {
    user->gid_elsewhere = *elsewhere;
    return;
  }
  user->group = name;
  if (known) {
    AddGroup(name, "");
  } else {
    AddUndeclaredGroup(name);
  }
}

void Finder::AddGroupByNumber(const std::string& name, NeededUser* user, uint32_t gid) {
  const auto& declared = from_.declared.groups;
  if (const std::string holder = from_.files.GidHolder(gid); !holder.empty()) {
    user->group = holder;
    AddHolder(holder, gid);
    return;
  }
  if (from_.taken.FindName(AccountKind::kGroup, gid) != nullptr) {
    user->gid_elsewhere = gid;
    return;
  }
  const GroupDefinition* own = declared.Find(name);
  if (own != nullptr && own->gid == gid && from_.files.FindGroup(name) == nullptr) {
    user->group = name;
    AddGroup(name, "");
    return;
  }
  for (const auto& [other, entry] : declared.entries) {
    if (!entry.faults.empty() || entry.definition.gid != gid || entry.definition.defunct == true) {
      continue;
    }
    user->group = other;
    AddGroup(other, "");
    return;
  }
  if (!declared.entries.contains(name) && from_.files.FindGroup(name) == nullptr &&
      !IsElsewhere(AccountKind::kGroup, name)) {
    user->group = name;
    NeededGroup& group = AddUndeclaredGroup(name);
    group.wish = user->definition->Find("gid");
    group.wished_gid = gid;
    return;
  }
  Fail(PlaceOf(user->definition->Find("gid")) + "user " + name + ": no group has or wishes gid " +
       std::to_string(gid));
}

NeededGroup& Finder::AddUndeclaredGroup(const std::string& name) { return needed_.groups[name]; }

NeededGroup* Finder::AddGroup(const std::string& name, const std::string& place) {
  const GroupRecord* there = from_.files.FindGroup(name);
  if (there == nullptr && IsElsewhere(AccountKind::kGroup, name)) return nullptr;
  if (!IsUsable(from_.declared.groups, name, "group")) return nullptr;
  const auto known = needed_.groups.find(name);
  if (known != needed_.groups.end()) return &known->second;
  const GroupDefinition* definition = from_.declared.groups.Find(name);
  if (there == nullptr && definition == nullptr) {
    Fail(place + "group " + name + " is neither declared nor there");
    return nullptr;
  }
  if (there == nullptr) {
    if (const DeclaredKey* key = definition->ForbiddenRoot()) {
      Fail(key->Fault("0 needs allow-root:yes in the local override"));
      return nullptr;
    }
  }
  NeededGroup& group = needed_.groups[name];
  group.definition = definition;
  group.there = there;
  group.exists = there != nullptr;
  if (there != nullptr) group.gid = there->gid;
  return &group;
}

// A group's name, and the names of its declared members.
void Want(const std::string& group, const DeclaredAccounts& declared, AccountFiles::Names* names) {
  names->groups.insert(group);
  const GroupDefinition* definition = declared.groups.Find(group);
  if (definition != nullptr) {
    names->users.insert(definition->users.begin(), definition->users.end());
  }
}

}  // namespace

bool NeededAccounts::AnyNew() const {
  return std::any_of(users.begin(), users.end(),
                     [](const auto& user) { return user.second.there == nullptr; }) ||
         std::any_of(groups.begin(), groups.end(),
                     [](const auto& group) { return !group.second.exists; });
}

AccountFiles::Names NamesToRead(const AccountRequest& request, const DeclaredAccounts& declared) {
  AccountFiles::Names names;
  names.users = request.users;
  for (const std::string& group : request.groups) Want(group, declared, &names);
  for (const std::string& name : request.users) {
    Want(name, declared, &names);
    const UserDefinition* user = declared.users.Find(name);
    if (user == nullptr) continue;
    if (!user->group.empty()) Want(user->group, declared, &names);
    for (const std::string& group : user->groups) Want(group, declared, &names);
    if (!user->home_user.empty()) names.users.insert(user->home_user);
    if (!user->home_group.empty()) names.groups.insert(user->home_group);
    for (const auto& [group, entry] : declared.groups.entries) {
      const bool primary = user->gid.has_value() && entry.definition.gid == user->gid;
      if (primary || Lists(entry.definition.users, name)) Want(group, declared, &names);
    }
  }
  return names;
}

NeededAccounts FindNeededAccounts(const AccountRequest& request, const AccountSources& sources,
                                  std::vector<std::string>* errors) {
  NeededAccounts needed;
  Finder finder(sources, &needed, errors);
  for (const std::string& name : request.users) finder.AddUser(name);
  finder.AddFurtherGroups();
  for (const std::string& name : request.groups) finder.AddGroup(name, "");
  return needed;
}

}  // namespace keelson
