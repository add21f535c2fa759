// What options of an iface mean where ifupdown computes something of them.
#ifndef KEELSON_CORE_INTERFACE_OPTION_H_
#define KEELSON_CORE_INTERFACE_OPTION_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/interfaces_config.h"
#include "core/ip_address.h"

namespace keelson {

// The environment variable of an option behind "IF_", which packages spell in two ways:
// bridge-ports and bridge_ports are BRIDGE_PORTS. Bytes that are no letter, digit or '_' are left
// out; what follows a '=' too.
std::string OptionVariable(std::string_view name);

// The last option of that variable, or null: FindVariable(stanza, "BRIDGE_PORTS").
const InterfaceOption* FindVariable(const InterfaceStanza& stanza, std::string_view variable);

// "02:00:5e:10:00:01" of that and of "ether 02:00:5e:10:00:01".
std::string_view WithoutHardwareClass(std::string_view hwaddress);

// `address` and `netmask` of inet and inet6: ADDRESS[/[LENGTH]]. A netmask (a length, or a
// mask of inet) has precedence over the length; without both the length is that of the class of
// old, or 128. Empty: not said. Nothing: no address, or no such netmask.
std::optional<IpPrefix> InterfaceNetwork(std::string_view address, std::string_view netmask);

// `broadcast` of inet: an address, "+" for host bits of 1, which is the default, "-" for 0; of /31
// they are 255.255.255.255 and 0.0.0.0. Nothing: something else.
std::optional<IpAddress> InterfaceBroadcast(std::string_view broadcast, const IpPrefix& network);

}  // namespace keelson

#endif  // KEELSON_CORE_INTERFACE_OPTION_H_
