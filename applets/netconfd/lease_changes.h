// What a lease means for the kernel.
#ifndef KEELSON_APPLETS_NETCONFD_LEASE_CHANGES_H_
#define KEELSON_APPLETS_NETCONFD_LEASE_CHANGES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/dhcp_lease.h"
#include "platform/net_if.h"

namespace keelson {

struct LeaseRules {
  uint32_t metric = 0;  // of its routes; further ones to the same place get the next numbers
  uint32_t age_s = 0;   // how long ago it was granted
  uint32_t mtu = 0;     // of the interface without a lease; 0: not known
};

NetIp NetIpOf(uint32_t address);  // of IPv4

// What makes the interface have this lease (null: none) where it had the previous one (null: none):
// what goes comes first, since an address that is taken away takes others of its network along.
// Whatever of the previous one is gone already fails with EADDRNOTAVAIL or ESRCH, which is fine.
std::vector<NetChange> LeaseChanges(const DhcpLease* lease, std::string_view interface,
                                    const DhcpLease* previous, const LeaseRules& rules);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_LEASE_CHANGES_H_
