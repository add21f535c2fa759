// Any lines as an environment: a lease that comes out goes through its file and back, and has an
// address that a host can have.
#include <cstddef>
#include <cstdint>

#include "core/dhcp_environment.h"
#include "core/dhcp_lease_text.h"
#include "core/interface_name.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  std::vector<std::string_view> variables;
  LineReader lines({reinterpret_cast<const char*>(data), size});
  for (Line line; lines.Next(&line);) variables.push_back(line.raw);
  DhcpEnvironment event;
  if (ReadDhcpEnvironment(variables, &event)) return 0;
  Require(IsInterfaceName(event.interface));
  for (const std::string& note : event.notes) Require(note.find('\n') == std::string::npos);
  if (!event.lease) return 0;
  Require(IsHostAddress(event.lease->address));
  DhcpLease lease = *event.lease;
  if (lease.server == 0) lease.server = lease.address;
  DhcpLeaseRecord record;
  Require(!ParseDhcpLease(FormatDhcpLease({.obtained = 0, .lease = lease}), &record));
  Require(record.lease == lease);
  return 0;
}
