// The directory of the modules of a path: brought up to date when asked, read as a snapshot.
//
// What the applet, its watch and the MDS calls stand on. The database folder has three files:
// mdsscan.snapshot (core/mds_snapshot.h, may be shipped in an image), mdsscan.state (Catalog,
// disposable) and mdsscan.lock (flock(2), 0600, never removed). Readers take no lock. Whoever may
// not or cannot write there gets the same answers from memory.
#ifndef KEELSON_APPLETS_MDSSCAN_MODULE_DIRECTORY_H_
#define KEELSON_APPLETS_MDSSCAN_MODULE_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "applets/mdsscan/catalog.h"
#include "core/mds_snapshot.h"
#include "platform/clock.h"
#include "platform/file.h"

namespace keelson {

// A snapshot and what it is read from; shared by those who still read when the next one is there.
class SharedSnapshot {
 public:
  virtual ~SharedSnapshot() = default;
  virtual const MdsSnapshot& snapshot() const = 0;
};

enum class Freshness : uint8_t {
  kAsItIs,   // the snapshot of the database, if there is one that may be trusted
  kFolders,  // the seed's rule: looked at only if a folder of the path is newer (seed_scan.h)
  kFull,     // every file that was seen, with one system call each; what differs is read
};

struct ModuleChange {
  enum Kind : uint8_t { kAdded, kChanged, kRemoved } kind;
  std::string module;
};

// What one Refresh did.
struct RefreshReport {
  std::vector<ModuleChange> changes;  // sorted by module; against the snapshot before
  std::vector<std::string> messages;  // errors, one line each, of all modules and folders as they
                                      // are now, not only of those that were read; any bytes
  std::vector<std::string> notes;     // what was passed over; duplicates with their winners
  std::string lost;                   // "PATH: what": the snapshot that there was, of no use; all
                                      // was read anew. Told once
  bool published = false;             // a new snapshot is in the database
  absl::Status not_published;         // why not, where one was due: the answers are from memory.
                                      // PermissionDenied: the caller is not the owner; Aborted:
                                      // another process has the lock
  uint64_t modules_read = 0;
};

class ModuleDirectory {
 public:
  struct Options {
    std::vector<std::string> path;  // absolute, below the root, no slash at the end; so is
    std::string database;           // a folder, made when missing (0755)
    bool recursive = false;
    int64_t lock_wait_ns = 10 * kSecond;
    bool store = true;     // false: the database is read and left alone
    bool catalog = false;  // kFolders: the catalog is wanted, too, when nothing had to be looked at
  };
  // Nothing is read yet. REQUIRES: root and clock outlive this.
  ModuleDirectory(Root* root, Clock* clock, Options options);
  ~ModuleDirectory();

  // Afterwards snapshot() is there, unless this fails: the modules cannot be read (descriptors,
  // memory) or hold more than a snapshot can.
  absl::Status Refresh(Freshness freshness, RefreshReport* report);
  // Only what an event named: the module of that name or folder ("0/a.bundle"; "0/" and "0/sub/":
  // the folder's entries). The state is left to StoreState, and until then others wait as for a
  // scan. REQUIRES: a Refresh before.
  absl::Status RefreshSome(const std::vector<std::string>& places, RefreshReport* report);
  // Writes the state that is due, if one is. Every Refresh begins with it. What could not be
  // written is tried again by the next one.
  absl::Status StoreState();

  std::shared_ptr<const SharedSnapshot> snapshot() const;  // null before the first Refresh
  const Catalog& catalog() const;  // what stands behind it; empty when only the snapshot was read
  uint64_t generation() const { return catalog().generation; }

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MODULE_DIRECTORY_H_
