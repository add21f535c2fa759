// Rows are printed as they are found; only a script has to wait for all of them.
#include "applets/useradd_profile/orphans.h"

#include <cstdio>

#include "applets/status.h"
#include "applets/useradd_profile/ownership_script.h"

namespace keelson {

namespace {

constexpr Column kColumns[] = {{"path"},
                               {"uid", Column::kNumber},
                               {"gid", Column::kNumber},
                               {"former-user"},
                               {"former-group"}};

}  // namespace

std::string FormerNames::Find(AccountKind kind, uint32_t id) const {
  for (const AccountRecord& record : table_.records()) {
    if (record.kind == kind && record.id == id) return record.name;
  }
  return "";
}

std::string FormerNames::Line(const OwnedFile& file) const {
  const auto described = [this](const char* what, AccountKind kind, uint32_t id) {
    const std::string name = Find(kind, id);
    return what + std::to_string(id) + (name.empty() ? "" : " (was " + name + ")");
  };
  std::string line = EscapedField(file.path) + ": ";
  if (file.by_uid) line += described("uid ", AccountKind::kUser, file.uid);
  if (file.by_uid && file.by_gid) line += ", ";
  if (file.by_gid) line += described("gid ", AccountKind::kGroup, file.gid);
  return line;
}

namespace {

std::string Script(const UpdateCall& call, const std::vector<OwnedFile>& orphans,
                   const FormerNames& former) {
  std::string root = call.options.root_path;
  if (!root.empty() && !AbsolutePath(call.options.root_path, &root).ok()) {
    root = call.options.root_path;  // which was opened a moment ago
  }
  return OwnershipScript(orphans, former, root);
}

}  // namespace

absl::StatusOr<int> RunOrphans(const UpdateCall& call) {
  if (!call.operands.empty() && !call.invocation.Has("paths")) {
    return UsageError("orphans: folders stand behind --paths");
  }
  const bool script = call.invocation.Has("script");
  const std::string script_path(call.invocation.Text("script"));
  if (script) {
    if (absl::Status status = CheckScriptPlace(script_path); !status.ok()) return status;
  }
  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), AccountChange::Access::kRead);
      !status.ok()) {
    return status;
  }
  if (absl::Status status = change.ReadFiles({}); !status.ok()) return status;
  const FormerNames former(change.table());
  const AccountFiles& files = change.files();
  std::vector<OwnedFile> orphans;
  RowOutput rows(call.format(), kColumns);
  OwnerScan scan;
  scan.wants_uid = [&files](uint32_t uid) { return !files.UidTaken(uid); };
  scan.wants_gid = [&files](uint32_t gid) { return !files.GidTaken(gid); };
  scan.found = [&](const OwnedFile& file) {
    if (script) orphans.push_back(file);
    if (call.format() == OutputFormat::kText) {
      std::puts(former.Line(file).c_str());
      return;
    }
    rows.Add({file.path, std::to_string(file.uid), std::to_string(file.gid),
              file.by_uid ? former.Find(AccountKind::kUser, file.uid) : "",
              file.by_gid ? former.Find(AccountKind::kGroup, file.gid) : ""});
  };
  const absl::StatusOr<int> code = ScanOwners(call, call.operands, scan);
  if (!code.ok()) return code;
  rows.Finish();
  if (script && !call.dry_run()) {
    if (absl::Status status = WriteScript(script_path, Script(call, orphans, former));
        !status.ok()) {
      return status;
    }
  }
  return code;
}

}  // namespace keelson
