// What a link is to be like: IFLA_LINKINFO with its kind, and the kind's own attributes behind it.
// The options are tables: the name that sysfs has for it, the attribute, its size, and the words
// that may stand for a number.
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "platform/linux/rtnetlink.h"

namespace keelson {
namespace {

using Words = std::span<const std::string_view>;  // by number; empty ones are none

struct LinkOption {
  std::string_view name;
  uint16_t attribute;
  size_t bytes;
  Words words = {};
};

constexpr LinkOption kBridge[] = {
    {"forward_delay", IFLA_BR_FORWARD_DELAY, 4},  // times in hundredths of a second
    {"hello_time", IFLA_BR_HELLO_TIME, 4},
    {"max_age", IFLA_BR_MAX_AGE, 4},
    {"ageing_time", IFLA_BR_AGEING_TIME, 4},
    {"stp_state", IFLA_BR_STP_STATE, 4},
    {"priority", IFLA_BR_PRIORITY, 2},
    {"vlan_filtering", IFLA_BR_VLAN_FILTERING, 1},
    {"default_pvid", IFLA_BR_VLAN_DEFAULT_PVID, 2},
    {"group_fwd_mask", IFLA_BR_GROUP_FWD_MASK, 2},
    {"multicast_snooping", IFLA_BR_MCAST_SNOOPING, 1},
    {"multicast_querier", IFLA_BR_MCAST_QUERIER, 1},
};

constexpr std::string_view kModes[] = {"balance-rr", "active-backup", "balance-xor", "broadcast",
                                       "802.3ad",    "balance-tlb",   "balance-alb"};
constexpr std::string_view kHashes[] = {"layer2",   "layer3+4", "layer2+3",
                                        "encap2+3", "encap3+4", "vlan+srcmac"};
constexpr std::string_view kRates[] = {"slow", "fast"};
constexpr std::string_view kSelects[] = {"stable", "bandwidth", "count"};
constexpr std::string_view kReselects[] = {"always", "better", "failure"};
constexpr std::string_view kFailOvers[] = {"none", "active", "follow"};
constexpr std::string_view kValidates[] = {"none",   "active",        "backup",       "all",
                                           "filter", "filter_active", "filter_backup"};
constexpr std::string_view kTargets[] = {"any", "all"};
constexpr LinkOption kBond[] = {
    {"mode", IFLA_BOND_MODE, 1, kModes},
    {"miimon", IFLA_BOND_MIIMON, 4},
    {"updelay", IFLA_BOND_UPDELAY, 4},
    {"downdelay", IFLA_BOND_DOWNDELAY, 4},
    {"use_carrier", IFLA_BOND_USE_CARRIER, 1},
    {"arp_interval", IFLA_BOND_ARP_INTERVAL, 4},
    {"arp_validate", IFLA_BOND_ARP_VALIDATE, 4, kValidates},
    {"arp_all_targets", IFLA_BOND_ARP_ALL_TARGETS, 4, kTargets},
    {"primary_reselect", IFLA_BOND_PRIMARY_RESELECT, 1, kReselects},
    {"fail_over_mac", IFLA_BOND_FAIL_OVER_MAC, 1, kFailOvers},
    {"xmit_hash_policy", IFLA_BOND_XMIT_HASH_POLICY, 1, kHashes},
    {"resend_igmp", IFLA_BOND_RESEND_IGMP, 4},
    {"num_grat_arp", IFLA_BOND_NUM_PEER_NOTIF, 1},
    {"num_unsol_na", IFLA_BOND_NUM_PEER_NOTIF, 1},
    {"all_slaves_active", IFLA_BOND_ALL_SLAVES_ACTIVE, 1},
    {"min_links", IFLA_BOND_MIN_LINKS, 4},
    {"lp_interval", IFLA_BOND_LP_INTERVAL, 4},
    {"packets_per_slave", IFLA_BOND_PACKETS_PER_SLAVE, 4},
    {"lacp_rate", IFLA_BOND_AD_LACP_RATE, 1, kRates},
    {"ad_select", IFLA_BOND_AD_SELECT, 1, kSelects},
    {"ad_actor_sys_prio", IFLA_BOND_AD_ACTOR_SYS_PRIO, 2},
    {"ad_user_port_key", IFLA_BOND_AD_USER_PORT_KEY, 2},
    {"tlb_dynamic_lb", IFLA_BOND_TLB_DYNAMIC_LB, 1},
};

constexpr std::string_view kMacvlanModes[] = {"", "private", "vepa", "",        "bridge",
                                              "", "",        "",     "passthru"};
constexpr LinkOption kMacvlan[] = {{"mode", IFLA_MACVLAN_MODE, 4, kMacvlanModes}};

bool ReadNumber(const LinkOption& option, std::string_view text, uint64_t* value) {
  for (size_t i = 0; i < option.words.size(); ++i) {
    if (text != option.words[i] || text.empty()) continue;
    *value = i;
    return true;
  }
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && at == end && *value >> (8 * option.bytes) == 0;
}

// "10.0.0.1", "+10.0.0.1,10.0.0.2", as arp_ip_target has them.
Error AddTargets(std::string_view text, uint16_t* next, NetlinkWriter* writer) {
  constexpr uint16_t kMaxTargets = 16;  // BOND_MAX_ARP_TARGETS
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(", "), text.size());
    std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.starts_with('+')) word.erase(0, 1);
    if (word.empty()) continue;
    NetIp ip;
    if (*next == kMaxTargets || inet_pton(AF_INET, word.c_str(), ip.bytes.data()) != 1) {
      return Error(EINVAL);
    }
    writer->AddIp((*next)++, ip);
  }
  return kOk;
}

