// users-update explain: which file gave an account each of its keys, and what is there now.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_EXPLANATION_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_EXPLANATION_H_

#include "applets/useradd_profile/update_call.h"

namespace keelson {

absl::StatusOr<int> RunExplain(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_EXPLANATION_H_
