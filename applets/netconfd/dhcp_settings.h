// What a DHCP client says of itself, by the configuration.
#ifndef KEELSON_APPLETS_NETCONFD_DHCP_SETTINGS_H_
#define KEELSON_APPLETS_NETCONFD_DHCP_SETTINGS_H_

#include <cstdint>
#include <string_view>

#include "applets/netconfd/dhcp_worker.h"
#include "core/dhcp_client.h"

namespace keelson {

// host_name: the machine's, sent unless another one or "no" is configured. A client identifier of
// hexadecimal pairs with ':' between them is bytes, another one text; without one it is made of the
// hardware address. REQUIRES: a hardware address of Ethernet.
DhcpClientSettings DhcpSettingsOf(const DhcpWorkerStart& start, std::string_view host_name);

// When a lease of old ends, in the terms of now_ns, if the clocks tell the truth; one from the
// future is as good as new.
int64_t DhcpExpiryOf(const DhcpLeaseRecord& record, int64_t now_ns, int64_t wall_ns);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_DHCP_SETTINGS_H_
