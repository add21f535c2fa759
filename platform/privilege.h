// Giving up what a daemon does not need, visibly, just before its loop.
#ifndef KEELSON_PLATFORM_PRIVILEGE_H_
#define KEELSON_PLATFORM_PRIVILEGE_H_

#include <cstdint>
#include <span>
#include <string>

#include "platform/error.h"

namespace keelson {

uint32_t EffectiveUid();
uint32_t EffectiveGid();
int32_t OwnPid();

// For good: groups emptied, gid and uid set (real, effective, saved), no new privileges by exec
// where the system has that. Verifies that root cannot be had back. EINVAL: one of the two is 0.
// REQUIRES: EffectiveUid() == 0.
Error DropTo(uint32_t uid, uint32_t gid);

// For good: files can be read in these directories and below, no other file can be opened, and none
// can be written, made, removed or executed anywhere. What is open stays as it is; who a file is
// and where links lead can still be asked. No new privileges by exec, whatever is returned.
// Directories that are not there are passed over. kUnsupported: this system has no such thing.
Error ConfineToReading(std::span<const std::string> directories);

// For good: there is no file for this process any more but those that it has open. REQUIRES: root.
Error EnterEmptyRoot();

// How many descriptors a program may have open, now and at most.
Error ReadDescriptorLimit(uint64_t* soft, uint64_t* hard);
// Raises the limit of open descriptors to what is allowed; *limit is what there is now.
Error RaiseDescriptorLimit(uint64_t* limit);
// Whether so many descriptors could be opened now, as far as the next number tells.
bool HasDescriptorsLeft(uint64_t count);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PRIVILEGE_H_
