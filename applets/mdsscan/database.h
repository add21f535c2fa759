// The folder with a snapshot and the state behind it, as several processes share it: readers map
// what is there, one writer at a time replaces it.
#ifndef KEELSON_APPLETS_MDSSCAN_DATABASE_H_
#define KEELSON_APPLETS_MDSSCAN_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "applets/mdsscan/catalog.h"
#include "applets/mdsscan/module_directory.h"
#include "platform/file.h"
#include "platform/lock.h"

namespace keelson {

inline constexpr std::string_view kSnapshotName = "mdsscan.snapshot";
inline constexpr std::string_view kStateName = "mdsscan.state";
inline constexpr std::string_view kLockName = "mdsscan.lock";

// A builder's bytes as a snapshot. Null: they are none.
std::shared_ptr<const SharedSnapshot> SnapshotInMemory(std::string bytes);

class Database {
 public:
  // folder: absolute, below the root. REQUIRES: root outlives this.
  Database(Root* root, std::string folder, uint32_t uid);

  // Whether the files are those that were loaded or written last.
  bool IsAsKnown();
  // What is loaded is that of the folder which IsAsKnown or Know has found last.
  // Null: there is none that may be trusted. all: a snapshot whose every page is right.
  std::shared_ptr<const SharedSnapshot> LoadSnapshot(bool all);
  // Empty, if there is none or it may not be trusted.
  Catalog LoadState();
  // Its head alone, from its first bytes.
  Catalog LoadStateHead();

  // What is stored and of no use, or not to be trusted: "PATH: what", at most one of each file.
  // What is not there is no fault.
  std::vector<std::string> Faults();
  // Of the snapshot alone, when LoadSnapshot(true) has given none: "PATH: what". Empty: it is not
  // there, and was not expected.
  std::string WhyNoSnapshot(bool expected);

  // Makes the folder when it is missing. Waits until then for others; kAborted: they have it.
  absl::Status Lock(int64_t deadline_ns);
  void Unlock() {
    lock_.reset();
    replaced_.reset();
    staged_.clear();
  }
  // REQUIRES of all: locked.
  absl::Status WriteSnapshot(std::string_view bytes);
  absl::Status WriteState(std::string_view bytes);
  // In two steps: afterwards it needs no more space, and counts with the second one.
  absl::Status StageState(std::string_view bytes);
  absl::Status CommitState();
  // What is there now counts as known.
  void Know();

 private:
  struct Versions {
    Validator snapshot, state;
    friend bool operator==(const Versions&, const Versions&) = default;
  };

  bool Open();
  // Of the folder. Null: there is no such file that may be trusted.
  std::unique_ptr<Mapping> Map(std::string_view name);
  Versions Look();
  std::string FaultOf(std::string_view name);
  absl::Status Make();
  absl::Status CheckLockFile();
  void SweepTemporaries();
  absl::Status Replace(std::string_view name, std::string_view bytes, bool sync);
  std::string PathOf(std::string_view name) const { return folder_ + "/" + std::string(name); }

  Root& root_;
  const std::string folder_;
  const uint32_t uid_;
  std::unique_ptr<Directory> directory_;  // as Open found it; null: none, or not to be trusted
  std::unique_ptr<keelson::Lock> lock_;
  std::unique_ptr<Mapping> replaced_;  // the snapshot that was there
  std::string staged_;                 // the name of the state to be; empty: none
  bool is_known_ = false;
  Versions known_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_DATABASE_H_
