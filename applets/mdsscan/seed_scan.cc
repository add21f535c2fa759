// The header tells all of it.
#include "applets/mdsscan/seed_scan.h"

#include <algorithm>

namespace keelson {

bool SeedScan::IsDue(Root* root, Clock* clock, const std::vector<std::string>& path,
                     int64_t last_started_ns) {
  const int64_t now_ns = clock->MonotonicNs();
  if (looked_ns_ && now_ns - *looked_ns_ < kIntervalNs) return false;
  looked_ns_ = now_ns;
  return std::any_of(path.begin(), path.end(), [&](const std::string& folder) {
    FileInfo info;
    return root->Stat(folder, &info).ok() && info.mtime_ns > last_started_ns;
  });
}

}  // namespace keelson
