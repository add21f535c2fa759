// What the network is to be: one model, whichever file or command line said so.
//
//   /etc/network/interfaces --core/interfaces_file--+
//   rc.conf ------------------core/rc_network-------+--> DesiredNetwork --network_plan--> steps
//   the kernel's command line-core/boot_network-----+
//
// An interface has setups, one for each iface stanza, or what amounts to one, in order. All is
// typed: what could not be understood has been told of, and its setup has `errors`, so that
// bringing it up fails with that line and changes nothing.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_MODEL_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/boot_network.h"
#include "core/interfaces_config.h"
#include "core/ip_address.h"
#include "core/mac_address.h"
#include "core/rc_network.h"
#include "platform/net_if.h"

namespace keelson {

enum class SetupFamily : uint8_t { kInet, kInet6, kMeta, kCan };

enum class SetupMethod : uint8_t {
  kLoopback,
  kManual,
  kStatic,
  kDhcp,    // by the provider
  kAuto,    // inet6: what routers advertise
  kTunnel,  // inet, inet6
  kSixToFour,
  kV4Tunnel,
  kExternal,  // a program: methods/NAME
};

enum class DhcpProvider : uint8_t { kBuiltin, kDhclient, kUdhcpc, kDhcpcd };

struct DesiredAddress {
  IpPrefix prefix = {};
  std::optional<IpAddress> broadcast = {}, peer = {};
  NetScope scope = NetScope::kGlobal;
  uint32_t preferred_s = kNetForever;

  friend bool operator==(const DesiredAddress&, const DesiredAddress&) = default;
};

struct DesiredRoute {
  IpPrefix to = {};  // length 0: the default route
  std::optional<IpAddress> gateway = {};
  uint32_t metric = 0;
  bool is_onlink = false;

  friend bool operator==(const DesiredRoute&, const DesiredRoute&) = default;
};

struct DesiredDhcp {
  std::optional<DhcpProvider> provider = {};  // none: netconfd's own choice
  std::string hostname, vendor, client_id;    // "no": none
  uint32_t metric = 0;
  uint32_t lease_seconds = 0;  // 0: what the server likes
  bool waits = true;           // up is over when there is a lease
  bool wants_prefix = false;   // v6: request_prefix

  friend bool operator==(const DesiredDhcp&, const DesiredDhcp&) = default;
};

struct DesiredSetup {
  SetupFamily family = SetupFamily::kInet;
  SetupMethod method = SetupMethod::kManual;
  std::string method_name;  // "static", or what an external one is called
  std::string logical;      // the name of the stanza, which a mapping or ifup may have chosen
  std::string place;        // "PATH:LINE:COLUMN" of what said so
  std::vector<std::string> errors;  // why it cannot be brought up; none: it can

  std::optional<uint32_t> mtu;
  std::optional<std::string> hardware_address;  // raw bytes; empty: a random one
  std::vector<DesiredAddress> addresses;
  std::vector<DesiredRoute> routes;
  std::vector<std::pair<NetSetting, uint32_t>> settings;
  LinkMaking tunnel;  // of the three kinds of tunnels
  DesiredDhcp dhcp;
  // How often, each interval, addresses of v6 are looked at: whether duplicate detection is over,
  // or whether there is a link-local one.
  uint32_t dad_attempts = 60;
  int64_t dad_interval_ns = 100'000'000;
  bool waits_for_link_local = false;  // inet6: before DHCP

  std::vector<std::string> pre_up, up, down, post_down;  // commands of a shell
  bool has_scripts = true;                               // the directories of hooks count
  // As hooks get them: without commands, with what ifupdown adds and converts (IfupdownOptions).
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<IpAddress> dns;
  std::vector<std::string> search;

  friend bool operator==(const DesiredSetup&, const DesiredSetup&) = default;
};

// What a bridge makes of one of its ports.
struct DesiredPort {
  std::string name = {};
  std::optional<uint32_t> cost = {}, priority = {};

  friend bool operator==(const DesiredPort&, const DesiredPort&) = default;
};

struct DesiredInterface {
  std::string name;  // with a label: "eth0:1"
  // The loopback interface of which no file says anything: it is up by itself.
  bool is_loopback = false;
  std::string description;         // becomes its alias
  std::optional<LinkMaking> made;  // not there unless somebody makes it
  std::vector<std::string> ports;  // of a bridge or bond
  // Of a bridge. Ports that are meant by patterns are added by TakePorts (bridge_ports.h).
  std::vector<std::string> port_patterns;
  std::vector<DesiredPort> port_settings;
  std::vector<std::string> awaited_ports;  // interfaces that have to be there before
  uint32_t port_wait_s = 0;                // ... and how long they are waited for; 0: not at all
  uint32_t forward_wait_s = 0;             // how long for its forwarding
  std::string hardware_address;            // raw bytes; empty: the kernel's choice
  std::string hardware_from;               // the interface whose address it gets; empty: none
  std::string master;                      // as a bond's port names it
  std::string wireguard;                   // the path of its configuration
  std::vector<std::string> needs;          // "requires": come up first
  std::vector<DesiredSetup> setups;

  friend bool operator==(const DesiredInterface&, const DesiredInterface&) = default;
};

struct DesiredNetwork {
  std::vector<DesiredInterface> interfaces;  // each name once
  std::string hostname;
  std::vector<IpAddress> dns;
};

struct NetworkNote {
  std::string text;  // "PATH:LINE:COLUMN: what"
};

// What an option of an iface is after ifupdown's defaults and conversions for its method on Linux:
// `netmask` and `broadcast` from `address`, `hwaddress` without its class ... Commands are among
// them. `name` is the interface's.
std::vector<std::pair<std::string, std::string>> IfupdownOptions(const InterfaceStanza& stanza,
                                                                 std::string_view name);
// pre-up, up, down, post-down.
bool IsInterfaceCommand(std::string_view option);

// The interface with that name, by the stanzas named `logical`. False: no stanza has that name.
bool DesireInterface(const InterfacesConfig& config, std::string_view name,
                     std::string_view logical, DesiredInterface* interface);

// Those of rc.conf, by the interfaces that there are; `paths` are the files of the notes.
void DesireRcNetwork(const RcNetwork& rc, const std::vector<std::string>& present,
                     DesiredNetwork* network);

void DesireBootNetwork(const BootNetwork& boot, const NetState& state, DesiredNetwork* network);

IpAddress FromNetIp(const NetIp& ip);
NetIp ToNetIp(const IpAddress& address);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_MODEL_H_
