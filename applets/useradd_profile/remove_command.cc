// What is done is told once it is written; what is refused does not keep the rest from being done.
#include "applets/useradd_profile/remove_command.h"

#include <cstdio>
#include <functional>
#include <set>
#include <string>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/account_removal.h"
#include "applets/useradd_profile/orphans.h"
#include "applets/useradd_profile/password_database.h"
#include "core/account_id.h"

namespace keelson {

namespace {

// What the removed accounts own. The exit code.
absl::StatusOr<int> FindFiles(const UpdateCall& call, const Removal& removal,
                              const AccountTable& table) {
  const FormerNames former(table);
  OwnerScan scan;
  scan.wants_uid = [&](uint32_t uid) { return removal.uids.contains(uid); };
  scan.wants_gid = [&](uint32_t gid) { return removal.gids.contains(gid); };
  scan.found = [&](const OwnedFile& file) { std::puts(former.Line(file).c_str()); };
  return ScanOwners(call, {}, scan);
}

// On BSD the files that everybody reads are made of master.passwd.
absl::Status MakeDatabase(const UpdateCall& call, const Removal& removal) {
  if (call.options.system == AccountSystem::kLinux) return absl::OkStatus();
  Root& root = *call.options.root;
  if (removal.uids.empty() && !PasswordDatabaseIsStale(root)) return absl::OkStatus();
  return MakePasswordDatabase(call.applet(), root, call.options.root_path);
}

}  // namespace

absl::StatusOr<int> RunRemove(const UpdateCall& call) {
  RemovalRequest request{{}, call.invocation.Has("purge"), call.force()};
  for (const std::string_view name : call.operands) {
    if (!IsAccountName(name)) {
      return UsageError("'" + std::string(name) + "' is not the name of an account");
    }
    request.names.emplace_back(name);
  }
  if (call.invocation.Has("paths") && !call.invocation.Has("find-files")) {
    return UsageError("remove: --paths says where --find-files looks");
  }
  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), call.access()); !status.ok()) return status;
  const std::set<std::string, std::less<>> names(request.names.begin(), request.names.end());
  if (absl::Status status = change.ReadFiles({names, names, true}); !status.ok()) return status;
  const Removal removal =
      RemoveAccounts(request, call.options.system, &change.table(), &change.files());
  if (!call.dry_run()) {
    if (absl::Status status = change.Commit(); !status.ok()) return status;
  }
  for (const std::string& line : removal.done) std::puts(line.c_str());
  for (const std::string& line : removal.refused) PrintError(call.applet(), line);
  if (!call.dry_run()) {
    if (absl::Status status = MakeDatabase(call, removal); !status.ok()) return status;
  }
  const int code = removal.refused.empty() ? 0 : 1;
  if (!call.invocation.Has("find-files")) return code;
  const absl::StatusOr<int> found = FindFiles(call, removal, change.table());
  return found.ok() && *found == 0 ? absl::StatusOr<int>(code) : found;
}

}  // namespace keelson
