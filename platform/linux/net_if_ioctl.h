// NetIf by the ioctls of old, for a kernel without rtnetlink.
#ifndef KEELSON_PLATFORM_LINUX_NET_IF_IOCTL_H_
#define KEELSON_PLATFORM_LINUX_NET_IF_IOCTL_H_

#include <memory>

#include "platform/error.h"
#include "platform/net_if.h"

namespace keelson {

// It has links that are there already (up, mtu, hardware address, name), v4 addresses, one for each
// name or label, and default routes of v4. The rest is kUnsupported, and so is listening: its
// caller looks from time to time.
Error NewIoctlNetIf(std::unique_ptr<NetIf>* net_if);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_NET_IF_IOCTL_H_
