// netconfd: brings interfaces up and down, by events.
#ifndef KEELSON_APPLETS_NETCONFD_NETCONFD_H_
#define KEELSON_APPLETS_NETCONFD_NETCONFD_H_

#include "applets/applet.h"

namespace keelson {

inline constexpr Option kNetconfdOptions[] = {
    {0, "interfaces", OptionType::kPath, "FILE",
     "interfaces by ifupdown's rules (default: /etc/network/interfaces)"},
    {0, "rc-conf", OptionType::kPath, "FILE", "BSD's rc.conf (default: /etc/rc.conf)"},
    {0, "cmdline", OptionType::kPath, "FILE", "the kernel's command line (default: /proc/cmdline)"},
    {0, "socket", OptionType::kPath, "PATH",
     "take requests here (default: /run/keelson/netconfd.sock)"},
    {0, "status-socket", OptionType::kPath, "PATH",
     "tell the state here (default: /run/keelson/netconfd-status.sock)"},
    {0, "status-group", OptionType::kText, "GROUP", "whose members may ask there (default: root)"},
    {0, "state-dir", OptionType::kDirectory, "DIR",
     "remember here what is up (default: /run/keelson/netconfd)"},
    {0, "ifstate-dir", OptionType::kDirectory, "DIR",
     "keep ifupdown's ifstate here (default: /run/network)"},
    {0, "svcd-socket", OptionType::kPath, "PATH",
     "tell svcd here (default: $SVC_SOCKET, or /run/keelson/svcd.sock)"},
    {0, "dhcp", OptionType::kWord, "PROVIDER", "who does DHCP (default: builtin)",
     "builtin|dhclient|udhcpc|dhcpcd"},
    {0, "event-buffer", OptionType::kSize, "BYTES", "for what the kernel tells (default: 16M)"},
    {0, "dhcp-worker", OptionType::kFlag, "",
     "be the one that reads what networks say; netconfd starts it"},
    {'n', "dry-run", OptionType::kFlag, "", "check the configuration, change nothing"},
    {0, "daemonize", OptionType::kFlag, "", "go to the background once ready"},
    {0, "ready-fd", OptionType::kNumber, "N", "write a newline to this descriptor once ready"},
    {'v', "verbose", OptionType::kFlag, "", "say more on stderr"},
};

absl::StatusOr<int> RunNetconfd(const Invocation& invocation);

inline constexpr Applet kNetconfd = {
    .name = "netconfd",
    .summary = "bring network interfaces up and down as requests and events come",
    .operands = "",
    .options = kNetconfdOptions,
    .run = RunNetconfd,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETCONFD_H_
