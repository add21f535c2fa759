// pwlookupd --check: what is wrong with the files that it would serve.
#ifndef KEELSON_APPLETS_PWLOOKUPD_CHECK_H_
#define KEELSON_APPLETS_PWLOOKUPD_CHECK_H_

#include <string>

#include "absl/status/statusor.h"

namespace keelson {

// Prints a line for each finding. 1: there were some; 0: none.
absl::StatusOr<int> CheckLookupFiles(std::string_view applet, const std::string& root);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_CHECK_H_
