// Files by who owns them: one pass over folders of a root for every wanted uid and gid at once.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_OWNER_SCAN_H_
#define KEELSON_APPLETS_USERADD_PROFILE_OWNER_SCAN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/useradd_profile/update_call.h"
#include "platform/file.h"

namespace keelson {

struct OwnedFile {
  std::string path;  // below the root
  uint32_t uid = 0;
  uint32_t gid = 0;
  bool by_uid = false;  // the uid is a wanted one
  bool by_gid = false;
  bool is_directory = false;
};

struct OwnerScan {
  std::function<bool(uint32_t)> wants_uid, wants_gid;
  std::function<void(const OwnedFile&)> found;
};

// Looks in --paths and in `further`, or everywhere but in /proc, /sys, /dev and /run. What cannot
// be read is told. On a terminal the standard error output shows how far it is.
// The exit code, or a Status for paths that cannot be.
absl::StatusOr<int> ScanOwners(const UpdateCall& call, std::vector<std::string_view> further,
                               const OwnerScan& scan);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_OWNER_SCAN_H_
