// What the service manager hands over for new users in $CREDENTIALS_DIRECTORY: files called
// passwd.hashed-password.NAME and passwd.shell.NAME.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_CREDENTIALS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_CREDENTIALS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "applets/useradd_profile/account_lines.h"

namespace keelson {

class SysusersCredentials {
 public:
  // False: the variable does not hold an absolute path.
  bool Open();

  // Sets password and shell where there are credentials for the user. An error: one cannot be read,
  // or cannot stand in an account file, or is a password that is not hashed.
  absl::Status Apply(UserRecord* user) const;

 private:
  absl::Status Read(std::string_view kind, const std::string& user, std::string* value,
                    bool* found) const;

  std::string folder_;  // empty: there are none
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_CREDENTIALS_H_
