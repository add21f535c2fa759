// What other DHCP clients tell their script in environment variables, as typed values.
//
//   dhclient, dhcpcd   reason=BOUND interface=eth0 new_ip_address=... new_subnet_mask=... ...
//   udhcpc             interface=eth0 ip=... mask=24 ..., and what it is about as its first
//   argument,
//                      which netconf-hook sends as NETCONF_HOOK_ACTION=bound
//
// Their values come from the network with little or no checking. Each one passes the same gate as a
// lease's file (core/dhcp_lease_text.h), or is dropped with a note.
#ifndef KEELSON_CORE_DHCP_ENVIRONMENT_H_
#define KEELSON_CORE_DHCP_ENVIRONMENT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dhcp_client.h"
#include "core/dhcp_lease.h"

namespace keelson {

inline constexpr std::string_view kHookAction = "NETCONF_HOOK_ACTION";

struct DhcpEnvironment {
  enum Kind : uint8_t {
    kPreinit,  // the interface is to be up, with no address that this client has brought
    kLease,    // reason, lease
    kLost,     // reason; by kTimeout the lease of old that might do
    kNothing,  // of no interest: CARRIER, MEDIUM ...
  };
  Kind kind = kNothing;
  std::string interface = {};  // as it was said; IsInterfaceName
  DhcpReason reason = DhcpReason::kBound;
  std::optional<DhcpLease> lease = {};  // its server is 0 if nobody said
  std::vector<std::string> notes = {};  // what was dropped
};

// The first of a name counts. What keeps it from being an event is returned ("no interface").
std::optional<std::string_view> ReadDhcpEnvironment(std::span<const std::string_view> variables,
                                                    DhcpEnvironment* event);

}  // namespace keelson

#endif  // KEELSON_CORE_DHCP_ENVIRONMENT_H_
