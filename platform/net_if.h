// The kernel's network: what there is, what is to change, and what has changed.
//
// Three things: a dump of the state, a list of changes that is sent as one, and events. Names are
// data here: they go to the kernel as they are. Linux: rtnetlink, with the interface ioctls where
// it is missing. BSD: SIOC* ioctls, sysctl's NET_RT_* for the dump, a route socket for the events.
// Whatever a system has not got is kUnsupported (EOPNOTSUPP), and its caller says so.
#ifndef KEELSON_PLATFORM_NET_IF_H_
#define KEELSON_PLATFORM_NET_IF_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/error.h"
#include "platform/loop.h"

namespace keelson {

// Whether an interface can be given that name. Most bytes are fine: "-rf", "$(id)", "\xff". '%' is
// not: Linux puts a number in its place.
bool MayNameInterface(std::string_view name);

// The flags that all systems have, under numbers of our own.
enum InterfaceFlag : uint32_t {
  kIfUp = 1 << 0,
  kIfRunning = 1 << 1,  // has a carrier
  kIfLoopback = 1 << 2,
  kIfBroadcast = 1 << 3,
  kIfPointToPoint = 1 << 4,
  kIfMulticast = 1 << 5,
  kIfPromiscuous = 1 << 6,
  kIfNoArp = 1 << 7,
};

struct Interface {
  uint32_t index = 0;
  std::string name = {};
  uint32_t flags = 0;                 // InterfaceFlag
  uint32_t mtu = 0;                   // bytes
  std::string hardware_address = {};  // raw bytes, 6 for Ethernet, empty when it has none
  std::string kind = {};  // as the kernel calls it: "bridge", "vlan"; empty: a device of its own
  uint32_t master = 0;    // the bridge or bond that it is a port of; 0: none
  uint32_t lower = 0;     // what it stands on (of a vlan), or its other end (of a veth); 0: none
  uint16_t vlan = 0;      // of a vlan
  std::string alias = {};
  uint32_t port_cost = 0, port_priority = 0;  // of a bridge's port

  friend bool operator==(const Interface&, const Interface&) = default;
};

struct NetIp {
  bool v6 = false;
  std::array<uint8_t, 16> bytes{};  // network byte order, the first 4 for v4

  friend bool operator==(const NetIp&, const NetIp&) = default;
};

enum class NetScope : uint8_t { kGlobal, kSite, kLink, kHost, kNowhere };

inline constexpr uint32_t kNetForever = UINT32_MAX;  // of lifetimes, in seconds

struct InterfaceAddress {
  uint32_t index = 0;  // of its interface
  NetIp address = {};
  uint8_t length = 0;  // of the prefix
  std::optional<NetIp> peer = {};
  std::optional<NetIp> broadcast = {};
  NetScope scope = NetScope::kGlobal;
  std::string label = {};  // v4: "eth0:1"; empty: the interface's name
  bool no_dad = false;     // v6: used at once
  // What the kernel says of it; not looked at in a change.
  bool is_tentative = false, is_duplicate = false;  // duplicate address detection runs, has failed
  bool is_temporary = false;                        // a privacy address
  bool is_dynamic = false;  // by an advertisement, or with a limited lifetime
  uint32_t valid_s = kNetForever, preferred_s = kNetForever;

  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

// Who has made a route.
enum class RouteOrigin : uint8_t { kOther, kKernel, kBoot, kStatic, kAdvertised, kDhcp };
enum class RouteType : uint8_t { kUnicast, kBlackhole, kUnreachable, kProhibit, kOther };

inline constexpr uint32_t kMainTable = 254;

struct NetRoute {
  NetIp to = {};       // v6 says which family
  uint8_t length = 0;  // 0: the default route
  std::optional<NetIp> gateway = {};
  uint32_t index = 0;  // its interface; 0: none, or several
  uint32_t metric = 0;
  uint32_t table = kMainTable;  // where a system has only one, that one
  RouteOrigin origin = RouteOrigin::kStatic;
  RouteType type = RouteType::kUnicast;
  NetScope scope = NetScope::kGlobal;
  bool is_onlink = false;  // the gateway is taken to be on the link, whatever the addresses say
  std::optional<NetIp> source = {};

  friend bool operator==(const NetRoute&, const NetRoute&) = default;
};

struct NetRule {
  bool v6 = false;
  uint32_t priority = 0;
  NetIp from = {}, to = {};
  uint8_t from_length = 0, to_length = 0;  // 0: any
  std::string in = {}, out = {};           // names of interfaces; empty: any
  uint32_t mark = 0;
  uint32_t table = kMainTable;

  friend bool operator==(const NetRule&, const NetRule&) = default;
};

struct NetNeighbour {
  uint32_t index = 0;
  NetIp address = {};
  std::string hardware_address = {};  // raw bytes
  bool is_permanent = false;

  friend bool operator==(const NetNeighbour&, const NetNeighbour&) = default;
};

struct NetState {
  std::vector<Interface> interfaces;  // by index
  std::vector<InterfaceAddress> addresses;
  std::vector<NetRoute> routes;  // of every table but those that the kernel keeps ("local")
  std::vector<NetRule> rules;
  std::vector<NetNeighbour> neighbours;  // permanent ones

