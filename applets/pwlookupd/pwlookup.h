// pwlookup: getent(1) that asks pwlookupd where it can, and scans the files where it cannot.
#ifndef KEELSON_APPLETS_PWLOOKUPD_PWLOOKUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_PWLOOKUP_H_

#include "applets/applet.h"

namespace keelson {

absl::StatusOr<int> RunPwlookup(const Invocation& invocation);

inline constexpr Option kPwlookupOptions[] = {
    kRootOption,
    {0, "socket", OptionType::kPath, "PATH", "ask the daemon here: /var/run/nscd/socket"},
    {0, "cache-dir", OptionType::kPath, "DIR", "look here for DBM files: /var/cache/keelson"},
    {'s', "service", OptionType::kText, "CONFIG", "files or DATABASE:files: ask no daemon", "",
     true},
    {0, "monitor", OptionType::kFlag, "", "print a line whenever one of the DATABASEs has changed"},
    {0, "wait", OptionType::kFlag, "", "with --monitor: wait for a daemon that is not there"},
    {0, "stats", OptionType::kFlag, "", "print the daemon's counters instead; for root"},
    {'i', "no-idn", OptionType::kFlag, "", "no effect: names are never encoded"},
};

inline constexpr Applet kPwlookup = {
    .name = "pwlookup",
    .summary = "look up entries of the system's databases",
    .operands = "DATABASE [KEY...]",
    .options = kPwlookupOptions,
    .run = RunPwlookup,
    .exit_codes = {.usage = 64},  // getent's
    .description =
        "Databases: passwd group initgroups shadow services hosts protocols networks\n"
        "rpc netgroup. Without KEY all entries are shown.\n",
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_PWLOOKUP_H_
