// Network interfaces: list and flags. Links, addresses and routes come with netconfd.
//
// Implementable by getifaddrs/SIOCGIFFLAGS on every system; FreeBSD's high flag bits
// (ifr_flagshigh) are bits 16 to 31 here.
#ifndef KEELSON_PLATFORM_NET_IF_H_
#define KEELSON_PLATFORM_NET_IF_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"

namespace keelson {

// The flags that all systems have, under numbers of our own.
enum InterfaceFlag : uint32_t {
  kIfUp = 1 << 0,
  kIfRunning = 1 << 1,  // has a carrier
  kIfLoopback = 1 << 2,
  kIfBroadcast = 1 << 3,
  kIfPointToPoint = 1 << 4,
  kIfMulticast = 1 << 5,
  kIfPromiscuous = 1 << 6,
};

struct Interface {
  uint32_t index = 0;
  std::string name = {};
  uint32_t flags = 0;                 // InterfaceFlag
  uint32_t mtu = 0;                   // bytes
  std::string hardware_address = {};  // raw bytes, 6 for Ethernet, empty when it has none
};

class NetIf {
 public:
  virtual ~NetIf() = default;
  virtual Error List(std::vector<Interface>* interfaces) = 0;          // by index
  virtual Error Get(std::string_view name, Interface* interface) = 0;  // ENODEV
  // Sets the flags in `on` and clears those in `off`; only kIfUp and kIfPromiscuous can be changed.
  virtual Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) = 0;
};

// Works in the network namespace that the caller is in.
Error NewNetIf(std::unique_ptr<NetIf>* net_if);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_NET_IF_H_
