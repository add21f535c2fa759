// The first line about a name counts. Another one that asks for the same is nothing; one that asks
// for something else is a conflict and is left out.
#include "applets/useradd_profile/systemd_sysusers_items.h"

namespace keelson {
namespace {

SysusersEntry Named(SysusersType type, const std::string& name) {
  SysusersEntry entry;
  entry.type = type;
  entry.name = name;
  return entry;
}

}  // namespace

SysusersItem* SysusersItemList::Find(std::string_view name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

SysusersItem* SysusersItemList::Append(SysusersEntry entry) {
  SysusersItem* item = &items_.emplace_back();
  item->asked = std::move(entry);
  item->uid = item->asked.uid;
  item->gid = item->asked.gid;
  item->gid_is_given = item->asked.type == SysusersType::kUser && item->gid.has_value();
  by_name_.emplace(item->asked.name, item);
  return item;
}

void SysusersItems::AddMember(const SysusersEntry& entry) {
  if (!memberships_.emplace(entry.group, entry.name).second) return;
  const auto [found, is_new] = members_of_.emplace(entry.group, members.size());
  if (is_new) members.push_back({entry.group, {}});
  members[found->second].users.push_back(entry.name);
}

std::string SysusersItems::Add(SysusersEntry entry) {
  if (entry.type == SysusersType::kRange) {
    ranges.push_back(entry.range);
    return "";
  }
  if (entry.type == SysusersType::kMember) {
    AddMember(entry);
    return "";
  }
  const bool user = entry.type == SysusersType::kUser;
  SysusersItemList& list = user ? users : groups;
  const SysusersItem* before = list.Find(entry.name);
  if (before == nullptr) {
    list.Append(std::move(entry));
    return "";
  }
  if (before->asked.SameAs(entry)) return "";
  return std::string("Conflict with earlier configuration for ") + (user ? "user" : "group") +
         " '" + entry.name + "', ignoring line.";
}

void SysusersItems::AddImplied() {
  for (const Members& list : members) {
    for (const std::string& user : list.users) {
      if (users.Find(user) == nullptr) users.Append(Named(SysusersType::kUser, user));
    }
    if (users.Find(list.group) == nullptr && groups.Find(list.group) == nullptr) {
      groups.Append(Named(SysusersType::kGroup, list.group));
    }
  }
}

}  // namespace keelson
