// Messages between a process and a child of it, both ways, with descriptors beside them.
#ifndef KEELSON_PLATFORM_CHANNEL_H_
#define KEELSON_PLATFORM_CHANNEL_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

inline constexpr size_t kMaxChannelDescriptors = 8;  // in one message

// The ends are alike. exec closes both.
Error MakeChannel(Descriptor* one, Descriptor* other);

// All of the message or nothing; the descriptors stay the caller's. wait: until there is room;
// otherwise EAGAIN. EPIPE, ECONNRESET: nobody is there any more. REQUIRES: not empty.
Error SendMessage(int channel, std::string_view message, std::span<const int> descriptors,
                  bool wait);

// The next message. EAGAIN: none now; kOk and *message empty: the other end is gone; EMSGSIZE: it
// was longer than the limit, or had more descriptors, and is lost.
Error ReceiveMessage(int channel, size_t limit, std::string* message,
                     std::vector<Descriptor>* descriptors);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_CHANNEL_H_
