// A change of accounts from the first lock to the last lookup forgotten: what every writer of
// account files here does, in the one order that is safe.
//
//   Open       both lock protocols, then what an interrupted run left is finished, then accounts.db
//   ReadFiles  the account files
//   (edits of table() and files())
//   Commit     all or nothing; then pwlookupd and nscd are told
//
// Readers open with kRead: no lock, nothing is finished, Commit must not be called.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_CHANGE_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_CHANGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "applets/useradd_profile/account_files.h"
#include "applets/useradd_profile/account_locks.h"
#include "core/account_state.h"
#include "platform/file.h"

namespace keelson {

inline constexpr char kAccountTable[] = "/var/lib/keelson/accounts.db";

class AccountChange {
 public:
  enum class Access : uint8_t { kRead, kWrite };

  // root outlives this. root_path: what it is called in messages, without a slash at its end ("":
  // "/"), since "/etc/passwd.lock: remove it" would lead to the running system's. live: it is the
  // running system's, whose lookup daemons are to be told.
  AccountChange(Root* root, std::string root_path, AccountSystem system, bool live)
      : root_(*root), root_path_(std::move(root_path)), system_(system), live_(live) {}

  // applet: for lines on stderr that tell of an interrupted run that cannot be finished.
  absl::Status Open(std::string_view applet, Access access);
  absl::Status ReadFiles(const AccountFiles::Names& names);

  // Lines of interrupted runs that nobody can read, "PATH:LINE:COLUMN: what"; Open with kWrite
  // refuses the first one.
  std::vector<std::string> RecordFaults() const;

  bool has_table() const { return has_table_; }  // accounts.db was there
  AccountTable& table() { return table_; }
  AccountFiles& files() { return files_; }

  // Writes the account files and accounts.db, whatever of them differs. After an error nothing has
  // changed, unless *committed: then the next run finishes it. accounts.db is written when it was
  // there or the table has records.
  absl::Status Commit(bool* committed = nullptr);

 private:
  // All errors of a change begin with the path of a file below the root.
  absl::Status Shown(absl::Status status) const;
  absl::Status OpenBelowRoot(std::string_view applet, Access access);
  absl::Status CommitBelowRoot(bool* committed);
  absl::Status TakeLocks(std::string_view applet);
  absl::Status ReadTable();
  // Whether accounts.db is there or plainly not; a link or a folder that leads nowhere is neither,
  // and whoever took it for a new beginning would give spent ids out again.
  absl::Status FindTable();
  void TellLookups(const std::vector<FileChange>& changes) const;

  Root& root_;
  const std::string root_path_;
  AccountSystem system_;
  bool live_;
  AccountLocks locks_;
  bool has_table_ = false;
  std::string table_bytes_;  // as accounts.db would be written now without changes
  AccountTable table_;
  AccountFiles files_;
};

// Seconds since 1970: SOURCE_DATE_EPOCH when it is a number, else the clock's.
int64_t AccountTime();

// The same as shadow's last change: days, or -1 (an empty field) instead of 0, which would force
// the user to change the password.
int64_t AccountDay();

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_CHANGE_H_
