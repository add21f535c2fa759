// service: NAME ACTION as init scripts have it, through svcd where it runs.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_H_
#define KEELSON_APPLETS_SVCD_SERVICE_H_

#include "applets/applet.h"

namespace keelson {

absl::StatusOr<int> RunService(const Invocation& invocation);

inline constexpr Option kServiceOptions[] = {
    {0, "status-all", OptionType::kFlag, "", "ask every script for its status"},
    {0, "full-restart", OptionType::kFlag, "", "behind NAME: stop, then start"},
    {0, "socket", OptionType::kPath, "PATH", "of svcd (default /run/keelson/svcd.sock)"},
    {0, "init-dir", OptionType::kDirectory, "DIR", "of init scripts (default /etc/init.d)"},
    {0, "rc-dir", OptionType::kDirectory, "DIR",
     "of rc.d scripts (default /etc/rc.d, /usr/local/etc/rc.d)", "", true},
};

// LSB's codes of a command line, and of what may not be done.
inline constexpr Applet kService = {
    .name = "service",
    .summary = "run an action of a service",
    .operands = "NAME ACTION [ARGUMENT...]",
    .options = kServiceOptions,
    .run = RunService,
    .exit_codes = {.failed = 1, .usage = 2, .system = 1},
    .operands_last = true,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_H_
