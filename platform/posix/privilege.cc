// The part of giving up privileges that is the same everywhere.
#include "platform/privilege.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace keelson {

uint32_t EffectiveUid() { return geteuid(); }

uint32_t EffectiveGid() { return getegid(); }

int32_t OwnPid() { return getpid(); }

// A folder that has been removed is empty for good: nothing can be made in it. Another place is
// tried where one cannot be written to.
Error EnterEmptyRoot() {
  Error error(ENOENT);
  for (const char* place : {"/run/.keelson-XXXXXX", "/tmp/.keelson-XXXXXX", "/.keelson-XXXXXX"}) {
    std::string path = place;
    if (mkdtemp(path.data()) == nullptr) {
      error = Error::Last();
      continue;
    }
    const bool entered = chdir(path.c_str()) == 0;
    error = entered ? kOk : Error::Last();
    if (rmdir(path.c_str()) != 0 || !entered) return error.ok() ? Error::Last() : error;
    return chroot(".") == 0 && chdir("/") == 0 ? kOk : Error::Last();
  }
  return error;
}

Error ReadDescriptorLimit(uint64_t* soft, uint64_t* hard) {
  rlimit now;
  if (getrlimit(RLIMIT_NOFILE, &now) != 0) return Error::Last();
  *soft = now.rlim_cur;
  *hard = now.rlim_max;
  return kOk;
}

Error RaiseDescriptorLimit(uint64_t* limit) {
  rlimit now;
  if (getrlimit(RLIMIT_NOFILE, &now) != 0) return Error::Last();
  *limit = now.rlim_cur;
  if (now.rlim_cur == now.rlim_max) return kOk;
  now.rlim_cur = now.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &now) != 0) return Error::Last();
  *limit = now.rlim_cur;
  return kOk;
}

// The lowest number that is free is always the next one.
bool HasDescriptorsLeft(uint64_t count) {
  rlimit now;
  const int next = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (next < 0) return false;
  close(next);
  return getrlimit(RLIMIT_NOFILE, &now) == 0 && static_cast<uint64_t>(next) + count <= now.rlim_cur;
}

}  // namespace keelson
