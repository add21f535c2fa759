// What is to change, as a request. A link is named by its name, which the kernel looks up; where it
// asks for an index (addresses, routes, neighbours, a new name), `index_of` tells it.
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "platform/linux/rtnetlink.h"

namespace keelson {
namespace {

constexpr size_t kMaxAlias = 255, kMaxHardwareAddress = 32;  // IFALIASZ, MAX_ADDR_LEN
constexpr uint32_t kMaxPortPriority = 63;
constexpr uint16_t kNew = NLM_F_CREATE | NLM_F_EXCL;
constexpr uint16_t kNewOrOther = NLM_F_CREATE | NLM_F_REPLACE;

uint8_t FamilyOf(bool v6) { return v6 ? AF_INET6 : AF_INET; }
bool IsLength(uint8_t length, bool v6) { return length <= (v6 ? 128 : 32); }

uint8_t SystemScope(NetScope scope) {
  switch (scope) {
    case NetScope::kGlobal:
      return RT_SCOPE_UNIVERSE;
    case NetScope::kSite:
      return RT_SCOPE_SITE;
    case NetScope::kLink:
      return RT_SCOPE_LINK;
    case NetScope::kHost:
      return RT_SCOPE_HOST;
    case NetScope::kNowhere:
      break;
  }
  return RT_SCOPE_NOWHERE;
}

uint8_t SystemOrigin(RouteOrigin origin) {
  switch (origin) {
    case RouteOrigin::kKernel:
      return RTPROT_KERNEL;
    case RouteOrigin::kBoot:
      return RTPROT_BOOT;
    case RouteOrigin::kAdvertised:
      return RTPROT_RA;
    case RouteOrigin::kDhcp:
      return RTPROT_DHCP;
    case RouteOrigin::kOther:
    case RouteOrigin::kStatic:
      break;
  }
  return RTPROT_STATIC;
}

uint8_t SystemType(RouteType type) {
  switch (type) {
    case RouteType::kUnicast:
      return RTN_UNICAST;
    case RouteType::kBlackhole:
      return RTN_BLACKHOLE;
    case RouteType::kUnreachable:
      return RTN_UNREACHABLE;
    case RouteType::kProhibit:
      return RTN_PROHIBIT;
    case RouteType::kOther:
      break;
  }
  return RTN_UNSPEC;
}

struct Request {
  const NetChange& change;
  uint32_t sequence;
  const IndexOf& index_of;
  std::string* out;
};

// What its master makes of a port.
void AddPort(const NetChange& change, NetlinkWriter* writer) {
  if (!change.port_cost && !change.port_priority) return;
  const size_t info = writer->Begin(IFLA_LINKINFO);
  writer->AddBytes(IFLA_INFO_SLAVE_KIND, "bridge");
  const size_t data = writer->Begin(IFLA_INFO_SLAVE_DATA);
  if (change.port_cost) writer->Add32(IFLA_BRPORT_COST, *change.port_cost);
  if (change.port_priority) writer->AddNumber(IFLA_BRPORT_PRIORITY, *change.port_priority, 2);
  writer->End(data);
  writer->End(info);
}

// Nothing of that name may be there. But when the kernel has to load its module for the first bond,
// the module makes a bond0 of its own meanwhile: that one is meant then.
Error MakingFlags(const Request& request, uint16_t* flags) {
  *flags = kNew;
  if (request.change.making.kind != "bond") return kOk;
  uint32_t index = 0;
  const Error error = request.index_of(request.change.name, &index);
  if (error.ok()) return Error(EEXIST);
  *flags = NLM_F_CREATE;
  return error.code() == ENODEV ? kOk : error;
}

Error EncodeLink(const Request& request) {
  const NetChange& change = request.change;
  ifinfomsg head{};
  uint32_t index = 0, master = 0;
  if (change.kind == NetChange::kMakeLink) {
    if (!MayNameInterface(change.name)) return Error(EINVAL);
    uint16_t flags = 0;
    if (Error error = MakingFlags(request, &flags); !error.ok()) return error;
    NetlinkWriter writer(RTM_NEWLINK, flags | NLM_F_ACK, request.sequence, head, request.out);
    writer.AddName(IFLA_IFNAME, change.name);
    return EncodeLinkMaking(change.making, request.index_of, &writer);
  }
  if (!MayNameInterface(change.name)) return Error(ENODEV);
  if (change.kind == NetChange::kSetOptions) {
    NetlinkWriter writer(RTM_NEWLINK, NLM_F_ACK, request.sequence, head, request.out);
    writer.AddName(IFLA_IFNAME, change.name);
    return EncodeLinkMaking(change.making, request.index_of, &writer);
  }
  if (change.kind == NetChange::kDeleteLink) {
    NetlinkWriter writer(RTM_DELLINK, NLM_F_ACK, request.sequence, head, request.out);
    writer.AddName(IFLA_IFNAME, change.name);
    return kOk;
  }
  if (change.alias.value_or("").size() > kMaxAlias ||
      change.hardware_address.value_or("").size() > kMaxHardwareAddress) {
    return Error(EINVAL);
  }
  if (change.port_priority.value_or(0) > kMaxPortPriority) return Error(ERANGE);
  if (change.new_name) {
    if (!MayNameInterface(*change.new_name)) return Error(EINVAL);
    if (Error error = request.index_of(change.name, &index); !error.ok()) return error;
    head.ifi_index = static_cast<int>(index);
  }
  if (change.master && !change.master->empty()) {
    if (Error error = request.index_of(*change.master, &master); !error.ok()) return error;
  }
  if (change.up) {
    head.ifi_change = IFF_UP;
    head.ifi_flags = *change.up ? IFF_UP : 0;
  }
  NetlinkWriter writer(RTM_NEWLINK, NLM_F_ACK, request.sequence, head, request.out);
  writer.AddName(IFLA_IFNAME, change.new_name ? *change.new_name : change.name);
  if (change.mtu) writer.Add32(IFLA_MTU, *change.mtu);
  if (change.hardware_address) writer.AddBytes(IFLA_ADDRESS, *change.hardware_address);
  if (change.master) writer.Add32(IFLA_MASTER, master);
  if (change.alias) writer.AddBytes(IFLA_IFALIAS, *change.alias);
  AddPort(change, &writer);
  return kOk;
}

Error EncodeAddress(const Request& request) {
  const InterfaceAddress& address = request.change.address;
  const bool v6 = address.address.v6, adds = request.change.kind == NetChange::kAddAddress;
  ifaddrmsg head{};
  if (!IsLength(address.length, v6) || (address.peer && address.peer->v6 != v6) ||
      (address.broadcast && address.broadcast->v6) || address.label.size() >= IFNAMSIZ) {
    return Error(EINVAL);
  }
  uint32_t index = 0;
  if (Error error = request.index_of(request.change.name, &index); !error.ok()) return error;
  head.ifa_family = FamilyOf(v6);
  head.ifa_prefixlen = address.length;
  head.ifa_scope = SystemScope(address.scope);
  head.ifa_index = index;
  NetlinkWriter writer(adds ? RTM_NEWADDR : RTM_DELADDR, NLM_F_ACK | (adds ? kNewOrOther : 0),
                       request.sequence, head, request.out);
  writer.AddIp(IFA_LOCAL, address.address);
  writer.AddIp(IFA_ADDRESS, address.peer.value_or(address.address));
  if (!v6 && !address.label.empty()) writer.AddName(IFA_LABEL, address.label);
  if (!adds) return kOk;
  if (address.broadcast && !v6) writer.AddIp(IFA_BROADCAST, *address.broadcast);
  if (v6 && address.no_dad) writer.Add32(IFA_FLAGS, IFA_F_NODAD);
  if (address.valid_s != kNetForever || address.preferred_s != kNetForever) {
    ifa_cacheinfo times{};
    times.ifa_valid = address.valid_s;
    times.ifa_prefered = address.preferred_s;
    writer.AddBytes(IFA_CACHEINFO,
                    std::string_view(reinterpret_cast<const char*>(&times), sizeof(times)));
  }
  return kOk;
}

// A route that is deleted is described by what is said: 0 and nothing fit any.
Error EncodeRoute(const Request& request) {
  const NetRoute& route = request.change.route;
  const bool v6 = route.to.v6, deletes = request.change.kind == NetChange::kDeleteRoute;
  rtmsg head{};
  if (!IsLength(route.length, v6) || (route.gateway && route.gateway->v6 != v6) ||
      (route.source && route.source->v6 != v6)) {
    return Error(EINVAL);
  }
  uint32_t index = 0;
  if (!request.change.name.empty()) {
    if (Error error = request.index_of(request.change.name, &index); !error.ok()) return error;
  }
  head.rtm_family = FamilyOf(v6);
  head.rtm_dst_len = route.length;
  if (route.table < 256) head.rtm_table = static_cast<uint8_t>(route.table);
  head.rtm_type = SystemType(route.type);
  head.rtm_scope = RT_SCOPE_NOWHERE;
  if (!deletes) {
    head.rtm_scope = SystemScope(route.scope);
    head.rtm_protocol = SystemOrigin(route.origin);
  }
  head.rtm_flags = route.is_onlink ? RTNH_F_ONLINK : 0;
  const uint16_t how = deletes                                           ? 0
                       : request.change.kind == NetChange::kReplaceRoute ? kNewOrOther
                                                                         : kNew;
  NetlinkWriter writer(deletes ? RTM_DELROUTE : RTM_NEWROUTE, NLM_F_ACK | how, request.sequence,
                       head, request.out);
  if (route.length > 0) writer.AddIp(RTA_DST, route.to);
  if (route.gateway) writer.AddIp(RTA_GATEWAY, *route.gateway);
  if (index != 0) writer.Add32(RTA_OIF, index);
  if (route.metric != 0) writer.Add32(RTA_PRIORITY, route.metric);
  if (route.table >= 256) writer.Add32(RTA_TABLE, route.table);
  if (route.source) writer.AddIp(RTA_PREFSRC, *route.source);
  return kOk;
}

Error EncodeRule(const Request& request) {
  const NetRule& rule = request.change.rule;
  const bool deletes = request.change.kind == NetChange::kDeleteRule;
  fib_rule_hdr head{};
  if (!IsLength(rule.from_length, rule.v6) || !IsLength(rule.to_length, rule.v6) ||
      (rule.from_length > 0 && rule.from.v6 != rule.v6) ||
      (rule.to_length > 0 && rule.to.v6 != rule.v6) ||
      (!rule.in.empty() && !MayNameInterface(rule.in)) ||
      (!rule.out.empty() && !MayNameInterface(rule.out))) {
    return Error(EINVAL);
  }
  head.family = FamilyOf(rule.v6);
  head.src_len = rule.from_length;
  head.dst_len = rule.to_length;
  if (rule.table < 256) head.table = static_cast<uint8_t>(rule.table);
  head.action = FR_ACT_TO_TBL;
  NetlinkWriter writer(deletes ? RTM_DELRULE : RTM_NEWRULE, NLM_F_ACK | (deletes ? 0 : kNew),
                       request.sequence, head, request.out);
  if (rule.from_length > 0) writer.AddIp(FRA_SRC, rule.from);
  if (rule.to_length > 0) writer.AddIp(FRA_DST, rule.to);
  if (!rule.in.empty()) writer.AddName(FRA_IIFNAME, rule.in);
  if (!rule.out.empty()) writer.AddName(FRA_OIFNAME, rule.out);
  if (rule.priority != 0) writer.Add32(FRA_PRIORITY, rule.priority);
  if (rule.mark != 0) writer.Add32(FRA_FWMARK, rule.mark);
  if (rule.table >= 256) writer.Add32(FRA_TABLE, rule.table);
  return kOk;
}

Error EncodeNeighbour(const Request& request) {
  const NetNeighbour& neighbour = request.change.neighbour;
  const bool deletes = request.change.kind == NetChange::kDeleteNeighbour;
  ndmsg head{};
  if (neighbour.hardware_address.size() > kMaxHardwareAddress) return Error(EINVAL);
  uint32_t index = 0;
  if (Error error = request.index_of(request.change.name, &index); !error.ok()) return error;
  head.ndm_family = FamilyOf(neighbour.address.v6);
  head.ndm_ifindex = static_cast<int>(index);
  head.ndm_state = neighbour.is_permanent ? NUD_PERMANENT : NUD_REACHABLE;
  NetlinkWriter writer(deletes ? RTM_DELNEIGH : RTM_NEWNEIGH,
                       NLM_F_ACK | (deletes ? 0 : kNewOrOther), request.sequence, head,
                       request.out);
  writer.AddIp(NDA_DST, neighbour.address);
  if (!deletes) writer.AddBytes(NDA_LLADDR, neighbour.hardware_address);
  return kOk;
}

Error Encode(const Request& request) {
  switch (request.change.kind) {
    case NetChange::kMakeLink:
    case NetChange::kDeleteLink:
    case NetChange::kSetLink:
    case NetChange::kSetOptions:
      return EncodeLink(request);
    case NetChange::kAddAddress:
    case NetChange::kDeleteAddress:
      return EncodeAddress(request);
    case NetChange::kAddRoute:
    case NetChange::kReplaceRoute:
    case NetChange::kDeleteRoute:
      return EncodeRoute(request);
    case NetChange::kAddRule:
    case NetChange::kDeleteRule:
      return EncodeRule(request);
    case NetChange::kAddNeighbour:
    case NetChange::kDeleteNeighbour:
      return EncodeNeighbour(request);
    case NetChange::kSet:
      break;
  }
  return kUnsupported;
}

}  // namespace

Error EncodeNetChange(const NetChange& change, uint32_t sequence, const IndexOf& index_of,
                      std::string* out) {
  const size_t before = out->size();
  const Error error = Encode({change, sequence, index_of, out});
  if (!error.ok()) out->resize(before);
  return error;
}

}  // namespace keelson
