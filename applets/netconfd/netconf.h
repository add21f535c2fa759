// netconf: asks netconfd.
#ifndef KEELSON_APPLETS_NETCONFD_NETCONF_H_
#define KEELSON_APPLETS_NETCONFD_NETCONF_H_

#include "applets/applet.h"

namespace keelson {

inline constexpr Option kNetconfOptions[] = {
    {0, "socket", OptionType::kPath, "PATH", "of netconfd (default: /run/keelson/netconfd.sock)"},
    {'a', "all", OptionType::kFlag, "", "up: all of auto lines; down: all that are up"},
    {0, "allow", OptionType::kText, "CLASS", "up, down: all of that class"},
    {'f', "force", OptionType::kFlag, "", "up, down: also if it is so already"},
    {'t', "timeout", OptionType::kDuration, "TIME", "up, down, wait: no longer than this"},
    {0, "detach", OptionType::kFlag, "", "up, down: it goes on when netconf is ended"},
    {0, "confirm", OptionType::kDuration, "SECONDS",
     "apply: take it back unless it is confirmed in time"},
    kOutputOption,
    {'v', "verbose", OptionType::kFlag, "", "say what is done, on stderr"},
};

absl::StatusOr<int> RunNetconf(const Invocation& invocation);

inline constexpr Applet kNetconf = {
    .name = "netconf",
    .summary = "bring network interfaces up and down, and look at them",
    .operands = "COMMAND [OPERAND...]",
    .options = kNetconfOptions,
    .run = RunNetconf,
    .description =
        "Commands:\n"
        "  up|down IFACE...             and wait until that is done; ^C cancels it\n"
        "  status [IFACE...]            how they are\n"
        "  reload                       read the configuration anew\n"
        "  plan [FILE]                  what bringing up auto interfaces would do now\n"
        "  apply FILE --confirm SECONDS  go over to FILE; back again, unless confirmed\n"
        "  confirm                      keep what was applied\n"
        "  monitor, events              print what changes, as it does\n"
        "  wait [IFACE...]              until they are up\n",
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETCONF_H_
