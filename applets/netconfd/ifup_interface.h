// An interface as this machine has it: what the configuration leaves open is chosen.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_INTERFACE_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_INTERFACE_H_

#include <string>
#include <vector>

#include "applets/netconfd/ifup_call.h"
#include "applets/netconfd/ifup_targets.h"
#include "applets/netconfd/network_model.h"

namespace keelson {

// The system's DHCP client, a random hardware address, ports that are meant by patterns. False: it
// cannot be what is wanted. notes: what is wrong, also with what goes down as far as it can.
bool MakeIfupInterface(const IfupCall& call, const IfupTarget& target, DesiredInterface* interface,
                       std::vector<std::string>* notes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_INTERFACE_H_
