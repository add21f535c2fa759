// A database as clients map it: every answer of one version of its file in one sealed memory.
//
// Built a slice at a time, between requests, from the table that is in memory; never changed
// afterwards, but for its head. It has every name, id and port of the file and answers each as the
// socket does; of a group file also the groups of every member, and "none" for every user of passwd
// who is in none. What is not in it is asked for at the socket.
#ifndef KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_H_
#define KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "applets/pwlookupd/machine.h"
#include "core/nscd_map.h"
#include "platform/error.h"
#include "platform/sealed_memory.h"

namespace keelson {

struct Snapshot {
  std::unique_ptr<SealedMemory> memory;
  uint64_t bytes = 0;
  uint64_t entries = 0;  // keys
  bool whole = true;     // false: what did not fit is asked for over the socket

  NscdMapHead* head() const { return reinterpret_cast<NscdMapHead*>(memory->memory().data()); }
};

class SnapshotBuilder {
 public:
  virtual ~SnapshotBuilder() = default;

  // Goes on for a slice. *snapshot is filled when all is done, and empty before.
  virtual Error Step(Snapshot* snapshot) = 0;
};

// From what the machine has in memory and clients may find there: an empty one when that is
// nothing. byte_limit: of the snapshot; at most 2^31. REQUIRES: the machine's database stays as it
// is as long as the builder; for a group's also passwd. As much of the file's beginning goes in as
// fits, then groups of users.
std::unique_ptr<SnapshotBuilder> NewSnapshotBuilder(const LookupMachine& machine, Database database,
                                                    uint64_t byte_limit);

// What a database's snapshot may have of a limit for all of them.
uint64_t SnapshotLimit(Database database, uint64_t limit_of_all);

// A valid one without answers.
Error MakeEmptySnapshot(Snapshot* snapshot);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_H_
