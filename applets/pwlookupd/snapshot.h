// A database as clients map it: every answer of one version of its file in one sealed memory.
//
// Built a slice at a time, between requests, from the table that is in memory; never changed
// afterwards, but for its head.
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
  bool whole = true;  // false: what did not fit is asked for over the socket

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
// is as long as the builder.
std::unique_ptr<SnapshotBuilder> NewSnapshotBuilder(const LookupMachine& machine, Database database,
                                                    uint64_t byte_limit);

// A valid one without answers.
Error MakeEmptySnapshot(Snapshot* snapshot);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_H_
