// What an administrator is told to do where accounts must not be touched.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_INSTRUCTIONS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_INSTRUCTIONS_H_

#include <string>
#include <vector>

#include "applets/useradd_profile/account_files.h"
#include "applets/useradd_profile/plan.h"

namespace keelson {

// The plan's new accounts for every backend, each part under a heading, then a script for homes and
// subordinate ids. Whole lines. notes: what one of the formats cannot say.
std::string Instructions(const AccountPlan& plan, const AccountFiles& files, AccountSystem system,
                         std::vector<std::string>* notes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_INSTRUCTIONS_H_
