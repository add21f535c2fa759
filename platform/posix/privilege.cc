// The part of giving up privileges that is the same everywhere.
#include "platform/privilege.h"

#include <sys/resource.h>
#include <unistd.h>

namespace keelson {

uint32_t EffectiveUid() { return geteuid(); }

int32_t OwnPid() { return getpid(); }

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
