// What the kernel's command line says of the network: the kernel's words (nfsroot.rst) and dracut's
// (dracut.cmdline(7)), as typed entries.
//
//   ip=METHOD   ip=ADDRESS   nfsaddrs= is another name of ip=
//   ip=DEVICE:METHOD[:[MTU][:MAC]]
//   ip=[ADDRESS]:[PEER]:[GATEWAY]:[NETMASK]:[HOSTNAME]:[DEVICE]:[METHOD][:[MTU][:MAC]]
//   ip=...:[METHOD]:[DNS][:[DNS][:NTP]]
//   vlan=NAME:DEVICE  bond=NAME[:PORT,PORT[:KEY=VALUE,...[:MTU]]]  bridge=NAME[:PORT,PORT]
//   ifname=NAME:MAC  nameserver=ADDRESS  rd.route=NETWORK:[GATEWAY][:DEVICE]  rd.peerdns=0|1
//   BOOTIF=[01-]MAC  bootdev=DEVICE
// v6 addresses are in brackets where a ':' may follow. NETMASK is a mask or a length; it may stand
// behind the address as /LENGTH instead; without any it is the one of the class of old, 128 for v6.
// Words are cut as the kernel cuts them: blanks separate, "..." keeps them, "--" ends all.
//
// An entry that is not understood is left out and told of. Nothing of it is text that somebody
// could take for something else: names are IsInterfaceName, host names have letters, digits, '.',
// '-'.
#ifndef KEELSON_CORE_BOOT_NETWORK_H_
#define KEELSON_CORE_BOOT_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"
#include "core/ip_address.h"
#include "core/mac_address.h"

namespace keelson {

inline constexpr size_t kMaxCommandLine = size_t{1} << 16;  // bytes; what follows is left out

enum class BootMethod : uint8_t {
  kNone,  // off: what is said and nothing else
  kAny,   // on: whatever is there, DHCP for us
  kDhcp,
  kDhcp6,
  kAuto6,    // what routers advertise
  kEither6,  // auto6, dhcp6 if routers say so
  kLinkLocal,
  kIbft,  // what the firmware says
  kBootp,
  kRarp,
  kBoth,  // bootp or rarp
};
std::string_view BootMethodName(BootMethod method);  // "none", "any", "dhcp" ...

struct BootInterface {
  Position at;
  std::string device;  // empty: whichever there is
  BootMethod method = BootMethod::kAny;
  std::optional<IpPrefix> address;
  std::optional<IpAddress> peer;  // the other end, or the kernel's server to boot from
  std::optional<IpAddress> gateway;
  std::string hostname;
  std::vector<IpAddress> dns;
  std::optional<IpAddress> ntp;
  uint32_t mtu = 0;  // 0: not said
  std::optional<MacAddress> mac;
  std::string client_id;  // of dhcp,TYPE,VALUE: the byte TYPE and VALUE
};

struct BootRoute {
  Position at;
  IpPrefix network;
  std::optional<IpAddress> gateway;  // this or the device is there
  std::string device;
};

struct BootLink {
  enum class Kind : uint8_t { kVlan, kBond, kBridge } kind = Kind::kVlan;
  Position at;
  std::string name;
  std::vector<std::string> ports;    // of a vlan the device below it
  uint16_t vlan = 0;                 // 1 to 4094
  std::vector<std::string> options;  // of a bond, KEY=VALUE
  uint32_t mtu = 0;
};

struct BootName {
  Position at;
  std::string name;
  MacAddress mac;
};

struct BootNetwork {
  std::vector<BootInterface> interfaces;
  std::vector<BootLink> links;
  std::vector<BootRoute> routes;
  std::vector<BootName> names;
  std::vector<IpAddress> dns;
  bool takes_peer_dns = true;
  std::string boot_device;             // bootdev=
  std::optional<MacAddress> boot_mac;  // BOOTIF=
};

// Adds what the bytes say; returns what was left out, at most 1000.
std::vector<ParseError> ReadBootNetwork(std::string_view bytes, BootNetwork* network);

}  // namespace keelson

#endif  // KEELSON_CORE_BOOT_NETWORK_H_
