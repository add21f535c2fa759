// Landlock: a set of rights is taken away everywhere, and some are given back below directories.
//
// What is not named is not taken away, so all that the kernel knows is named; a kernel refuses what
// it does not know yet. Rights since version 1 of the interface are bits 0 to 12; later ones
// follow.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "platform/descriptor.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

// All rights of files that this version of the interface has.
uint64_t RightsOf(long version) {
  uint64_t rights = (uint64_t{1} << 13) - 1;
  if (version >= 2) rights |= uint64_t{1} << 13;  // linking into other directories
  if (version >= 3) rights |= uint64_t{1} << 14;  // truncating
  if (version >= 5) rights |= uint64_t{1} << 15;  // ioctl(2) of devices
  return rights;
}

Error Allow(int rules, const std::string& directory) {
  const Descriptor fd(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return Error::Last();
  landlock_path_beneath_attr below = {};
  below.allowed_access = kRead;
  below.parent_fd = fd.get();
  const long added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
  return added == 0 ? kOk : Error::Last();
}

}  // namespace

Error ConfineToReading(std::span<const std::string> directories) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Error::Last();
  const long version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 0) {
    // Not in this kernel, or not switched on.
    return errno == ENOSYS || errno == EOPNOTSUPP ? kUnsupported : Error::Last();
  }
  landlock_ruleset_attr all = {};
  all.handled_access_fs = RightsOf(version);
  const Descriptor rules(static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0)));
  if (rules.get() < 0) return Error::Last();
  for (const std::string& directory : directories) {
    const Error error = Allow(rules.get(), directory);
    if (!error.ok() && !error.not_found() && error.code() != EACCES) return error;
  }
  return syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0 ? kOk : Error::Last();
}

}  // namespace keelson
