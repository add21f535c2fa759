// When the seed's algorithm looks at the modules: Apple's of 2001, as its README tells it.
//
//   1. Not within ten seconds of the last time, in this process. Otherwise the folders of the path
//      are looked at: if none has changed since the last scan, that is all.
//   2. The lock is tried; if somebody has it, the snapshot that is there will do.
//   3. Modules that are gone or have changed lose their records.
//   4. New ones are put in.
//
// What it does not see: that a file of a module has changed, or that a bundle has another content,
// as long as no entry of a folder comes or goes; entries of folders below, with --recursive; a
// folder that was put in the place of another one and is older than the last scan; a folder that
// is gone; all that has happened in the last ten seconds.
//
// Apple compared with the end of a scan that had not begun yet, and so never scanned twice; here it
// is the beginning of the last one that was completed. Steps 3 and 4 are those of every scan.
#ifndef KEELSON_APPLETS_MDSSCAN_SEED_SCAN_H_
#define KEELSON_APPLETS_MDSSCAN_SEED_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/file.h"

namespace keelson {

class SeedScan {
 public:
  static constexpr int64_t kIntervalNs = 10 * kSecond;

  // Step 1. last_started_ns: when the last completed scan began.
  bool IsDue(Root* root, Clock* clock, const std::vector<std::string>& path,
             int64_t last_started_ns);

 private:
  std::optional<int64_t> looked_ns_;  // of the monotonic clock
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_SEED_SCAN_H_
