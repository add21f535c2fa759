// Files -> core's lints -> lines on stdout. A file that cannot be read does not keep the others
// from being looked at.
#include "applets/pwlookupd/check.h"

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "core/account_lint.h"
#include "core/lookup_lint.h"
#include "platform/file.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

class FileCheck {
 public:
  FileCheck(std::string_view applet, std::string prefix, Root* root)
      : applet_(applet), prefix_(std::move(prefix)), root_(root) {}

  // Nothing: it is not there, or cannot be read, which was told.
  std::optional<std::string_view> Read(const std::string& path) {
    files_.emplace_back();
    const Error error = root_->Read(path, kMaxFlatFile, &files_.back(), nullptr);
    if (error.ok()) return files_.back().view();
    if (error.not_found()) return std::nullopt;
    const absl::Status status = SystemError(prefix_ + path, "cannot be read", error);
    // Not everybody may read this one.
    const bool is_secret = path == "/etc/shadow" && error.code() == EACCES && EffectiveUid() != 0;
    if (is_secret || !status_.ok()) {
      PrintError(applet_, std::string(status.message()));
    } else {
      status_ = status;
    }
    return std::nullopt;
  }

  LintSink SinkFor(const std::string& path) {
    return [this, full = prefix_ + path](const ParseError& finding) {
      found_ = true;
      PrintOutput(finding.Text(full) + "\n");
    };
  }

  bool found() const { return found_; }
  // Of the first file that could not be read; the others have been told of.
  const absl::Status& status() const { return status_; }

 private:
  std::string applet_;
  std::string prefix_;  // of the root, without its last '/'
  Root* root_;
  std::vector<FileBytes> files_;
  bool found_ = false;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<int> CheckLookupFiles(std::string_view applet, const std::string& path) {
  std::unique_ptr<Root> root;
  if (Error error = OpenRoot(path, &root); !error.ok()) {
    return SystemError(path, "cannot be opened", error);
  }
  std::string prefix = path;
  while (prefix.ends_with('/')) prefix.pop_back();
  FileCheck check(applet, prefix, root.get());
  AccountLint::Files files;
  files.nsswitch_conf = check.Read("/etc/nsswitch.conf").value_or("");
  files.passwd = check.Read("/etc/passwd");
  files.group = check.Read("/etc/group");
  files.shadow = check.Read("/etc/shadow");
  const AccountLint accounts(files);
  accounts.Passwd(check.SinkFor("/etc/passwd"));
  accounts.Group(check.SinkFor("/etc/group"));
  accounts.Shadow(check.SinkFor("/etc/shadow"));
  LintServices(check.Read("/etc/services").value_or(""), check.SinkFor("/etc/services"));
  LintHosts(check.Read("/etc/hosts").value_or(""), check.SinkFor("/etc/hosts"));
  LintNetgroup(check.Read("/etc/netgroup").value_or(""), check.SinkFor("/etc/netgroup"));
  if (!check.status().ok()) return check.status();
  return check.found() ? 1 : 0;
}

}  // namespace keelson
