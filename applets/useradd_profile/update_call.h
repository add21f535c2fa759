// What every command of users-update is given.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_UPDATE_CALL_H_
#define KEELSON_APPLETS_USERADD_PROFILE_UPDATE_CALL_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "applets/options.h"
#include "applets/row_output.h"
#include "applets/useradd_profile/account_change.h"
#include "applets/useradd_profile/account_options.h"

namespace keelson {

struct UpdateCall {
  const Invocation& invocation;
  const AccountOptions& options;
  std::vector<std::string_view> operands;  // without the command

  std::string_view applet() const { return invocation.applet(); }
  bool dry_run() const { return invocation.Has("dry-run"); }
  bool force() const { return invocation.Has("force"); }
  OutputFormat format() const { return static_cast<OutputFormat>(invocation.Number("output", 0)); }
  const std::string& root_path() const { return options.root_path; }
  AccountChange NewChange() const {
    return {options.root.get(), options.root_path, options.system, options.live};
  }
  // Of a command that changes something: no lock for -n.
  AccountChange::Access access() const {
    return dry_run() ? AccountChange::Access::kRead : AccountChange::Access::kWrite;
  }
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_UPDATE_CALL_H_