Error AddTargetList(const LinkMaking& making, NetlinkWriter* writer) {
  uint16_t next = 0;
  const size_t list = writer->Begin(IFLA_BOND_ARP_IP_TARGET);
  for (const auto& [name, value] : making.options) {
    if (name != "arp_ip_target") continue;
    if (Error error = AddTargets(value, &next, writer); !error.ok()) return error;
  }
  writer->End(list);
  return kOk;
}

Error AddOptions(const LinkMaking& making, std::span<const LinkOption> known,
                 const IndexOf& index_of, NetlinkWriter* writer) {
  const bool is_bond = making.kind == "bond";
  bool has_targets = false;
  for (const auto& [name, text] : making.options) {
    uint32_t index = 0;
    if (is_bond && name == "arp_ip_target") {
      if (!has_targets) {
        if (Error error = AddTargetList(making, writer); !error.ok()) return error;
      }
      has_targets = true;
      continue;
    }
    if (is_bond && name == "primary") {
      if (Error error = index_of(text, &index); !error.ok()) return error;
      writer->Add32(IFLA_BOND_PRIMARY, index);
      continue;
    }
    uint64_t value = 0;
    const LinkOption* found = nullptr;
    for (const LinkOption& option : known) {
      if (option.name == name) found = &option;
    }
    if (found == nullptr || !ReadNumber(*found, text, &value)) return Error(EINVAL);
    writer->AddNumber(found->attribute, value, found->bytes);
  }
  return kOk;
}

// The attributes' numbers differ between the two families of tunnels.
struct TunnelAttributes {
  uint16_t link, local, remote, ttl, encap_limit, flags;
};
constexpr TunnelAttributes kIpTunnel = {IFLA_IPTUN_LINK, IFLA_IPTUN_LOCAL,       IFLA_IPTUN_REMOTE,
                                        IFLA_IPTUN_TTL,  IFLA_IPTUN_ENCAP_LIMIT, IFLA_IPTUN_FLAGS};
constexpr TunnelAttributes kGreTunnel = {IFLA_GRE_LINK, IFLA_GRE_LOCAL,       IFLA_GRE_REMOTE,
                                         IFLA_GRE_TTL,  IFLA_GRE_ENCAP_LIMIT, IFLA_GRE_FLAGS};

