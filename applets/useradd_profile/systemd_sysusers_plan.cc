// An id is tried in this order: what the line says, the id of the user's group (or, for a group, of
// its user), the owner of the file that the line names, the next free one of the range. An id that
// is not said by number is only taken when no user and no group of another name has it.
#include "applets/useradd_profile/systemd_sysusers_plan.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

constexpr IdRange kSystemIds{1, 999};
constexpr std::string_view kNoGecos = "n/a";

std::string Text(uint32_t id) { return std::to_string(id); }

}  // namespace

IdSearch::IdSearch(const std::vector<IdRange>& ranges) : ranges_(ranges) {
  if (ranges_.empty()) ranges_.push_back(kSystemIds);
  std::sort(ranges_.begin(), ranges_.end(),
            [](const IdRange& a, const IdRange& b) { return a.last > b.last; });
}

bool IdSearch::Has(uint32_t id) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [id](const IdRange& range) { return range.Has(id); });
}

std::optional<uint32_t> IdSearch::Next() {
  // The highest id below before_. Ranges may overlap: the first one that begins below has it, but
  // for one behind it that reaches higher.
  std::optional<uint32_t> next;
  for (const IdRange& range : ranges_) {
    if (range.first >= before_) continue;
    const auto id = static_cast<uint32_t>(std::min<uint64_t>(range.last, before_ - 1));
    if (!next || id > *next) next = id;
    if (id == before_ - 1) break;
  }
  if (next) before_ = *next;
  return next;
}

SysusersPlan::SysusersPlan(SysusersItems* items, const SysusersAccounts* accounts, Say say)
    : items_(*items), accounts_(*accounts), say_(std::move(say)), search_(items->ranges) {}

void SysusersPlan::SayAll(std::initializer_list<std::string_view> parts) {
  line_.clear();
  for (std::string_view part : parts) line_ += part;
  say_(line_);
}

void SysusersPlan::Make() {
  planned_uids_.reserve(items_.users.items().size());
  planned_gids_.reserve(items_.groups.items().size() + items_.users.items().size());
  planned_groups_.reserve(items_.groups.items().size() + items_.users.items().size());
  for (SysusersItem& item : items_.groups.items()) (void)AddGroup(&item);
  for (SysusersItem& item : items_.users.items()) AddUserItem(&item);
}

void SysusersPlan::AddUserItem(SysusersItem* item) {
  const SysusersEntry& asked = item->asked;
  const auto planned = planned_groups_.find(asked.group.empty() ? asked.name : asked.group);
  if (!item->gid && planned != planned_groups_.end()) {
    item->gid = planned->second;
    item->gid_is_given = true;
  } else if (!asked.group.empty()) {
    item->gid = accounts_.FindGroup(asked.group);
    if (!item->gid) return SayAll({"Group ", asked.group, " not found."});
    item->gid_is_given = true;
  } else if (!AddGroup(item)) {
    return;
  }
  (void)AddUser(item);
}

bool SysusersPlan::UidIsFree(uint32_t uid, const SysusersItem& item, bool among_groups_too) const {
  const std::string& name = item.asked.name;
  if (!IsAccountId(uid) || planned_uids_.contains(uid) || accounts_.UidTaken(uid)) return false;
  if (accounts_.IsSpent(uid, name)) return false;
  if (!among_groups_too) return true;
  const auto planned = planned_gids_.find(uid);
  if (planned != planned_gids_.end() && planned->second->asked.name != name) return false;
  return !accounts_.GidTaken(uid) || accounts_.GidIsOf(uid, name);
}

// A user of the same name is in the way like any other.
bool SysusersPlan::GidIsFree(uint32_t gid, const SysusersItem& item, bool among_users_too) const {
  if (!IsAccountId(gid) || planned_gids_.contains(gid) || accounts_.GidTaken(gid)) return false;
  if (accounts_.IsSpent(gid, item.asked.name)) return false;
  return !among_users_too || (!planned_uids_.contains(gid) && !accounts_.UidTaken(gid));
}

std::optional<uint32_t> SysusersPlan::OwnerUid(const SysusersItem& item) const {
  uint32_t uid, gid;
  if (item.asked.id_path.empty() || !accounts_.FindOwner(item.asked.id_path, &uid, &gid)) return {};
  if (uid == 0 || !search_.Has(uid) || !UidIsFree(uid, item, true)) return {};
  return uid;
}

std::optional<uint32_t> SysusersPlan::OwnerGid(const SysusersItem& item) const {
  uint32_t uid, gid;
  if (item.asked.id_path.empty() || !accounts_.FindOwner(item.asked.id_path, &uid, &gid)) return {};
  if (gid == 0 || !search_.Has(gid) || !GidIsFree(gid, item, true)) return {};
  return gid;
}

// False: the gid has to be somebody's, and is not. *done: it is, and so no group is made.
bool SysusersPlan::CheckGivenGid(const SysusersItem& item, bool* done) {
  *done = !GidIsFree(*item.gid, item, false);
  if (!*done) {
    SayAll({"Failed to create ", item.asked.name, ": please create GID ", Text(*item.gid)});
  }
  return *done;
}

// The group of a group item, or the own one of a user item.
bool SysusersPlan::AddGroup(SysusersItem* item) {
  const std::string& name = item->asked.name;
  if (const std::optional<uint32_t> gid = accounts_.FindGroup(name)) {
    item->gid = gid;
    return true;
  }
  if (item->gid && item->gid_is_given) {
    bool done;
    if (!CheckGivenGid(*item, &done) || done) return done;
  }
  if (item->gid && !GidIsFree(*item->gid, *item, false)) {
    SayAll({"Suggested group ID ", Text(*item->gid), " for ", name, " already used."});
    item->gid.reset();
  }
  if (!item->gid && item->uid && GidIsFree(*item->uid, *item, true)) item->gid = item->uid;
  if (!item->gid) item->gid = OwnerGid(*item);
  while (!item->gid) {
    const std::optional<uint32_t> next = search_.Next();
    if (!next) {
      SayAll({"No free group ID available for ", name, "."});
      return false;
    }
    if (GidIsFree(*next, *item, true)) item->gid = next;
  }
  planned_gids_.emplace(*item->gid, item);
  planned_groups_.emplace(name, *item->gid);
  new_groups_.push_back(item);
  SayAll({"Creating group '", name, "' with GID ", Text(*item->gid), "."});
  return true;
}

bool SysusersPlan::AddUser(SysusersItem* item) {
  const std::string& name = item->asked.name;
  if (const std::optional<uint32_t> uid = accounts_.FindUser(name)) {
    item->uid = uid;
    return true;
  }
  if (item->uid && !UidIsFree(*item->uid, *item, !item->gid_is_given)) {
    SayAll({"Suggested user ID ", Text(*item->uid), " for ", name, " already used."});
    item->uid.reset();
  }
  if (!item->uid) item->uid = OwnerUid(*item);
  if (!item->uid && item->gid && UidIsFree(*item->gid, *item, true)) item->uid = item->gid;
  while (!item->uid) {
    const std::optional<uint32_t> next = search_.Next();
    if (!next) {
      SayAll({"No free user ID available for ", name, "."});
      return false;
    }
    if (UidIsFree(*next, *item, true)) item->uid = next;
  }
  planned_uids_.insert(*item->uid);
  new_users_.push_back(item);
  const std::string_view gecos = item->asked.has_gecos ? item->asked.gecos : kNoGecos;
  SayAll({"Creating user '", name, "' (", gecos, ") with UID ", Text(*item->uid), " and GID ",
          Text(*item->gid), "."});
  return true;
}

}  // namespace keelson
