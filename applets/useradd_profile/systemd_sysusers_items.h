// What all configuration of systemd-sysusers together asks for. Pure.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_ITEMS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_ITEMS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/account_id.h"
#include "core/sysusers.h"

namespace keelson {

// A user or a group. A user's own group is part of it unless a group of that name is asked for.
struct SysusersItem {
  SysusersEntry asked;
  // What it gets, as far as that is known: first what was asked for, then what the plan finds.
  std::optional<uint32_t> uid, gid;
  bool gid_is_given = false;  // the group has to be there, or is made for another item
};

// Items of one kind, each name once, in the order in which they came.
class SysusersItemList {
 public:
  SysusersItem* Find(std::string_view name);
  // REQUIRES: the name is not there.
  SysusersItem* Append(SysusersEntry entry);

  std::deque<SysusersItem>& items() { return items_; }
  const std::deque<SysusersItem>& items() const { return items_; }

 private:
  std::deque<SysusersItem> items_;
  std::unordered_map<std::string_view, SysusersItem*> by_name_;  // views into items_
};

class SysusersItems {
 public:
  // One line's. Empty: taken. Else a message: something else was asked for under that name before,
  // and that stays.
  std::string Add(SysusersEntry entry);

  // Users and groups that only membership lines name. After the last Add.
  void AddImplied();

  struct Members {
    std::string group;
    std::vector<std::string> users;  // each once, in the order in which they came
  };

  SysusersItemList groups, users;
  std::vector<Members> members;  // each group once, in the order in which they came
  std::vector<IdRange> ranges;   // of all `r` lines

 private:
  void AddMember(const SysusersEntry& entry);

  std::unordered_map<std::string, size_t> members_of_;         // by group, into members
  std::set<std::pair<std::string, std::string>> memberships_;  // group, user
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_ITEMS_H_
