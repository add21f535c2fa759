// The record of the transaction is accounts.db itself. Where there is none and none is needed
// (systemd-sysusers on a root that knows no profiles), it is a file in /etc that goes at the end.
#include "applets/useradd_profile/account_change.h"

#include <cstdlib>
#include <memory>
#include <utility>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/account_recovery.h"
#include "core/config.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/lookup_cache.h"
#include "platform/transaction.h"

namespace keelson {

namespace {

constexpr char kPassingRecord[] = "/etc/.keelson-accounts";
constexpr size_t kMaxTable = size_t{1} << 30;  // bytes
constexpr int64_t kSilentWait = 2 * kSecond;
constexpr int64_t kLockTimeout = 58 * kSecond;  // useradd holds its locks for a second or two
constexpr int64_t kSecondsOfADay = int64_t{24} * 60 * 60;
constexpr uint32_t kTableMode = 0644;

// Another line of the table's file: how many records follow, so that a file that lost some is
// known.
constexpr char kCount[] = "#accounts ";

absl::Status FileError(std::string_view path, Error error) {
  if (error.code() != EINVAL && error.code() != ELOOP) return SystemError(path, "", error);
  return absl::UnavailableError(std::string(path) + ": is not a regular file inside the root");
}

// Nothing: all is there. Files that somebody wrote by hand may lack the line.
std::string MissingRecords(std::string_view bytes, size_t records) {
  if (bytes.empty()) return "is empty: bring it back, or remove it and lose which ids are spent";
  if (!bytes.starts_with(kCount)) return "";
  const size_t begin = sizeof kCount - 1;
  const std::string_view count = bytes.substr(begin, bytes.find('\n') - begin);
  if (ParseUnsigned(count) == records) return "";
  return "has " + std::to_string(records) + " records, not " + Printable(count) +
         ": bring back the missing ones, or remove the first line";
}

absl::Status StatusOf(const TransactionError& error) {
  return SystemError(error.path, error.what, error.error);
}

Error MakeEtc(Root& root) {
  std::unique_ptr<Directory> parent;
  std::string name;
  if (Error error = root.Locate("/etc", true, &parent, &name); !error.ok()) return error;
  const Error error = parent->MakeDirectory(name, 0755);
  return error.code() == EEXIST ? kOk : error;
}

}  // namespace

absl::Status AccountChange::FindTable() {
  std::string_view path = kAccountTable;
  for (size_t end = 0; end != path.npos;) {
    end = path.find('/', end + 1);
    std::unique_ptr<Directory> parent;
    std::string name;
    FileInfo info;
    const Error located = root_.Locate(path.substr(0, end), false, &parent, &name);
    if (!located.ok()) return SystemError(kAccountTable, "cannot be reached", located);
    if (parent->Stat(name, &info).code() == ENOENT) return absl::OkStatus();
  }
  FileInfo info;
  const Error error = root_.Stat(kAccountTable, &info);
  return error.ok() ? absl::OkStatus() : SystemError(kAccountTable, "cannot be reached", error);
}

absl::Status AccountChange::ReadTable() {
  FileBytes bytes;
  const Error error = root_.Read(kAccountTable, kMaxTable, &bytes, nullptr);
  if (error.not_found()) return absl::OkStatus();
  if (!error.ok()) return FileError(kAccountTable, error);
  const std::vector<ParseError> errors = ParseAccountTable(bytes.view(), &table_);
  // A guess might give an id out twice.
  if (!errors.empty()) return Failure(errors.front().Text(kAccountTable));
  const std::string missing = MissingRecords(bytes.view(), table_.records().size());
  if (!missing.empty()) return Failure(std::string(kAccountTable) + ": " + missing);
  has_table_ = true;
  table_bytes_ = FormatAccountTable(table_);
  return absl::OkStatus();
}

absl::Status AccountChange::TakeLocks(std::string_view applet) {
  std::string path;
  Error error;
  for (const int64_t patience : {kSilentWait, kLockTimeout}) {
    const int64_t deadline = SystemClock()->MonotonicNs() + patience;
    error = AccountLocks::Take(root_, system_, deadline, &locks_, &path);
    if (error.code() != EAGAIN) break;
    if (patience == kSilentWait) {
      PrintError(applet,
                 root_path_ + path + ": another program has the lock; waiting for up to a minute");
    }
  }
  if (error.ok()) return absl::OkStatus();
  if (error.code() == ELOOP) {
    return absl::UnavailableError(path + ": is a symbolic link, and no lock");
  }
  if (error.code() != EAGAIN) return SystemError(path, "", error);
  return absl::UnavailableError(
      path + ": is still locked; if no program is changing accounts, remove it and try again");
}

absl::Status AccountChange::Shown(absl::Status status) const {
  if (status.ok()) return status;
  return absl::Status(status.code(), root_path_ + std::string(status.message()));
}

absl::Status AccountChange::Open(std::string_view applet, Access access) {
  return Shown(OpenBelowRoot(applet, access));
}

absl::Status AccountChange::OpenBelowRoot(std::string_view applet, Access access) {
  if (access == Access::kWrite) {
    if (Error error = MakeEtc(root_); !error.ok()) return SystemError("/etc", "", error);
    if (absl::Status status = TakeLocks(applet); !status.ok()) return status;
  }
  absl::Status status = FindTable();
  if (status.ok() && access == Access::kWrite) {
    status = RecoverAccounts(root_, root_path_, system_, {kAccountTable, kPassingRecord}, applet);
  }
  return status.ok() ? ReadTable() : status;
}

absl::Status AccountChange::ReadFiles(const AccountFiles::Names& names) {
  std::string path;
  const Error error = AccountFiles::Read(root_, system_, names, &files_, &path);
  return error.ok() ? absl::OkStatus() : Shown(FileError(path, error));
}

std::vector<std::string> AccountChange::RecordFaults() const {
  std::vector<std::string> faults;
  for (const char* record : {kAccountTable, kPassingRecord}) {
    const TransactionError error = CheckRecord(root_, record);
    if (error.error.code() == EBADMSG) faults.push_back(error.path + ": " + error.what);
  }
  return faults;
}

void AccountChange::TellLookups(const std::vector<FileChange>& changes) const {
  bool users = false, groups = false;
  for (const FileChange& change : changes) {
    (change.path.ends_with("group") ? groups : users) = true;
  }
  if (users) ForgetLookups({"passwd"});
  if (groups) ForgetLookups({"group"});
}

absl::Status AccountChange::Commit(bool* committed) { return Shown(CommitBelowRoot(committed)); }

absl::Status AccountChange::CommitBelowRoot(bool* committed) {
  if (committed != nullptr) *committed = false;
  const std::vector<FileChange> changes = files_.Changes();
  const std::string bytes = FormatAccountTable(table_);
  if (changes.empty() && bytes == table_bytes_) return absl::OkStatus();
  const std::string count = kCount + std::to_string(table_.records().size()) + "\n";
  TransactionRecord record{kAccountTable, count + bytes, kTableMode, true};
  if (!has_table_ && bytes.empty()) record = {kPassingRecord, "", kTableMode, false};
  const TransactionError error = ReplaceFiles(root_, changes, record);
  if (committed != nullptr) *committed = error.ok() || error.committed;
  if (live_ && (error.ok() || error.committed)) TellLookups(changes);
  if (!error.ok()) return StatusOf(error);
  table_bytes_ = bytes;
  return absl::OkStatus();
}

int64_t AccountTime() {
  const char* given = std::getenv("SOURCE_DATE_EPOCH");
  constexpr uint64_t kNone = UINT64_MAX;
  const uint64_t seconds = given == nullptr ? kNone : ParseUnsigned(given).value_or(kNone);
  if (seconds <= INT64_MAX) return static_cast<int64_t>(seconds);
  return SystemClock()->WallNs() / kSecond;
}

int64_t AccountDay() {
  const int64_t day = AccountTime() / kSecondsOfADay;
  return day == 0 ? -1 : day;
}

}  // namespace keelson
