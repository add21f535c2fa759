// An AccountChange whose errors name files as whoever reads them finds them: with the root's path
// in front. Without it "/etc/passwd.lock: remove it" would lead to the running system's.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SHOWN_CHANGE_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SHOWN_CHANGE_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "applets/useradd_profile/account_change.h"

namespace keelson {

class ShownChange : public AccountChange {
 public:
  // root_path: without a slash at its end; "": "/".
  ShownChange(Root* root, std::string root_path, AccountSystem system, bool live)
      : AccountChange(root, system, live), root_path_(std::move(root_path)) {}

  absl::Status Open(std::string_view applet, Access access) {
    return Shown(AccountChange::Open(applet, access));
  }
  absl::Status ReadFiles(const AccountFiles::Names& names) {
    return Shown(AccountChange::ReadFiles(names));
  }
  absl::Status Commit(bool* committed = nullptr) { return Shown(AccountChange::Commit(committed)); }

 private:
  // All errors of a change begin with the path of a file below the root.
  absl::Status Shown(absl::Status status) const {
    if (status.ok()) return status;
    return absl::Status(status.code(), root_path_ + std::string(status.message()));
  }

  const std::string root_path_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SHOWN_CHANGE_H_
