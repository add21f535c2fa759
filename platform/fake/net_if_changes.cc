// What each change does to the network in memory, and what it answers when it cannot.
#include <algorithm>

#include "platform/fake/net_if.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

constexpr uint32_t kEthernetMtu = 1500, kSmallestMtu = 68;
constexpr uint32_t kMaxPortPriority = 63;
constexpr uint32_t kDefaultMetric6 = 1024;  // of a route of v6 without one

bool IsIn(const NetIp& ip, const NetIp& network, uint8_t length) {
  if (ip.v6 != network.v6) return false;
  for (int bit = 0; bit < length; ++bit) {
    if (((ip.bytes[bit / 8] ^ network.bytes[bit / 8]) & (0x80 >> (bit % 8))) != 0) return false;
  }
  return true;
}

bool IsLinkLocal(const NetIp& ip) {
  return ip.v6 && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

bool IsSameTarget(const NetRoute& a, const NetRoute& b) {
  return a.length == b.length && IsIn(a.to, b.to, a.length) && a.table == b.table;
}

// Of which a kernel has one alone.
bool IsSameRoute(const NetRoute& a, const NetRoute& b) {
  return IsSameTarget(a, b) && a.metric == b.metric;
}

// What is not said of the one to be deleted fits any.
bool FitsRoute(const NetRoute& route, const NetRoute& said) {
  return IsSameTarget(route, said) && route.type == said.type &&
         (said.metric == 0 || said.metric == route.metric) &&
         (said.index == 0 || said.index == route.index) &&
         (!said.gateway || said.gateway == route.gateway);
}

bool IsLength(uint8_t length, const NetIp& ip) { return length <= (ip.v6 ? 128 : 32); }

}  // namespace

Error FakeNetIf::ApplyOne(const NetChange& change) {
  if (change.kind == NetChange::kMakeLink) return MakeLink(change);
  if (change.kind == NetChange::kAddRule || change.kind == NetChange::kDeleteRule) {
    return ChangeRule(change);
  }
  const bool is_route = change.kind == NetChange::kAddRoute ||
                        change.kind == NetChange::kReplaceRoute ||
                        change.kind == NetChange::kDeleteRoute;
  if (is_route && change.name.empty()) return ChangeRoute(change, 0);
  const Interface* const found = Find(change.name);
  if (found == nullptr) return Error(ENODEV);
  const uint32_t index = found->index;
  switch (change.kind) {
    case NetChange::kDeleteLink:
      if (found->kind.empty()) return kUnsupported;
      Remove(change.name);
      return kOk;
    case NetChange::kSetLink:
      return SetLink(change);
    case NetChange::kSetOptions:
      return found->kind == change.making.kind ? kOk : kUnsupported;
    case NetChange::kAddAddress:
    case NetChange::kDeleteAddress:
      return ChangeAddress(change, index);
    case NetChange::kAddNeighbour:
    case NetChange::kDeleteNeighbour:
      return ChangeNeighbour(change, index);
    case NetChange::kSet:
      settings_[{index, change.setting}] = change.value;
      return kOk;
    default:
      return ChangeRoute(change, index);
  }
}

Error FakeNetIf::MakeLink(const NetChange& change) {
  const LinkMaking& making = change.making;
  if (!MayNameInterface(change.name) || making.kind.empty()) return Error(EINVAL);
  if (lacking_.contains(making.kind)) return kUnsupported;
  if (Find(change.name) != nullptr) return Error(EEXIST);
  Interface made = {.name = change.name, .flags = kIfBroadcast | kIfMulticast};
  made.mtu = kEthernetMtu;
  made.kind = making.kind;
  made.hardware_address = std::string("\x02\0\0\0", 4);
  made.hardware_address += static_cast<char>(next_index_ >> 8);
  made.hardware_address += static_cast<char>(next_index_);
  if (making.kind == "veth") {
    if (!MayNameInterface(making.lower)) return Error(EINVAL);
    if (Find(making.lower) != nullptr || making.lower == change.name) return Error(EEXIST);
    Interface other = made;
    other.name = making.lower;
    other.index = next_index_;
    other.hardware_address[3] = 1;
    made.index = other.index + 1;
    other.lower = made.index;
    made.lower = other.index;
    Put(other);
  } else if (!making.lower.empty() || making.kind == "vlan" || making.kind == "macvlan") {
    const Interface* const lower = Find(making.lower);
    if (lower == nullptr) return Error(ENODEV);
    made.lower = lower->index;
  }
  if (making.kind == "vlan") made.vlan = making.vlan;
  if (making.kind == "ifb" || making.kind == "dummy") made.flags |= kIfNoArp;
  Put(made);
  return kOk;
}

Error FakeNetIf::SetLink(const NetChange& change) {
  Interface* const found = Find(change.name);
  uint32_t master = 0;
  if (change.new_name && !MayNameInterface(*change.new_name)) return Error(EINVAL);
  if (change.new_name && *change.new_name != change.name && Find(*change.new_name) != nullptr) {
    return Error(EEXIST);
  }
  if (change.mtu && *change.mtu < kSmallestMtu) return Error(EINVAL);
  if (change.master && !change.master->empty()) {
    const Interface* const above = Find(*change.master);
    if (above == nullptr) return Error(ENODEV);
    if (above->kind != "bridge" && above->kind != "bond") return kUnsupported;
    master = above->index;
  }
  const bool sets_port = change.port_cost || change.port_priority;
  const Interface* const above = FindIndex(found->master);
  if (sets_port && (above == nullptr || above->kind != "bridge")) return kUnsupported;
  if (change.port_priority.value_or(0) > kMaxPortPriority) return Error(ERANGE);
  if (change.port_cost) found->port_cost = *change.port_cost;
  if (change.port_priority) found->port_priority = *change.port_priority;
  if (change.hardware_address) found->hardware_address = *change.hardware_address;
  if (change.mtu) found->mtu = *change.mtu;
  if (change.master) found->master = master;
  if (change.alias) found->alias = *change.alias;
  if (change.new_name) found->name = *change.new_name;
  const bool has_flag = (found->flags & kIfUp) != 0;
  if (change.up && *change.up != has_flag) {
    SetFlags(found, *change.up ? found->flags | kIfUp : found->flags & ~kIfUp);
  } else {
    Tell(NetEvent::kLink, *found);
    SettleCarriers();
  }
  return kOk;
}

