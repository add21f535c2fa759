// Which accounts are removed, which are refused and why, and what removing does: account files and
// accounts.db in memory. No output, nothing is written.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_REMOVAL_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_REMOVAL_H_

#include <set>
#include <string>
#include <vector>

#include "applets/useradd_profile/account_files.h"
#include "core/account_state.h"

namespace keelson {

struct RemovalRequest {
  std::vector<std::string> names;  // none: all that no package needs
  bool purge = false;              // lines are deleted; otherwise locked and kept
  bool force = false;
};

struct Removal {
  std::vector<std::string> done;     // "lock user ntp uid 123", in order
  std::vector<std::string> refused;  // "user ntp: why it is kept"
  std::set<uint32_t> uids, gids;     // of those that are done
};

// REQUIRES: files were read with Names::all.
Removal RemoveAccounts(const RemovalRequest& request, AccountSystem system, AccountTable* table,
                       AccountFiles* files);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_REMOVAL_H_
