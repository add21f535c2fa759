// Taking down what is mounted, at the end of a system.
#ifndef KEELSON_PLATFORM_LINUX_BOOT_MOUNTS_H_
#define KEELSON_PLATFORM_LINUX_BOOT_MOUNTS_H_

namespace keelson {

// All but /, /proc, /sys and /dev of this mount name space; what is in use becomes read-only, and /
// too. whole_system: the file systems themselves do, otherwise only how they are seen from here.
// Allocates nothing.
void UnmountAll(bool whole_system);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_BOOT_MOUNTS_H_
