// Ids for the needed accounts that are not there yet.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_NEW_IDS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_NEW_IDS_H_

#include <string>
#include <vector>

#include "applets/useradd_profile/needed_accounts.h"
#include "core/account_state.h"

namespace keelson {

// Fills in uid and gid of all that is new. The order, which is that of precedence: accounts that
// accounts.db knows an id for, those that wish one, the rest; in each users before groups, by name.
// notes: a line for each wish that was not fulfilled. errors: ids that cannot be had.
void GiveIds(const AccountSources& sources, const AccountTable& table, NeededAccounts* needed,
             std::vector<std::string>* notes, std::vector<std::string>* errors);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_NEW_IDS_H_
