// Owners are looked for among numbers, the accounts of this run, those that are there, and those
// that are elsewhere.
#include "applets/useradd_profile/home_planner.h"

#include <utility>

#include "core/account_id.h"

namespace keelson {

namespace {

constexpr uint32_t kHomeMode = 0755;

}  // namespace

std::optional<uint32_t> HomePlanner::FindUid(const std::string& owner) const {
  if (const std::optional<uint32_t> number = ParseAccountId(owner)) return number;
  if (const UserRecord* there = from_.files.FindUser(owner)) return there->uid;
  const auto needed = needed_.users.find(owner);
  if (needed != needed_.users.end()) return needed->second.uid;
  const uint32_t* elsewhere = from_.taken.FindId(AccountKind::kUser, owner);
  return elsewhere == nullptr ? std::nullopt : std::optional(*elsewhere);
}

std::optional<uint32_t> HomePlanner::FindGid(const std::string& owner) const {
  if (const std::optional<uint32_t> number = ParseAccountId(owner)) return number;
  if (const GroupRecord* there = from_.files.FindGroup(owner)) return there->gid;
  const auto needed = needed_.groups.find(owner);
  if (needed != needed_.groups.end()) return needed->second.gid;
  const uint32_t* elsewhere = from_.taken.FindId(AccountKind::kGroup, owner);
  return elsewhere == nullptr ? std::nullopt : std::optional(*elsewhere);
}

bool HomePlanner::FindOwner(const UserDefinition& user, HomeRequest* home,
                            std::vector<std::string>* errors) const {
  if (user.home_user.empty()) return true;
  const std::string place = PlaceOf(user.Find("home-owner")) + "user " + user.name;
  const std::optional<uint32_t> uid = FindUid(user.home_user), gid = FindGid(user.home_group);
  if (!uid) errors->push_back(place + ": there is no user " + user.home_user);
  if (!gid) errors->push_back(place + ": there is no group " + user.home_group);
  if (!uid || !gid) return false;
  home->uid = *uid;
  home->gid = *gid;
  return true;
}

bool HomePlanner::Plan(const UserRecord& user, bool is_new, std::vector<HomeRequest>* homes,
                       std::vector<std::string>* errors) const {
  const UserDefinition& definition = *needed_.users.find(user.name)->second.definition;
  if (!definition.create_home || user.home != definition.home.value_or(default_home_)) return true;
  const DeclaredKey* key = definition.Find(definition.home ? "home" : "create-home");
  HomeRequest home{user.home, user.uid, user.gid, definition.home_mode.value_or(kHomeMode),
                   PlaceOf(key) + "user " + user.name + ": "};
  std::string why;
  const HomeState state = FindHome(root_, root_path_, home.path, &why);
  if (state == HomeState::kMissing) {
    if (FindOwner(definition, &home, errors)) homes->push_back(std::move(home));
  } else if (state == HomeState::kUnknown || (state == HomeState::kRefused && is_new)) {
    errors->push_back(home.place + why);
  }
  return state != HomeState::kUnknown;
}

}  // namespace keelson
