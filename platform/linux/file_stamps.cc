// By the numbers of statfs(2): those that stamp with this machine's clock, to the tick or better.
#include "platform/file_stamps.h"

#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cstdint>

namespace keelson {
namespace {

// EXT4's is that of ext2 and ext3, whose inodes may be too small for more than seconds: those
// stamps look like it. The two without a name in every version of the header are XFS and ZFS.
constexpr uint32_t kExact[] = {
    EXT4_SUPER_MAGIC,
    BTRFS_SUPER_MAGIC,
    TMPFS_MAGIC,
    RAMFS_MAGIC,
    OVERLAYFS_SUPER_MAGIC,
    SQUASHFS_MAGIC,
    F2FS_SUPER_MAGIC,
    0x58465342,
    0x2fc12fc1,
    0xe0f5e1e2 /* erofs */,
    0xca451a4e /* bcachefs */,
};

}  // namespace

Error HasExactStamps(int fd, bool* exact) {
  struct statfs status;
  if (fstatfs(fd, &status) != 0) return Error::Last();
  const auto type = static_cast<uint32_t>(status.f_type);
  *exact = std::find(std::begin(kExact), std::end(kExact), type) != std::end(kExact);
  return kOk;
}

}  // namespace keelson
