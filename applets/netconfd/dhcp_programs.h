// Which DHCP client the system has.
#ifndef KEELSON_APPLETS_NETCONFD_DHCP_PROGRAMS_H_
#define KEELSON_APPLETS_NETCONFD_DHCP_PROGRAMS_H_

#include <optional>
#include <string_view>

#include "applets/netconfd/network_model.h"

namespace keelson {

// The first of dhclient, udhcpc and dhcpcd that is in PATH.
std::optional<DhcpProvider> FindDhcpClient();

// "dhclient"; of the one built in "DHCP".
std::string_view DhcpClientName(DhcpProvider provider);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_DHCP_PROGRAMS_H_