  const Interface* Find(std::string_view name) const;  // or null
  const Interface* Find(uint32_t index) const;
};

// What an interface that is to be made is like. Only what its kind has is looked at.
struct LinkMaking {
  // "dummy", "veth", "bridge", "bond", "vlan", "macvlan", "ifb", "wireguard", "sit", "gre", "ipip",
  // "ip6tnl", "ip6gre": kUnsupported where it is missing.
  std::string kind = {};
  std::string lower = {};  // of a vlan and a macvlan: below; of a veth: the name of the other end
  uint16_t vlan = 0;       // 1 to 4094
  // Of a bridge and a bond, as Linux' sysfs has them: {"forward_delay", "1500"}, {"stp_state",
  // "1"}, {"mode", "active-backup"}, {"miimon", "100"}; of a macvlan {"mode", "private"}; of an
  // ip6tnl {"mode", "ipip6"}, "ip6ip6" (without it) or "any".
  std::vector<std::pair<std::string, std::string>> options = {};
  // Of a tunnel.
  std::optional<NetIp> local = {}, remote = {};
  uint8_t ttl = 0;                          // 0: inherited
  std::optional<uint8_t> encap_limit = {};  // ip6tnl, ip6gre; 255: none

  friend bool operator==(const LinkMaking&, const LinkMaking&) = default;
};

// Settings of IPv6 that belong to an interface.
enum class NetSetting : uint8_t {
  kAcceptAdvertisements,  // 0, 1, 2 (also when it forwards)
  kAutoconf,              // addresses by advertisements
  kTemporaryAddresses,    // 0, 1, 2 (preferred)
  kDadTransmits,
  kMtu6,
  kDisable6,
};

struct NetChange {
  enum Kind : uint8_t {
    kMakeLink,       // name, making; EEXIST: there is one; EINVAL: what is
                     // wanted makes no sense, its name included
    kDeleteLink,     // name
    kSetLink,        // name, and of what follows that which is there
    kSetOptions,     // name, making.kind and making.options: of a link that is there
    kAddAddress,     // name, address; one that is there is replaced (lifetimes)
    kDeleteAddress,  // name, address; EADDRNOTAVAIL: there was none
    kAddRoute,       // name (may be empty), route; EEXIST: there is one
    kReplaceRoute,
    kDeleteRoute,      // ESRCH: there was none
    kAddRule,          // EEXIST
    kDeleteRule,       // ENOENT: there was none. A rule of priority 0 is the first one that fits
    kAddNeighbour,     // or replaces it
    kDeleteNeighbour,  // ENOENT: there was none
    kSet,              // name, setting, value
  };
  Kind kind = kSetLink;
  std::string name = {};  // of the interface; the indexes inside are not looked at
  // kSetLink
  std::optional<bool> up = {};
  std::optional<uint32_t> mtu = {};
  std::optional<std::string> hardware_address = {};  // raw bytes
  std::optional<std::string> master = {};            // empty: of none any more
  std::optional<std::string> alias = {};
  std::optional<std::string> new_name = {};
  // Of what is a bridge's port before this change; kUnsupported: it is none. ERANGE.
  std::optional<uint32_t> port_cost = {}, port_priority = {};
  // the others
  LinkMaking making = {};
  InterfaceAddress address = {};
  NetRoute route = {};
  NetRule rule = {};
  NetNeighbour neighbour = {};
  NetSetting setting = NetSetting::kAcceptAdvertisements;
  uint32_t value = 0;

  friend bool operator==(const NetChange&, const NetChange&) = default;
};

// What has changed. Values are those that hold now, or of what is gone those that it had.
struct NetEvent {
  enum Kind : uint8_t {
    kLink,  // came, or is other than it was
    kLinkGone,
    kAddress,
    kAddressGone,
    kRoute,
    kRouteGone,
    kLost,  // events were lost: only a new dump tells what is so
  };
  Kind kind = kLost;
  Interface interface = {};
  InterfaceAddress address = {};
  NetRoute route = {};
};

class NetIf {
 public:
  virtual ~NetIf() = default;
  virtual Error List(std::vector<Interface>* interfaces) = 0;          // by index
  virtual Error Get(std::string_view name, Interface* interface) = 0;  // ENODEV
  // Sets the flags in `on` and clears those in `off`; only kIfUp and kIfPromiscuous can be changed.
  virtual Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) = 0;

  // All at one time, as nearly as the system can.
  virtual Error Dump(NetState* state) = 0;
  // Each in its turn, many of them on their way at once. One that fails does not keep the next ones
  // from being tried; *errors gets one for each. The returned error: nothing could be sent any
  // more. An address is added to an interface by its name, so one that was made by a change before
  // it can be spoken of.
  virtual Error Apply(std::span<const NetChange> changes, std::vector<Error>* errors) = 0;
  // From now on. Once (EALREADY). receive_bytes: of the kernel's buffer; 0: the system's default.
  // What this NetIf changes itself is told as well. REQUIRES: the loop outlives it.
  virtual Error Listen(Loop* loop, size_t receive_bytes,
                       std::function<void(const NetEvent&)> callback) = 0;
};

// Works in the network namespace that the caller is in.
Error NewNetIf(std::unique_ptr<NetIf>* net_if);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_NET_IF_H_