Error AddTunnel(const LinkMaking& making, const TunnelAttributes& attributes, bool v6,
                uint32_t lower, NetlinkWriter* writer) {
  constexpr uint8_t kNoLimit = 255, kUsualLimit = 4;  // RFC 2473 6.6
  if ((making.local && making.local->v6 != v6) || (making.remote && making.remote->v6 != v6)) {
    return Error(EINVAL);
  }
  if (lower != 0) writer->Add32(attributes.link, lower);
  if (making.local) writer->AddIp(attributes.local, *making.local);
  if (making.remote) writer->AddIp(attributes.remote, *making.remote);
  writer->AddNumber(attributes.ttl, making.ttl, 1);
  if (!v6) return kOk;
  const uint8_t limit = making.encap_limit.value_or(kUsualLimit);
  if (limit == kNoLimit) {
    writer->Add32(attributes.flags, IP6_TNL_F_IGN_ENCAP_LIMIT);
  } else {
    writer->AddNumber(attributes.encap_limit, limit, 1);
  }
  return kOk;
}

// What is inside: v4, v6 or both.
Error AddTunnel6(const LinkMaking& making, uint32_t lower, NetlinkWriter* writer) {
  uint8_t inside = IPPROTO_IPV6;
  for (const auto& [name, value] : making.options) {
    if (name != "mode") return Error(EINVAL);
    if (value != "ipip6" && value != "ip6ip6" && value != "any") return Error(EINVAL);
    inside = value == "ipip6" ? IPPROTO_IPIP : value == "any" ? 0 : IPPROTO_IPV6;
  }
  if (Error error = AddTunnel(making, kIpTunnel, true, lower, writer); !error.ok()) return error;
  writer->AddNumber(IFLA_IPTUN_PROTO, inside, 1);
  return kOk;
}

Error AddKind(const LinkMaking& making, uint32_t lower, const IndexOf& index_of,
              NetlinkWriter* writer) {
  const std::string_view kind = making.kind;
  if (kind == "bridge") return AddOptions(making, kBridge, index_of, writer);
  if (kind == "bond") return AddOptions(making, kBond, index_of, writer);
  if (kind == "macvlan") return AddOptions(making, kMacvlan, index_of, writer);
  if (kind == "vlan") {
    constexpr uint16_t kMaxVlan = 4094;
    if (making.vlan < 1 || making.vlan > kMaxVlan) return Error(EINVAL);
    writer->AddNumber(IFLA_VLAN_ID, making.vlan, 2);
    return kOk;
  }
  if (kind == "veth") {
    if (!MayNameInterface(making.lower)) return Error(EINVAL);
    const ifinfomsg head{};
    const size_t peer = writer->Begin(VETH_INFO_PEER);
    writer->AddHead(std::string_view(reinterpret_cast<const char*>(&head), sizeof(head)));
    writer->AddName(IFLA_IFNAME, making.lower);
    writer->End(peer);
    return kOk;
  }
  if (kind == "sit" || kind == "ipip") return AddTunnel(making, kIpTunnel, false, lower, writer);
  if (kind == "ip6tnl") return AddTunnel6(making, lower, writer);
  if (kind == "gre") return AddTunnel(making, kGreTunnel, false, lower, writer);
  if (kind == "ip6gre") return AddTunnel(making, kGreTunnel, true, lower, writer);
  return making.options.empty() ? kOk : Error(EINVAL);  // dummy, ifb, wireguard
}

}  // namespace

Error EncodeLinkMaking(const LinkMaking& making, const IndexOf& index_of, NetlinkWriter* writer) {
  constexpr size_t kMaxKind = 63;  // MODULE_NAME_LEN and less
  if (making.kind.empty() || making.kind.size() > kMaxKind) return Error(EINVAL);
  const bool stands_on = making.kind == "vlan" || making.kind == "macvlan";
  uint32_t lower = 0;
  if (making.kind != "veth" && (stands_on || !making.lower.empty())) {
    if (Error error = index_of(making.lower, &lower); !error.ok()) return error;
  }
  if (stands_on) writer->Add32(IFLA_LINK, lower);
  const size_t info = writer->Begin(IFLA_LINKINFO);
  writer->AddBytes(IFLA_INFO_KIND, making.kind);
  const size_t data = writer->Begin(IFLA_INFO_DATA);
  const Error error = AddKind(making, lower, index_of, writer);
  writer->End(data);
  writer->End(info);
  return error;
}

}  // namespace keelson
