// What rc.conf of the BSDs says of the network (core/rc_conf.h reads the file), as typed entries.
//
//   ifconfig_IF="[inet] ADDRESS[/LENGTH] [netmask M] [broadcast B] [mtu N] [ether MAC] [up|down]
//   ..." ifconfig_IF="DHCP", also SYNCDHCP, NOSYNCDHCP, NOAUTO, in any case and beside the others
//   ifconfig_IF_ipv6="inet6 ADDRESS [prefixlen N] [accept_rtadv]"  ifconfig_IF_aliasN="inet ..."
//   ifconfig_IF_aliases="inet ... inet6 ..."  ifconfig_IF_name=NEW  ifconfig_IF_descr=TEXT
//   ifconfig_DEFAULT for interfaces without a line of their own
//   ipv4_addrs_IF="192.0.2.1/24 192.0.2.5-9/32"
//   network_interfaces="auto" or names; cloned_interfaces, vlans_IF, create_args_IF
//   defaultrouter, ipv6_defaultrouter, static_routes and route_NAME, ipv6_static_routes and
//   ipv6_route_NAME; hostname
// IF stands with '_' for each of . - / +, so that its true name is known only where it is a word of
// a list. A range counts in one number of an address; the length is that of its first address, the
// others have 32. What is not understood is left out and told of, the rest of its line counts.
#ifndef KEELSON_CORE_RC_NETWORK_H_
#define KEELSON_CORE_RC_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.h"
#include "core/mac_address.h"
#include "core/rc_conf.h"

namespace keelson {

inline constexpr size_t kMaxRcAddresses = 65536;  // of all interfaces

struct RcPlace {
  size_t file = 0;  // of RcConf::files()
  Position at;      // of the variable
};

struct RcAddress {
  IpPrefix prefix;
  std::optional<IpAddress> broadcast;
};

struct RcInterface {
  std::string name;  // "DEFAULT": of those without a line of their own
  RcPlace place;
  std::vector<RcAddress> addresses;  // in order
  bool by_dhcp = false;
  bool by_routers = false;             // accept_rtadv
  std::optional<bool> waits_for_dhcp;  // SYNCDHCP, NOSYNCDHCP
  bool is_manual = false;              // NOAUTO: nothing is done at the start
  bool is_down = false;
  bool is_created = false;  // cloned, or a vlan
  uint32_t mtu = 0;         // 0: not said
  std::optional<MacAddress> mac;
  std::string new_name, description;
  std::string parent;              // of a vlan
  uint16_t vlan = 0;               // 1 to 4094
  std::vector<std::string> ports;  // addm, laggport
  std::string lagg_protocol;
};

struct RcRoute {
  RcPlace place;
  IpPrefix network;                  // length 0: the default route
  std::optional<IpAddress> gateway;  // this or the interface is there
  std::string interface;
};

struct RcNetwork {
  std::vector<RcInterface> interfaces;  // those of lists in their order, then by name
  bool is_all = true;                   // every interface there is, not only these
  std::vector<RcRoute> routes;
  std::string hostname;
};

struct RcNote {
  size_t file = 0;  // of RcConf::files()
  ParseError error;
};

// At most 1000 notes.
std::vector<RcNote> ReadRcNetwork(const RcConf& conf, RcNetwork* network);

// "192.0.2.5-9/28": 192.0.2.5/28, then those up to 192.0.2.9, each /32; also a single address. The
// length is `length` if none is said. False: it is none.
bool ExpandRcAddresses(std::string_view text, int length, std::vector<IpPrefix>* addresses);

}  // namespace keelson

#endif  // KEELSON_CORE_RC_NETWORK_H_
