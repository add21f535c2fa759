// users-update list: accounts.db as rows.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LIST_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LIST_H_

#include "applets/useradd_profile/update_call.h"

namespace keelson {

absl::StatusOr<int> RunList(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LIST_H_
