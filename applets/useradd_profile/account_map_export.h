// users-update export: the map of ids, or living accounts as other tools declare them.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_MAP_EXPORT_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_MAP_EXPORT_H_

#include "applets/useradd_profile/update_call.h"

namespace keelson {

absl::StatusOr<int> RunExport(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_MAP_EXPORT_H_
