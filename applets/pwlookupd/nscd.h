// nscd: the commands that useradd(8) and administrators give to a running glibc nscd, given to
// pwlookupd.
#ifndef KEELSON_APPLETS_PWLOOKUPD_NSCD_H_
#define KEELSON_APPLETS_PWLOOKUPD_NSCD_H_

#include "applets/applet.h"

namespace keelson {

inline constexpr Option kNscdOptions[] = {
    {'i', "invalidate", OptionType::kText, "TABLE",
     "have TABLE read again: passwd, group, hosts, services or netgroup", "", true},
    {'g', "statistics", OptionType::kFlag, "", "print the counters"},
    {'K', "shutdown", OptionType::kFlag, "", "end the daemon"},
    {0, "socket", OptionType::kPath, "PATH", "the daemon's socket (default: /var/run/nscd/socket)"},
};

absl::StatusOr<int> RunNscd(const Invocation& invocation);

inline constexpr Applet kNscd = {
    .name = "nscd",
    .summary = "give a running lookup daemon the commands of nscd(8)",
    .operands = "",
    .options = kNscdOptions,
    .run = RunNscd,
    .exit_codes = {.failed = 1, .usage = 64, .system = 1},
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_NSCD_H_
