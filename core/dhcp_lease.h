// What a DHCP server grants, as typed values. Nothing that a server says gets further than this
// without having become an address, a number, a name or a text of harmless characters.
//
// Addresses are numbers in host byte order.
#ifndef KEELSON_CORE_DHCP_LEASE_H_
#define KEELSON_CORE_DHCP_LEASE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dhcp_packet.h"

namespace keelson {

inline constexpr uint32_t kDhcpForever = 0xffffffff;  // of times in seconds
// A shorter lease is taken for this long: it would be renewed without end.
inline constexpr uint32_t kMinDhcpLease = 10;
// Taken when the server does not say how long.
inline constexpr uint32_t kDefaultDhcpLease = 3600;
inline constexpr uint16_t kMinIpV4Mtu = 68;  // RFC 791
inline constexpr size_t kMaxSearchDomains = 32;

struct DhcpRoute {
  uint32_t network = 0;  // without bits beyond the prefix
  uint8_t prefix = 0;
  uint32_t gateway = 0;  // 0: on the link itself

  friend bool operator==(const DhcpRoute&, const DhcpRoute&) = default;
};

struct DhcpText {
  uint8_t code = 0;
  std::string text;

  friend bool operator==(const DhcpText&, const DhcpText&) = default;
};

struct DhcpLease {
  uint32_t address = 0;
  uint8_t prefix = 32;     // 1 to 32
  uint32_t broadcast = 0;  // 0: not told
  uint32_t server = 0;
  uint32_t next_server = 0;       // where a boot file is to be had; 0: not told
  std::vector<DhcpRoute> routes;  // of option 121, else a default route by each router, best first
  std::vector<uint32_t> dns, ntp;
  std::string host_name, domain;
  std::vector<std::string> search;
  uint16_t mtu = 0;                  // 0: not told
  std::vector<DhcpText> texts = {};  // by code
  // From the grant on: renew < rebind < lease, or all kDhcpForever.
  uint32_t lease_seconds = 0, renew_seconds = 0, rebind_seconds = 0;

  friend bool operator==(const DhcpLease&, const DhcpLease&) = default;
};

// Options that are kept as texts, by code, under the names of dhcp-options(5).
struct DhcpTextOption {
  uint8_t code;
  std::string_view name;
  bool is_url;
};
std::span<const DhcpTextOption> DhcpTextOptions();

// Not empty, no hyphen in front, at most 255 of letters, digits and %+,-./:=@_~[] and, in a URL,
// also ?&# - nothing that a shell or a configuration file would take for more than a word.
bool IsDhcpText(std::string_view text, bool is_url);

// An address that one host can have: not in 0/8, not in 127/8, below 224.0.0.0.
bool IsHostAddress(uint32_t address);

uint32_t MaskOf(uint8_t prefix);

struct DhcpLeaseRules {
  bool take_249 = false;  // Microsoft's number of option 121, when that one is missing
};

// What a DHCPOFFER or DHCPACK grants. Values that are no good are left out, each with a note
// ("host-name: not a name, dropped"). What keeps all of it from being a lease is returned ("no
// address").
std::optional<std::string_view> ReadDhcpLease(const DhcpMessage& message,
                                              const DhcpLeaseRules& rules, DhcpLease* lease,
                                              std::vector<std::string>* notes);

}  // namespace keelson

#endif  // KEELSON_CORE_DHCP_LEASE_H_
