// svcd: starts, watches and ends the services of this system.
#ifndef KEELSON_APPLETS_SVCD_SVCD_H_
#define KEELSON_APPLETS_SVCD_SVCD_H_

#include "applets/applet.h"

namespace keelson {

inline constexpr Option kSvcdOptions[] = {
    kRootOption,
    {0, "config", OptionType::kDirectory, "DIR",
     "definitions and modes (default: /etc/keelson/svc)"},
    {0, "mode", OptionType::kText, "NAME", "begin in this mode (default: default)"},
    {0, "rc-dir", OptionType::kDirectory, "DIR",
     "BSD's scripts (default: /etc/rc.d, /usr/local/etc/rc.d)", "", true},
    {0, "init-dir", OptionType::kDirectory, "DIR", "LSB's scripts (default: /etc/init.d)"},
    {0, "socket", OptionType::kPath, "PATH", "answer here (default: /run/keelson/svcd.sock)"},
    {'n', "dry-run", OptionType::kFlag, "", "check the configuration, start nothing"},
    {0, "daemonize", OptionType::kFlag, "", "go to the background once ready"},
    {0, "ready-fd", OptionType::kNumber, "N", "write a newline to this descriptor once ready"},
    {0, "resume", OptionType::kNumber, "N", "go on where another svcd stopped, as reexec does it"},
    {'v', "verbose", OptionType::kFlag, "", "say more on stderr"},
};

absl::StatusOr<int> RunSvcd(const Invocation& invocation);

inline constexpr Applet kSvcd = {
    .name = "svcd",
    .summary = "start, watch and end the services of this system",
    .operands = "[RUNLEVEL]",
    .options = kSvcdOptions,
    .run = RunSvcd,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SVCD_H_
