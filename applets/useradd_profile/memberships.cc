// Both sides may declare a membership: a group its users, a user its groups.
#include "applets/useradd_profile/memberships.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace keelson {

namespace {

class Finder {
 public:
  Finder(const NeededAccounts& needed, const AccountSources& sources)
      : needed_(needed), from_(sources) {}

  std::vector<MissingMember> Run(std::vector<std::string>* notes);

 private:
  // Null: not needed.
  const NeededUser* User(std::string_view name) const {
    const auto found = needed_.users.find(name);
    return found == needed_.users.end() ? nullptr : &found->second;
  }
  const NeededGroup* Group(std::string_view name) const {
    const auto found = needed_.groups.find(name);
    return found == needed_.groups.end() ? nullptr : &found->second;
  }
  bool IsNewUser(std::string_view name) const {
    const NeededUser* user = User(name);
    return user != nullptr && user->there == nullptr;
  }
  bool IsNewGroup(std::string_view name) const {
    const NeededGroup* group = Group(name);
    return group != nullptr && !group->exists;
  }
  // Nothing: it is neither there nor comes.
  std::optional<uint32_t> GidOf(std::string_view name) const {
    if (const NeededGroup* group = Group(name)) return group->gid;
    const GroupRecord* there = from_.files.FindGroup(name);
    return there == nullptr ? std::nullopt : std::optional(there->gid);
  }
  void Add(const std::string& group, const std::string& user, const DeclaredKey* key,
           bool allow_root);

  const NeededAccounts& needed_;
  const AccountSources& from_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<MissingMember> missing_;
};

void Finder::Add(const std::string& group, const std::string& user, const DeclaredKey* key,
                 bool allow_root) {
  const std::optional<uint32_t> gid = GidOf(group);
  if (!gid || (!IsNewUser(user) && from_.files.FindUser(user) == nullptr)) return;
  const GroupRecord* there = from_.files.FindGroup(group);
  if (there == nullptr && !IsNewGroup(group)) return;  // only its gid was asked for
  if (there != nullptr) {
    const auto& members = there->members;
    if (std::find(members.begin(), members.end(), user) != members.end()) return;
  }
  const bool is_new = IsNewUser(user) || IsNewGroup(group);
  // A difference between accounts of which neither is needed is nobody's business here.
  if (!is_new && Group(group) == nullptr && User(user) == nullptr) return;
  if (!seen_.emplace(group, user).second) return;
  missing_.push_back({group, user, key, is_new, *gid == 0 && !allow_root});
}

std::vector<MissingMember> Finder::Run(std::vector<std::string>* notes) {
  for (const auto& [name, entry] : from_.declared.groups.entries) {
    const GroupDefinition& group = entry.definition;
    if (!entry.faults.empty() || group.defunct == true) continue;
    for (const std::string& user : group.users) {
      // A group that is only mentioned gets the new users, and nothing else of it is looked at.
      if (Group(name) == nullptr && !IsNewUser(user)) continue;
      Add(name, user, group.Find("users"), group.allow_root);
    }
  }
  for (const auto& [name, user] : needed_.users) {
    if (user.definition == nullptr) continue;
    for (const std::string& group : user.definition->groups) {
      const DeclaredKey* key = user.definition->Find("groups");
      Add(group, name, key, user.definition->allow_root);
      if (!GidOf(group) && user.there == nullptr &&
          from_.taken.FindId(AccountKind::kGroup, group) != nullptr) {
        notes->push_back(PlaceOf(key) + "group " + group + " is not here (--taken): " + name +
                         " has to become a member where it is");
      }
    }
  }
  std::stable_sort(missing_.begin(), missing_.end(),
                   [](const auto& a, const auto& b) { return a.group < b.group; });
  return std::move(missing_);
}

}  // namespace

std::vector<MissingMember> FindMissingMembers(const NeededAccounts& needed,
                                              const AccountSources& sources,
                                              std::vector<std::string>* notes) {
  return Finder(needed, sources).Run(notes);
}

}  // namespace keelson
