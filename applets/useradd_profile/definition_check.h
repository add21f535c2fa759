// users-update check: what is wrong with all definitions taken together, and with accounts.db.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_DEFINITION_CHECK_H_
#define KEELSON_APPLETS_USERADD_PROFILE_DEFINITION_CHECK_H_

#include <string>
#include <vector>

#include "applets/useradd_profile/account_files.h"
#include "applets/useradd_profile/definitions.h"
#include "applets/useradd_profile/update_call.h"
#include "core/account_state.h"

namespace keelson {

// Whole messages, "PATH:LINE:COLUMN: what" where there is a line, else "PATH: what". files: read
// with Names::all.
// root_path: in front of accounts.db in what is found.
std::vector<std::string> CheckDefinitions(const Definitions& definitions, const AccountFiles& files,
                                          const AccountTable& table, const std::string& root_path);

absl::StatusOr<int> RunCheck(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_DEFINITION_CHECK_H_
