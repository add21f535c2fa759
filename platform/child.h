// A part of this process that goes on by itself, with the rights that are given up here.
#ifndef KEELSON_PLATFORM_CHILD_H_
#define KEELSON_PLATFORM_CHILD_H_

#include <functional>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

// Forks. The child runs `run` with its end of a channel (platform/channel.h), has no other
// descriptor (0, 1 and 2 are /dev/null), gives way to every other process, and does not hear what
// is meant for the parent: SIGINT, SIGTERM and SIGHUP. It is to end when the channel does. Nobody
// waits for it: from now on the system forgets the children of this process when they end.
// REQUIRES: one thread, and nothing open that a copy of would disturb, such as a Loop.
Error StartChild(const std::function<void(int channel)>& run, Descriptor* channel);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_CHILD_H_