Error FakeNetIf::ChangeAddress(const NetChange& change, uint32_t index) {
  InterfaceAddress address = change.address;
  if (!IsLength(address.length, address.address)) return Error(EINVAL);
  address.index = index;
  address.is_dynamic = address.valid_s != kNetForever;
  const auto at = std::find_if(state_.addresses.begin(), state_.addresses.end(),
                               [&](const InterfaceAddress& each) {
                                 return each.index == index && each.address == address.address &&
                                        each.length == address.length && each.peer == address.peer;
                               });
  const bool is_there = at != state_.addresses.end();
  if (change.kind == NetChange::kDeleteAddress) {
    if (!is_there) return Error(EADDRNOTAVAIL);
    Send({.kind = NetEvent::kAddressGone, .address = *at});
    state_.addresses.erase(at);
    return kOk;
  }
  if (is_there) {
    *at = address;
  } else {
    state_.addresses.push_back(address);
  }
  Send({.kind = NetEvent::kAddress, .address = address});
  return kOk;
}

bool FakeNetIf::Reaches(const NetRoute& route) const {
  return std::any_of(state_.addresses.begin(), state_.addresses.end(), [&](const auto& each) {
    return each.index == route.index &&
           IsIn(*route.gateway, each.peer.value_or(each.address), each.length);
  });
}

Error FakeNetIf::ChangeRoute(const NetChange& change, uint32_t index) {
  NetRoute route = change.route;
  const bool is_mixed = route.gateway && route.gateway->v6 != route.to.v6;
  if (!IsLength(route.length, route.to) || is_mixed) return Error(EINVAL);
  route.index = index;
  const bool deletes = change.kind == NetChange::kDeleteRoute;
  if (!deletes && route.to.v6 && route.metric == 0) route.metric = kDefaultMetric6;
  const auto at =
      std::find_if(state_.routes.begin(), state_.routes.end(), [&](const NetRoute& each) {
        return deletes ? FitsRoute(each, route) : IsSameRoute(each, route);
      });
  const bool is_there = at != state_.routes.end();
  if (deletes) {
    if (!is_there) return Error(ESRCH);
    Send({.kind = NetEvent::kRouteGone, .route = *at});
    state_.routes.erase(at);
    return kOk;
  }
  if (route.type == RouteType::kUnicast) {
    for (const Interface& each : state_.interfaces) {  // by the network that its gateway is on
      NetRoute by = route;
      by.index = each.index;
      if (route.index == 0 && route.gateway && (each.flags & kIfUp) != 0 && Reaches(by)) route = by;
    }
    const Interface* const by = FindIndex(route.index);
    if (by == nullptr) return route.gateway ? Error(ENETUNREACH) : Error(ENODEV);
    if ((by->flags & kIfUp) == 0) return Error(ENETDOWN);
    const bool is_near = !route.gateway || route.is_onlink || IsLinkLocal(*route.gateway);
    if (!is_near && !Reaches(route)) return Error(ENETUNREACH);
  }
  if (is_there && change.kind == NetChange::kAddRoute) return Error(EEXIST);
  if (is_there) {
    *at = route;
  } else {
    state_.routes.push_back(route);
  }
  Send({.kind = NetEvent::kRoute, .route = route});
  return kOk;
}

Error FakeNetIf::ChangeRule(const NetChange& change) {
  const NetRule& rule = change.rule;
  if (rule.from_length > (rule.v6 ? 128 : 32) || rule.to_length > (rule.v6 ? 128 : 32)) {
    return Error(EINVAL);
  }
  const auto at = std::find_if(state_.rules.begin(), state_.rules.end(), [&](const NetRule& each) {
    NetRule wanted = rule;
    if (rule.priority == 0) wanted.priority = each.priority;
    return each == wanted;
  });
  const bool is_there = at != state_.rules.end();
  if (change.kind == NetChange::kAddRule) {
    if (is_there && rule.priority != 0) return Error(EEXIST);
    state_.rules.push_back(rule);
    return kOk;
  }
  if (!is_there) return Error(ENOENT);
  state_.rules.erase(at);
  return kOk;
}

Error FakeNetIf::ChangeNeighbour(const NetChange& change, uint32_t index) {
  NetNeighbour neighbour = change.neighbour;
  neighbour.index = index;
  const size_t before = state_.neighbours.size();
  std::erase_if(state_.neighbours, [&](const NetNeighbour& each) {
    return each.index == index && each.address == neighbour.address;
  });
  if (change.kind == NetChange::kDeleteNeighbour) {
    return state_.neighbours.size() == before ? Error(ENOENT) : kOk;
  }
  if (neighbour.is_permanent) state_.neighbours.push_back(neighbour);
  return kOk;
}

}  // namespace keelson
