// What an interrupted change of accounts has left is finished before anything else is done.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_RECOVERY_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_RECOVERY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "applets/useradd_profile/account_lines.h"
#include "platform/file.h"

namespace keelson {

// REQUIRES: the locks are held. A failure: the run is finished as far as it can be, and somebody
// has to look at what is told; what comes before the last line goes to stderr, with the applet's
// name and root_path in front of the file's.
absl::Status RecoverAccounts(Root& root, const std::string& root_path, AccountSystem system,
                             const std::vector<std::string>& records, std::string_view applet);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_RECOVERY_H_
