// Messages of the kernel as values. Lengths are checked before anything is read; an attribute of
// another size than ours is passed over, and an unknown one as well.
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <algorithm>

#include "platform/linux/rtnetlink.h"
#include "platform/linux/rtnetlink_reader.h"

namespace keelson {
namespace {

struct FlagPair {
  unsigned system;
  uint32_t ours;
};

constexpr FlagPair kFlags[] = {
    {IFF_UP, kIfUp},
    {IFF_RUNNING, kIfRunning},
    {IFF_LOOPBACK, kIfLoopback},
    {IFF_BROADCAST, kIfBroadcast},
    {IFF_POINTOPOINT, kIfPointToPoint},
    {IFF_MULTICAST, kIfMulticast},
    {IFF_PROMISC, kIfPromiscuous},
    {IFF_NOARP, kIfNoArp},
};

// False: neither v4 nor v6.
bool IsV6(uint8_t family, bool* v6) {
  *v6 = family == AF_INET6;
  return *v6 || family == AF_INET;
}

NetScope OurScope(uint8_t scope) {
  switch (scope) {
    case RT_SCOPE_UNIVERSE:
      return NetScope::kGlobal;
    case RT_SCOPE_SITE:
      return NetScope::kSite;
    case RT_SCOPE_LINK:
      return NetScope::kLink;
    case RT_SCOPE_HOST:
      return NetScope::kHost;
    default:
      return NetScope::kNowhere;
  }
}

RouteOrigin OurOrigin(uint8_t protocol) {
  switch (protocol) {
    case RTPROT_KERNEL:
      return RouteOrigin::kKernel;
    case RTPROT_BOOT:
      return RouteOrigin::kBoot;
    case RTPROT_STATIC:
      return RouteOrigin::kStatic;
    case RTPROT_RA:
      return RouteOrigin::kAdvertised;
    case RTPROT_DHCP:
      return RouteOrigin::kDhcp;
    default:
      return RouteOrigin::kOther;
  }
}

RouteType OurType(uint8_t type) {
  switch (type) {
    case RTN_UNICAST:
      return RouteType::kUnicast;
    case RTN_BLACKHOLE:
      return RouteType::kBlackhole;
    case RTN_UNREACHABLE:
      return RouteType::kUnreachable;
    case RTN_PROHIBIT:
      return RouteType::kProhibit;
    default:
      return RouteType::kOther;
  }
}

void DecodeLinkInfo(std::string_view info, Interface* interface) {
  Attribute each, inner;
  std::string_view data, port, master_kind;
  while (NextAttribute(&info, &each)) {
    if (each.type == IFLA_INFO_KIND) interface->kind = each.Text();
    if (each.type == IFLA_INFO_DATA) data = each.value;
    if (each.type == IFLA_INFO_SLAVE_KIND) master_kind = each.Text();
    if (each.type == IFLA_INFO_SLAVE_DATA) port = each.value;
  }
  while (master_kind == "bridge" && NextAttribute(&port, &inner)) {
    uint16_t priority = 0;
    if (inner.type == IFLA_BRPORT_COST) inner.To(&interface->port_cost);
    if (inner.type != IFLA_BRPORT_PRIORITY) continue;
    inner.To(&priority);
    interface->port_priority = priority;
  }
  if (interface->kind != "vlan") return;
  while (NextAttribute(&data, &inner)) {
    if (inner.type == IFLA_VLAN_ID) inner.To(&interface->vlan);
  }
}

}  // namespace

unsigned SystemFlags(uint32_t flags) {
  unsigned system = 0;
  for (const FlagPair& pair : kFlags) system |= (flags & pair.ours) ? pair.system : 0;
  return system;
}

uint32_t OurFlags(unsigned flags) {
  uint32_t ours = 0;
  for (const FlagPair& pair : kFlags) ours |= (flags & pair.system) ? pair.ours : 0;
  return ours;
}

// A bridge tells of its ports in the same messages under a family of its own, also when they go.
bool DecodeLink(std::string_view body, Interface* interface) {
  ifinfomsg head;
  if (!TakeHead(&body, &head) || head.ifi_family != AF_UNSPEC || head.ifi_index <= 0) return false;
  *interface = {};
  interface->index = static_cast<uint32_t>(head.ifi_index);
  interface->flags = OurFlags(head.ifi_flags);
  bool is_lower_elsewhere = false;
  for (Attribute each; NextAttribute(&body, &each);) {
    switch (each.type) {
      case IFLA_IFNAME:
        interface->name = each.Text();
        break;
      case IFLA_MTU:
        each.To(&interface->mtu);
        break;
      case IFLA_ADDRESS:
        if (head.ifi_type != ARPHRD_LOOPBACK) interface->hardware_address = each.value;
        break;
      case IFLA_MASTER:
        each.To(&interface->master);
        break;
      case IFLA_LINK:
        each.To(&interface->lower);
        break;
      case IFLA_LINK_NETNSID:  // the index is one of another name space
        is_lower_elsewhere = true;
        break;
      case IFLA_IFALIAS:
        interface->alias = each.Text();
        break;
      case IFLA_LINKINFO:
        DecodeLinkInfo(each.value, interface);
        break;
    }
  }
  if (is_lower_elsewhere) interface->lower = 0;
  return !interface->name.empty();  // a message about radio alone has none
}

bool DecodeAddress(std::string_view body, InterfaceAddress* address) {
  ifaddrmsg head;
  bool v6 = false;
  if (!TakeHead(&body, &head) || !IsV6(head.ifa_family, &v6)) return false;
  if (head.ifa_prefixlen > (v6 ? 128 : 32)) return false;
  *address = {};
  address->index = head.ifa_index;
  address->length = head.ifa_prefixlen;
  address->scope = OurScope(head.ifa_scope);
  std::optional<NetIp> own, other;  // without an own one, the other is it
  uint32_t flags = head.ifa_flags;
  for (Attribute each; NextAttribute(&body, &each);) {
    if (each.type == IFA_LOCAL) each.To(v6, &own);
    if (each.type == IFA_ADDRESS) each.To(v6, &other);
    if (each.type == IFA_BROADCAST) each.To(v6, &address->broadcast);
    if (each.type == IFA_LABEL) address->label = each.Text();
    if (each.type == IFA_FLAGS) each.To(&flags);
    if (each.type == IFA_CACHEINFO) {
      ifa_cacheinfo times = {};
      times.ifa_valid = times.ifa_prefered = kNetForever;
      each.To(&times);
      address->valid_s = times.ifa_valid;
      address->preferred_s = times.ifa_prefered;
    }
  }
  if (!own && !other) return false;
  address->address = own ? *own : *other;
  if (own && other && *own != *other) address->peer = other;
  address->no_dad = (flags & IFA_F_NODAD) != 0;
  address->is_tentative = (flags & IFA_F_TENTATIVE) != 0;
  address->is_duplicate = (flags & IFA_F_DADFAILED) != 0;
  address->is_temporary = v6 && (flags & IFA_F_TEMPORARY) != 0;  // of v4: a secondary one
  address->is_dynamic = (flags & IFA_F_PERMANENT) == 0;
  return true;
}

bool DecodeRoute(std::string_view body, NetRoute* route) {
  rtmsg head;
  bool v6 = false;
  if (!TakeHead(&body, &head) || !IsV6(head.rtm_family, &v6)) return false;
  if (head.rtm_dst_len > (v6 ? 128 : 32) || (head.rtm_flags & RTM_F_CLONED) != 0) return false;
  *route = {};
  route->to.v6 = v6;
  route->length = head.rtm_dst_len;
  route->table = head.rtm_table;
  route->origin = OurOrigin(head.rtm_protocol);
  route->type = OurType(head.rtm_type);
  route->scope = OurScope(head.rtm_scope);
  route->is_onlink = (head.rtm_flags & RTNH_F_ONLINK) != 0;
  for (Attribute each; NextAttribute(&body, &each);) {
    if (each.type == RTA_DST) each.To(v6, &route->to);
    if (each.type == RTA_GATEWAY) each.To(v6, &route->gateway);
    if (each.type == RTA_OIF) each.To(&route->index);
    if (each.type == RTA_PRIORITY) each.To(&route->metric);
    if (each.type == RTA_TABLE) each.To(&route->table);
    if (each.type == RTA_PREFSRC) each.To(v6, &route->source);
  }
  return route->table != RT_TABLE_LOCAL;
}

bool DecodeRule(std::string_view body, NetRule* rule) {
  fib_rule_hdr head;
  if (!TakeHead(&body, &head)) return false;
  *rule = {};
  if (!IsV6(head.family, &rule->v6) || head.action != FR_ACT_TO_TBL) return false;
  if (std::max(head.src_len, head.dst_len) > (rule->v6 ? 128 : 32)) return false;
  rule->from.v6 = rule->to.v6 = rule->v6;
  rule->from_length = head.src_len;
  rule->to_length = head.dst_len;
  rule->table = head.table;
  for (Attribute each; NextAttribute(&body, &each);) {
    if (each.type == FRA_SRC) each.To(rule->v6, &rule->from);
    if (each.type == FRA_DST) each.To(rule->v6, &rule->to);
    if (each.type == FRA_IIFNAME) rule->in = each.Text();
    if (each.type == FRA_OIFNAME) rule->out = each.Text();
    if (each.type == FRA_PRIORITY) each.To(&rule->priority);
    if (each.type == FRA_FWMARK) each.To(&rule->mark);
    if (each.type == FRA_TABLE) each.To(&rule->table);
  }
  return true;
}

bool DecodeNeighbour(std::string_view body, NetNeighbour* neighbour) {
  ndmsg head;
  bool v6 = false, has_address = false;
  if (!TakeHead(&body, &head) || !IsV6(head.ndm_family, &v6) || head.ndm_ifindex <= 0) return false;
  *neighbour = {};
  neighbour->index = static_cast<uint32_t>(head.ndm_ifindex);
  neighbour->is_permanent = (head.ndm_state & NUD_PERMANENT) != 0;
  for (Attribute each; NextAttribute(&body, &each);) {
    if (each.type == NDA_DST) has_address = each.To(v6, &neighbour->address);
    if (each.type == NDA_LLADDR) neighbour->hardware_address = each.value;
  }
  return has_address;
}

bool DecodeNetEvent(const NetlinkMessage& message, NetEvent* event) {
  *event = {};
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      event->kind = message.type == RTM_NEWLINK ? NetEvent::kLink : NetEvent::kLinkGone;
      return DecodeLink(message.body, &event->interface);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      event->kind = message.type == RTM_NEWADDR ? NetEvent::kAddress : NetEvent::kAddressGone;
      return DecodeAddress(message.body, &event->address);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      event->kind = message.type == RTM_NEWROUTE ? NetEvent::kRoute : NetEvent::kRouteGone;
      return DecodeRoute(message.body, &event->route);
    default:
      return false;
  }
}

}  // namespace keelson
