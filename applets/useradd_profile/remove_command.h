// users-update remove.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_REMOVE_COMMAND_H_
#define KEELSON_APPLETS_USERADD_PROFILE_REMOVE_COMMAND_H_

#include "applets/useradd_profile/update_call.h"

namespace keelson {

absl::StatusOr<int> RunRemove(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_REMOVE_COMMAND_H_
