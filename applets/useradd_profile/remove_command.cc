// What is done is told once it is written; what is refused does not keep the rest from being done.
#include "applets/useradd_profile/remove_command.h"

#include <cstdio>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/account_removal.h"
#include "core/account_id.h"

namespace keelson {

absl::StatusOr<int> RunRemove(const UpdateCall& call) {
  RemovalRequest request{{}, call.invocation.Has("purge"), call.force()};
  for (const std::string_view name : call.operands) {
    if (!IsAccountName(name)) {
      return UsageError("'" + std::string(name) + "' is not the name of an account");
    }
    request.names.emplace_back(name);
  }
  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), call.access()); !status.ok()) return status;
  if (absl::Status status = change.ReadFiles({{}, {}, true}); !status.ok()) return status;
  const Removal removal =
      RemoveAccounts(request, call.options.system, &change.table(), &change.files());
  if (!call.dry_run()) {
    if (absl::Status status = change.Commit(); !status.ok()) return status;
  }
  for (const std::string& line : removal.done) std::puts(line.c_str());
  for (const std::string& line : removal.refused) PrintError(call.applet(), line);
  return removal.refused.empty() ? 0 : 1;
}

}  // namespace keelson
