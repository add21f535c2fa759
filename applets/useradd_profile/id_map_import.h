// users-update import: ids of a map are kept here for the accounts of their names.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ID_MAP_IMPORT_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ID_MAP_IMPORT_H_

#include "applets/useradd_profile/update_call.h"

namespace keelson {

absl::StatusOr<int> RunImport(const UpdateCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ID_MAP_IMPORT_H_
