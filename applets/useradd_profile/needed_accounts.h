// What a request comes to: the users that are asked for, the groups that are asked for or come
// along with a user, and which of them are there already.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_NEEDED_ACCOUNTS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_NEEDED_ACCOUNTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/useradd_profile/account_files.h"
#include "applets/useradd_profile/declared_accounts.h"
#include "applets/useradd_profile/requests.h"
#include "applets/useradd_profile/taken_accounts.h"

namespace keelson {

inline constexpr uint32_t kNoId = UINT32_MAX;  // of a new account before ids are given

struct NeededGroup {
  const GroupDefinition* definition = nullptr;  // null: not declared
  bool exists = false;
  // Null when it is new, and when only its gid was asked for.
  const GroupRecord* there = nullptr;
  uint32_t gid = kNoId;
  // Of a new one that wishes no gid itself, the wish of the user it is made for: the number of
  // this key gid; else the uid of the user of its name.
  const DeclaredKey* wish = nullptr;
  std::optional<uint32_t> wished_gid;
};

struct NeededUser {
  const UserDefinition* definition = nullptr;  // null: not declared
  const UserRecord* there = nullptr;           // null: it is new
  uint32_t uid = kNoId;                        // of a new one
  // The primary group as it is declared; empty: nothing is said of it, or it is elsewhere.
  std::string group;
  std::optional<uint32_t> gid_elsewhere;
};

struct NeededAccounts {
  std::map<std::string, NeededUser, std::less<>> users;
  std::map<std::string, NeededGroup, std::less<>> groups;

  bool AnyNew() const;
};

// Whatever an account file may have to be asked about because of the request.
AccountFiles::Names NamesToRead(const AccountRequest& request, const DeclaredAccounts& declared);

// What there is to choose from.
struct AccountSources {
  const DeclaredAccounts& declared;
  const AccountFiles& files;
  const TakenAccounts& taken;
};

// Accounts of the request that are in `taken` and not here are left out. *errors has a whole
// message for each account that cannot be had.
NeededAccounts FindNeededAccounts(const AccountRequest& request, const AccountSources& sources,
                                  std::vector<std::string>* errors);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_NEEDED_ACCOUNTS_H_
