// netconf-hook: the script of dhclient, udhcpc and dhcpcd under netconfd.
#ifndef KEELSON_APPLETS_NETCONFD_NETCONF_HOOK_H_
#define KEELSON_APPLETS_NETCONFD_NETCONF_HOOK_H_

#include "applets/applet.h"

namespace keelson {

// In the environment of whoever calls it: where netconfd listens.
inline constexpr char kNetconfdSocketVariable[] = "NETCONFD_SOCKET";

inline constexpr Option kNetconfHookOptions[] = {
    {0, "socket", OptionType::kPath, "PATH",
     "netconfd's socket (default $NETCONFD_SOCKET, then /run/keelson/netconfd.sock)"},
};

absl::StatusOr<int> RunNetconfHook(const Invocation& invocation);

inline constexpr Applet kNetconfHook = {
    .name = "netconf-hook",
    .summary = "hand what a DHCP client has got to netconfd",
    .operands = "[ACTION]",
    .options = kNetconfHookOptions,
    .run = RunNetconfHook,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETCONF_HOOK_H_
