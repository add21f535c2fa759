// users-update drop and sync: packages that are gone need no accounts.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_PACKAGE_DROP_H_
#define KEELSON_APPLETS_USERADD_PROFILE_PACKAGE_DROP_H_

#include "applets/useradd_profile/update_call.h"

namespace keelson {

absl::StatusOr<int> RunDrop(const UpdateCall& call);
absl::StatusOr<int> RunSync(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_PACKAGE_DROP_H_
