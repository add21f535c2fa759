// The part of giving up privileges that is the same everywhere.
#include "platform/privilege.h"

#include <sys/resource.h>
#include <unistd.h>

namespace keelson {

uint32_t EffectiveUid() { return geteuid(); }

uint32_t EffectiveGid() { return getegid(); }

int32_t OwnPid() { return getpid(); }

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

}  // namespace keelson
