// Which accounts are asked for, and by whom.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_REQUESTS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_REQUESTS_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "applets/options.h"

namespace keelson {

struct AccountRequest {
  std::set<std::string, std::less<>> users, groups;  // names that an account may have
  std::string package;                               // kNoPackage when none is named
};

// --users, --groups and --package; with neither of the first two EUSERS and EGROUPS. An error for
// each word that is no account's name, but for the last one printed.
absl::Status ReadRequest(const Invocation& invocation, AccountRequest* request);

// FEATURES has the word noautoaccts.
bool AccountsMustNotBeTouched();

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_REQUESTS_H_
