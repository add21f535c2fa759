// Hearing that something about network interfaces has changed: one came, went, up or down.
#ifndef KEELSON_PLATFORM_LINK_EVENTS_H_
#define KEELSON_PLATFORM_LINK_EVENTS_H_

#include <functional>
#include <memory>

#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
};

// A hint only: the callback looks (platform/net_if.h) what is so now. In the network name space
// that the caller is in. kUnsupported, EPERM: this system tells nothing.
Error HearLinks(Loop* loop, std::function<void()> callback, std::unique_ptr<LinkEvents>* events);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINK_EVENTS_H_
