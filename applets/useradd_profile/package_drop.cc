// Both take packages out of the records of accounts.db, and differ in which.
#include "applets/useradd_profile/package_drop.h"

#include <cstdio>
#include <functional>
#include <set>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/exported_values.h"
#include "applets/useradd_profile/installed_packages.h"

namespace keelson {

namespace {

// "user ntp: dropped a,b; needed by c"
void PrintDropped(const AccountRecord& record, const std::vector<std::string>& dropped) {
  std::string line(AccountKindName(record.kind));
  line += " " + record.name + ": dropped " + JoinNames(dropped) + "; ";
  line +=
      record.packages.empty() ? "not needed any more" : "needed by " + JoinNames(record.packages);
  std::puts(line.c_str());
}

absl::StatusOr<int> DropPackages(const UpdateCall& call,
                                 const std::function<bool(std::string_view)>& is_gone) {
  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), call.access()); !status.ok()) return status;
  AccountFiles::Names names;
  std::vector<std::pair<AccountRecord, std::vector<std::string>>> changed;
  for (AccountRecord record : change.table().records()) {
    std::vector<std::string> dropped;
    for (const std::string& package : record.packages) {
      if (is_gone(package)) dropped.push_back(package);
    }
    for (const std::string& package : dropped) record.RemovePackage(package);
    if (dropped.empty()) continue;
    (record.kind == AccountKind::kUser ? names.users : names.groups).insert(record.name);
    changed.emplace_back(std::move(record), std::move(dropped));
  }
  for (const auto& [record, dropped] : changed) change.table().Put(record);
  if (changed.empty()) return 0;
  if (absl::Status status = change.ReadFiles(names); !status.ok()) return status;
  if (!call.dry_run()) {
    if (absl::Status status = change.Commit(); !status.ok()) return status;
  }
  for (const std::string& line : change.files().RepeatedNames(call.root_path()))
    PrintError(call.applet(), line);
  for (const auto& [record, dropped] : changed) PrintDropped(record, dropped);
  return 0;
}

}  // namespace

absl::StatusOr<int> RunDrop(const UpdateCall& call) {
  std::set<std::string_view> gone;
  for (const std::string_view package : call.invocation.Texts("package")) {
    if (!IsPackageName(package)) {
      return UsageError("--package " + std::string(package) + ": not the name of a package");
    }
    gone.insert(package);
  }
  if (gone.empty()) return UsageError("drop: --package says which one is gone");
  std::set<std::string_view> unneeding = gone;
  absl::StatusOr<int> code = DropPackages(call, [&](std::string_view package) {
    unneeding.erase(package);
    return gone.contains(package);
  });
  if (!code.ok()) return code;
  for (const std::string_view package : unneeding) {
    PrintError(call.applet(), "no account is recorded as needed by " + std::string(package));
  }
  return code;
}

absl::StatusOr<int> RunSync(const UpdateCall& call) {
  if (!call.invocation.Has("installed")) {
    return UsageError("sync: --installed says which packages are there");
  }
  const std::string path(call.invocation.Text("installed"));
  InstalledPackages installed;
  if (absl::Status status = ReadInstalledPackages(path, &installed); !status.ok()) return status;
  if (installed.empty() && !call.force()) {
    return Failure(path + ": no package is installed; --force if this is meant");
  }
  return DropPackages(call, [&](std::string_view package) {
    return package != kNoPackage && !installed.contains(package);
  });
}

}  // namespace keelson
