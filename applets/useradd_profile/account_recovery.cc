// A file that another program changed meanwhile keeps what that one did, line by line.
#include "applets/useradd_profile/account_recovery.h"

#include <cerrno>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/account_files.h"
#include "core/line_merge.h"
#include "platform/transaction.h"

namespace keelson {

namespace {

std::string Merge(const DisturbedFile& file, std::vector<std::string>* notes) {
  const std::string path(file.path);
  if (!file.before) {
    notes->push_back(path +
                     ": was changed in place since an interrupted run: names that it lacked are "
                     "added, and 'users-update check' tells what is left");
    return AddMissingLines(file.after, file.current);
  }
  MergedLines merged = MergeLines(*file.before, file.after, file.current);
  for (const size_t line : merged.kept) {
    notes->push_back(
        path + ":" + std::to_string(line) +
        ": was changed since an interrupted run, which had to change it too, and stays "
        "as it is; 'users-update check' tells what is left");
  }
  return std::move(merged.bytes);
}

}  // namespace

absl::Status RecoverAccounts(Root& root, const std::string& root_path, AccountSystem system,
                             const std::vector<std::string>& records, std::string_view applet) {
  std::vector<std::string> notes;
  const TransactionError error = RecoverFiles(root, records, AccountPaths(system), Merge, &notes);
  std::string last;
  if (error.ok() && !notes.empty()) {
    last = std::move(notes.back());
    notes.pop_back();
  }
  for (const std::string& note : notes) PrintError(applet, root_path + note);
  if (error.error.code() == EBADMSG) return Failure(error.path + ": " + error.what);
  if (!error.ok()) return SystemError(error.path, error.what, error.error);
  return last.empty() ? absl::OkStatus() : Failure(last);
}

}  // namespace keelson
