// What `netconfd -n` finds in a configuration that could be read.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_CHECK_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_CHECK_H_

#include <string>
#include <vector>

#include "applets/netconfd/network_set.h"

namespace keelson {

// A line "PATH:LINE:COLUMN: what" for each option that makes no sense, each interface that
// `requires` what nothing defines, and each that waits for itself; those in `notes` are not told
// again.
void CheckNetwork(const NetworkSet& set, std::vector<std::string>* notes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_CHECK_H_
