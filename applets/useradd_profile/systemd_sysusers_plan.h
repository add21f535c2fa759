// Which users and groups are new, and which ids they get: systemd-sysusers' rules. Pure.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_PLAN_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_PLAN_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "applets/useradd_profile/systemd_sysusers_items.h"
#include "core/account_id.h"

namespace keelson {

// What is there already.
class SysusersAccounts {
 public:
  virtual ~SysusersAccounts() = default;

  virtual std::optional<uint32_t> FindUser(std::string_view name) const = 0;   // its uid
  virtual std::optional<uint32_t> FindGroup(std::string_view name) const = 0;  // its gid

  virtual bool UidTaken(uint32_t uid) const = 0;
  virtual bool GidTaken(uint32_t gid) const = 0;
  // Whether the first one who has the gid is called that. REQUIRES: it is taken.
  virtual bool GidIsOf(uint32_t gid, std::string_view name) const = 0;
  // An id that this name must not get, although nobody has it now.
  virtual bool IsSpent(uint32_t id, std::string_view name) const = 0;

  // False: there is no such file.
  virtual bool FindOwner(const std::string& path, uint32_t* uid, uint32_t* gid) const = 0;
};

// The ids of some ranges from the highest down, each once.
class IdSearch {
 public:
  explicit IdSearch(const std::vector<IdRange>& ranges);  // none: 1 to 999

  bool Has(uint32_t id) const;
  std::optional<uint32_t> Next();

 private:
  std::vector<IdRange> ranges_;
  uint64_t before_ = uint64_t{1} << 32;  // what is left lies below
};

class SysusersPlan {
 public:
  // Takes a line of text for the user, without its end.
  using Say = std::function<void(std::string_view)>;

  // All outlive this. AddImplied has been called.
  SysusersPlan(SysusersItems* items, const SysusersAccounts* accounts, Say say);

  // Goes through all items once, groups first. What cannot be made is told and left out.
  void Make();

  // In the order in which they are to be written. Items of users may be in both.
  const std::vector<SysusersItem*>& new_groups() const { return new_groups_; }
  const std::vector<SysusersItem*>& new_users() const { return new_users_; }

 private:
  void SayAll(std::initializer_list<std::string_view> parts);
  void AddUserItem(SysusersItem* item);
  bool AddGroup(SysusersItem* item);
  bool AddUser(SysusersItem* item);
  bool CheckGivenGid(const SysusersItem& item, bool* done);
  bool UidIsFree(uint32_t uid, const SysusersItem& item, bool among_groups_too) const;
  bool GidIsFree(uint32_t gid, const SysusersItem& item, bool among_users_too) const;
  std::optional<uint32_t> OwnerUid(const SysusersItem& item) const;
  std::optional<uint32_t> OwnerGid(const SysusersItem& item) const;

  SysusersItems& items_;
  const SysusersAccounts& accounts_;
  Say say_;
  std::string line_;  // of SayAll, kept so that its memory is used again
  IdSearch search_;   // one for users and groups, so that a user's group gets the same id
  std::vector<SysusersItem*> new_groups_, new_users_;
  std::unordered_set<uint32_t> planned_uids_;
  std::unordered_map<uint32_t, const SysusersItem*> planned_gids_;
  std::unordered_map<std::string_view, uint32_t> planned_groups_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_PLAN_H_
