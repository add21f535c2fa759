// ifup, ifdown, ifquery: ifupdown's commands, with netconfd or without.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_H_

#include "applets/applet.h"

namespace keelson {

absl::StatusOr<int> RunIfup(const Invocation& invocation);
absl::StatusOr<int> RunIfquery(const Invocation& invocation);

inline constexpr Option kIfAllOption = {'a', "all", OptionType::kFlag, "",
                                        "all interfaces marked auto; ifdown: all that are up"};
inline constexpr Option kIfAllowOption = {0, "allow", OptionType::kText, "CLASS",
                                          "only interfaces of allow-CLASS lines"};
inline constexpr Option kIfInterfacesOption = {'i', "interfaces", OptionType::kPath, "FILE",
                                               "the definitions (default /etc/network/interfaces)"};
inline constexpr Option kIfStateDirOption = {0, "state-dir", OptionType::kDirectory, "DIR",
                                             "of what is up (default /run/network)"};
inline constexpr Option kIfExcludeOption = {
    'X', "exclude", OptionType::kText, "PATTERN", "leave these interfaces out", "", true};
inline constexpr Option kIfSetOption = {
    'o', "option", OptionType::kText, "OPTION=VALUE", "as if it stood in the file", "", true};
inline constexpr Option kIfVerboseOption = {'v', "verbose", OptionType::kFlag, "",
                                            "say what is done before it is done"};
inline constexpr Option kIfNoMappingsOption = {0, "no-mappings", OptionType::kFlag, "",
                                               "run no scripts of mapping lines"};
inline constexpr Option kIfNoScriptsOption = {0, "no-scripts", OptionType::kFlag, "",
                                              "run nothing of /etc/network/if-*.d"};
inline constexpr Option kIfNoLoopbackOption = {0, "no-loopback", OptionType::kFlag, "",
                                               "assume nothing of the loopback interface"};
inline constexpr Option kIfEnvironmentOption = {
    0, "read-environment", OptionType::kFlag, "",
    "look at VERBOSE, CONFIGURE_INTERFACES and EXCLUDE_INTERFACES"};
inline constexpr Option kIfSystemOption = {
    0, "system", OptionType::kWord, "SYSTEM", "show the commands of this one", "linux|freebsd"};

inline constexpr Option kIfupOptions[] = {
    kIfAllOption,
    kIfAllowOption,
    kIfInterfacesOption,
    kIfStateDirOption,
    kIfExcludeOption,
    kIfSetOption,
    {'n', "no-act", OptionType::kFlag, "", "say what would be done, do nothing but mappings"},
    {0, "no-act-commands", OptionType::kFlag, "", "do nothing but mappings and the state"},
    kIfVerboseOption,
    kIfNoMappingsOption,
    kIfNoScriptsOption,
    kIfNoLoopbackOption,
    {'f', "force", OptionType::kFlag, "",
     "also what is up or down already; what hooks end with does not count"},
    {0, "ignore-errors", OptionType::kFlag, "", "go on after errors"},
    kIfEnvironmentOption,
    kIfSystemOption,
};

inline constexpr Option kIfqueryOptions[] = {
    {'l', "list", OptionType::kFlag, "", "the names of all interfaces marked auto"},
    {0, "state", OptionType::kFlag, "", "which interfaces are up"},
    kIfAllowOption,
    kIfInterfacesOption,
    kIfStateDirOption,
    kIfExcludeOption,
    kIfSetOption,
    kIfVerboseOption,
    kIfNoMappingsOption,
    kIfNoScriptsOption,
    kIfNoLoopbackOption,
    kIfEnvironmentOption,
};

inline constexpr Applet kIfup = {
    .name = "ifup",
    .summary = "bring network interfaces up",
    .operands = "[IFACE[=LOGICAL]...]",
    .options = kIfupOptions,
    .run = RunIfup,
    .exit_codes = {.failed = 1, .usage = 1, .system = 1},
};

inline constexpr Applet kIfdown = {
    .name = "ifdown",
    .summary = "bring network interfaces down",
    .operands = "[IFACE[=LOGICAL]...]",
    .options = kIfupOptions,
    .run = RunIfup,
    .exit_codes = {.failed = 1, .usage = 1, .system = 1},
};

inline constexpr Applet kIfquery = {
    .name = "ifquery",
    .summary = "print what is configured for network interfaces, and which are up",
    .operands = "[IFACE[=LOGICAL]...]",
    .options = kIfqueryOptions,
    .run = RunIfquery,
    .exit_codes = {.failed = 1, .usage = 1, .system = 1},
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_H_
