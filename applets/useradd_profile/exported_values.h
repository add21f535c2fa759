// What the formats of account_export.h share: which values they can hold, who is a member of what,
// and the list of what had to be left out.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_EXPORTED_VALUES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_EXPORTED_VALUES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/useradd_profile/account_export.h"

namespace keelson {

struct Membership {
  std::string user, group;
  friend bool operator==(const Membership&, const Membership&) = default;
  friend bool operator<(const Membership& a, const Membership& b) {
    return a.user != b.user ? a.user < b.user : a.group < b.group;
  }
};

// What is exported, without what no format can hold: names with blanks, control characters, ':',
// ',' or '/', fields with ':' or control characters, passwords.
class ExportedValues {
 public:
  using IsName = bool (*)(std::string_view name);

  // is_name: further names that the format cannot hold (null: none). problems: gets what is left
  // out.
  ExportedValues(const ExportedAccounts& accounts, AccountSystem system, IsName is_name,
                 std::vector<std::string>* problems);

  const std::vector<GroupRecord>& groups() const { return accounts_.groups; }
  const std::vector<ExportedUser>& users() const { return accounts_.users; }
  // Of all groups, from both sides, sorted.
  const std::vector<Membership>& memberships() const { return memberships_; }
  // Those of one user or group, sorted.
  std::vector<std::string> GroupsOf(std::string_view user) const;
  std::vector<std::string> MembersOf(std::string_view group) const;
  bool HasUser(std::string_view name) const;
  bool HasGroup(std::string_view name) const;

  // Whether the account expires, and when: days and seconds since 1970.
  std::optional<int64_t> ExpireDay(const UserRecord& user) const;
  std::optional<int64_t> ExpireSecond(const UserRecord& user) const;

  // "user NAME: what"
  void Problem(const UserRecord& user, std::string_view what);
  void Problem(const GroupRecord& group, std::string_view what);
  // For formats that do not know of BSD's login class and time of the next password change.
  void ProblemOfClass(const UserRecord& user);

 private:
  void Clean(UserRecord* user);
  void Clean(GroupRecord* group);
  bool Takes(std::string_view name) const;

  AccountSystem system_;
  IsName is_name_;
  std::vector<std::string>* problems_;
  ExportedAccounts accounts_;
  std::vector<Membership> memberships_;
};

std::string JoinNames(const std::vector<std::string>& names, std::string_view separator = ",");

// The formats; each gives the whole text.
std::string ExportAsFiles(ExportedValues* values, AccountSystem system);
std::string ExportAsSysusers(ExportedValues* values);
std::string ExportAsPw(ExportedValues* values);
std::string ExportAsShadow(ExportedValues* values);
std::string ExportAsLdif(ExportedValues* values);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_EXPORTED_VALUES_H_
