// systemd-sysusers: makes the users and groups that sysusers.d(5) declares. Options, messages and
// rules are those of systemd-sysusers 252.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_H_

#include "applets/applet.h"

namespace keelson {

// Text where a path would do: an empty one is nothing, as scripts with an empty $DESTDIR expect.
inline constexpr Option kSystemdSysusersOptions[] = {
    {0, "root", OptionType::kText, "DIR", "work on the tree below DIR"},
    {0, "image", OptionType::kText, "FILE", "not supported: mount the image and give --root"},
    {0, "replace", OptionType::kText, "PATH",
     "read all configuration, the operands in the place of PATH"},
    {0, "inline", OptionType::kFlag, "", "the operands are lines, not files"},
    {0, "cat-config", OptionType::kFlag, "", "print the configuration files"},
    kDryRunOption,
    {0, "no-pager", OptionType::kFlag, "", "nothing: there is never a pager"},
    {'h', "help", OptionType::kFlag, "", "say how to call it, and exit"},
};

absl::StatusOr<int> RunSystemdSysusers(const Invocation& invocation);

inline constexpr Applet kSystemdSysusers = {
    .name = "systemd-sysusers",
    .summary = "make the users and groups that sysusers.d(5) declares",
    .operands = "[FILE...]",
    .options = kSystemdSysusersOptions,
    .run = RunSystemdSysusers,
    .exit_codes = {.failed = 1, .usage = 1, .system = 1},
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_H_
