// bridge_ports, as bridge-utils reads it: names, `none`, `all`, and after `regex`, until `noregex`,
// expressions as egrep has them, each for whole names of interfaces that there are.
#ifndef KEELSON_APPLETS_NETCONFD_BRIDGE_PORTS_H_
#define KEELSON_APPLETS_NETCONFD_BRIDGE_PORTS_H_

#include <string>
#include <vector>

#include "applets/netconfd/network_model.h"
#include "platform/net_if.h"

namespace keelson {

struct BridgePorts {
  std::vector<std::string> names, patterns;
  std::string error;  // of an expression that is none
};
BridgePorts ReadBridgePorts(const std::vector<std::string>& words);

// Adds the ports whose names match the bridge's patterns, and takes the hardware address of the
// interface that it is to be of. A loopback and a bridge are no ports.
void TakePorts(const std::vector<Interface>& present, DesiredInterface* interface);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_BRIDGE_PORTS_H_
