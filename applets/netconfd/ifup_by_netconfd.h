// Handing ifup's request to netconfd.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_BY_NETCONFD_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_BY_NETCONFD_H_

#include <optional>

#include "applets/netconfd/ifup_call.h"
#include "applets/options.h"

namespace keelson {

// The exit code; nothing: netconfd is not there, or an option says how it is to be done.
std::optional<int> AskInstead(const Invocation& invocation, const IfupCall& call);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_BY_NETCONFD_H_
