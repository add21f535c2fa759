// Which declared memberships of the needed accounts are missing.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_MEMBERSHIPS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_MEMBERSHIPS_H_

#include <string>
#include <vector>

#include "applets/useradd_profile/needed_accounts.h"

namespace keelson {

struct MissingMember {
  std::string group, user;
  const DeclaredKey* key = nullptr;  // that declares it
  bool is_new = false;               // the user or the group comes in this run
  bool forbidden = false;            // it would be gid 0's, and nobody allowed that
};

// By group, in the order of its key `users`, then those whose key `groups` names it. Both the user
// and the group are there or come. notes: memberships of groups that are elsewhere.
// REQUIRES: the needed accounts have ids.
std::vector<MissingMember> FindMissingMembers(const NeededAccounts& needed,
                                              const AccountSources& sources,
                                              std::vector<std::string>* notes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_MEMBERSHIPS_H_
