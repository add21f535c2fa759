// A lease as a file, so that it is asked for again after a start (docs/FORMATS.md).
#ifndef KEELSON_CORE_DHCP_LEASE_TEXT_H_
#define KEELSON_CORE_DHCP_LEASE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/dhcp_lease.h"
#include "core/flat_file.h"

namespace keelson {

inline constexpr size_t kMaxDhcpLeaseFile = 256 * 1024;  // above that of any lease

struct DhcpLeaseRecord {
  int64_t obtained = 0;  // seconds since 1970
  DhcpLease lease = {};
  uint32_t link_mtu = 0;  // what the link had before the lease's; 0: not known
};

std::string FormatDhcpLease(const DhcpLeaseRecord& record);

// The first error, or nothing: *record is what the file says. Values have to be such as a server
// may grant; keys that are not known are passed over.
std::optional<ParseError> ParseDhcpLease(std::string_view bytes, DhcpLeaseRecord* record);

}  // namespace keelson

#endif  // KEELSON_CORE_DHCP_LEASE_TEXT_H_
