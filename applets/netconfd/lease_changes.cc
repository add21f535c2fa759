// A lease is one address, routes and an MTU. A gateway outside of the lease's network (a /32 has no
// other ones) is on the link because the server says so.
#include "applets/netconfd/lease_changes.h"

#include <algorithm>
#include <string>

namespace keelson {
namespace {

// What every host takes (RFC 791). With less IPv6 is dead already, and TCP as good as dead: more
// likely an attack than a link.
constexpr uint16_t kLeastMtu = 576;

bool IsInside(uint32_t address, const DhcpLease& lease) {
  return ((address ^ lease.address) & MaskOf(lease.prefix)) == 0;
}

NetChange AddressChange(const DhcpLease& lease, std::string_view interface,
                        const LeaseRules& rules) {
  NetChange change{.kind = NetChange::kAddAddress, .name = std::string(interface)};
  InterfaceAddress& address = change.address;
  address.address = NetIpOf(lease.address);
  address.length = lease.prefix;
  const uint32_t broadcast = lease.broadcast != 0 ? lease.broadcast
                             : lease.prefix <= 30 ? lease.address | ~MaskOf(lease.prefix)
                                                  : 0;
  if (broadcast != 0) address.broadcast = NetIpOf(broadcast);
  constexpr uint32_t kLinkLocal = 0xa9fe0000;  // 169.254/16, RFC 3927
  if ((lease.address & 0xffff0000) == kLinkLocal) address.scope = NetScope::kLink;
  if (lease.lease_seconds != kDhcpForever) {
    const uint32_t left = lease.lease_seconds - std::min(rules.age_s, lease.lease_seconds - 1);
    address.valid_s = address.preferred_s = left;
  }
  return change;
}

// Without the one to its own network, which the kernel makes with the address.
std::vector<NetRoute> RoutesOf(const DhcpLease& lease, const LeaseRules& rules) {
  std::vector<NetRoute> routes;
  for (const DhcpRoute& said : lease.routes) {
    const bool is_direct = said.gateway == 0 || said.gateway == lease.address;
    const bool is_own = said.prefix == lease.prefix && IsInside(said.network, lease);
    if (is_direct && is_own) continue;
    NetRoute route;
    route.to = NetIpOf(said.network);
    route.length = said.prefix;
    route.origin = RouteOrigin::kDhcp;
    route.source = NetIpOf(lease.address);
    route.metric = rules.metric + static_cast<uint32_t>(std::count_if(
                                      routes.begin(), routes.end(), [&](const NetRoute& other) {
                                        return other.to == route.to && other.length == route.length;
                                      }));
    if (is_direct) {
      route.scope = NetScope::kLink;
    } else {
      route.gateway = NetIpOf(said.gateway);
      route.is_onlink = !IsInside(said.gateway, lease);
    }
    routes.push_back(std::move(route));
  }
  // A gateway may be reached by a route of the lease, which then has to be there.
  std::stable_partition(routes.begin(), routes.end(),
                        [](const NetRoute& route) { return !route.gateway; });
  return routes;
}

bool Has(const std::vector<NetRoute>& routes, const NetRoute& route) {
  return std::find(routes.begin(), routes.end(), route) != routes.end();
}

}  // namespace

NetIp NetIpOf(uint32_t address) {
  NetIp ip;
  for (int i = 0; i < 4; ++i) ip.bytes[i] = static_cast<uint8_t>(address >> (24 - 8 * i));
  return ip;
}

std::vector<NetChange> LeaseChanges(const DhcpLease* lease, std::string_view interface,
                                    const DhcpLease* previous, const LeaseRules& rules) {
  std::vector<NetChange> changes;
  const std::vector<NetRoute> wanted =
      lease == nullptr ? std::vector<NetRoute>() : RoutesOf(*lease, rules);
  if (previous != nullptr) {
    std::vector<NetRoute> old = RoutesOf(*previous, rules);
    std::reverse(old.begin(), old.end());
    for (const NetRoute& route : old) {
      if (Has(wanted, route)) continue;
      changes.push_back(
          {.kind = NetChange::kDeleteRoute, .name = std::string(interface), .route = route});
    }
    const bool stays = lease != nullptr && lease->address == previous->address &&
                       lease->prefix == previous->prefix;
    if (!stays) {
      changes.push_back(AddressChange(*previous, interface, rules));
      changes.back().kind = NetChange::kDeleteAddress;
    }
  }
  const bool has_mtu = lease != nullptr && lease->mtu >= kLeastMtu;
  const bool had_mtu = previous != nullptr && previous->mtu >= kLeastMtu;
  if (has_mtu || (had_mtu && rules.mtu != 0)) {
    const uint32_t mtu = has_mtu ? lease->mtu : rules.mtu;
    changes.push_back({.kind = NetChange::kSetLink, .name = std::string(interface), .mtu = mtu});
  }
  if (lease == nullptr) return changes;
  changes.push_back(AddressChange(*lease, interface, rules));
  for (const NetRoute& route : wanted) {
    changes.push_back(
        {.kind = NetChange::kReplaceRoute, .name = std::string(interface), .route = route});
  }
  return changes;
}

}  // namespace keelson
