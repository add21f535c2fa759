// Giving up what a daemon does not need, visibly, just before its loop.
#ifndef KEELSON_PLATFORM_PRIVILEGE_H_
#define KEELSON_PLATFORM_PRIVILEGE_H_

#include <cstdint>

#include "platform/error.h"

namespace keelson {

uint32_t EffectiveUid();
int32_t OwnPid();

// For good: groups emptied, gid and uid set (real, effective, saved), no new privileges by exec
// where the system has that. Verifies that root cannot be had back. EINVAL: one of the two is 0.
// REQUIRES: EffectiveUid() == 0.
Error DropTo(uint32_t uid, uint32_t gid);

// Raises the limit of open descriptors to what is allowed; *limit is what there is now.
Error RaiseDescriptorLimit(uint64_t* limit);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PRIVILEGE_H_
