// What routers' advertisements carry beyond what the kernel takes: IPv6's neighbour discovery
// options for users, such as name servers (RFC 8106).
#ifndef KEELSON_PLATFORM_ROUTER_OPTIONS_H_
#define KEELSON_PLATFORM_ROUTER_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

class RouterOptions {
 public:
  virtual ~RouterOptions() = default;
};

// options: as on the wire, unchecked but for their whole length (core/router_option.h reads them);
// of interfaces whose advertisements the kernel takes. In the network name space that the caller is
// in; no privileges are needed. Linux: rtnetlink's group of them. BSD: a raw ICMPv6 socket.
Error HearRouterOptions(Loop* loop,
                        std::function<void(uint32_t index, std::string_view options)> callback,
                        std::unique_ptr<RouterOptions>* heard);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_ROUTER_OPTIONS_H_
