// rcorder: the order in which rc.d scripts run, by their own headers.
#ifndef KEELSON_APPLETS_SVCD_RCORDER_H_
#define KEELSON_APPLETS_SVCD_RCORDER_H_

#include "applets/applet.h"

namespace keelson {

inline constexpr Option kRcorderOptions[] = {
    {'d', nullptr, OptionType::kFlag, "", "accepted and ignored, as by most rcorders"},
    {'g', nullptr, OptionType::kFlag, "", "print the graph for Graphviz instead"},
    {'p', nullptr, OptionType::kFlag, "", "print scripts that may run together on one line"},
    {'k', nullptr, OptionType::kText, "KEYWORD", "print only scripts with one of these", "", true},
    {'s', nullptr, OptionType::kText, "KEYWORD", "leave out scripts with one of these", "", true},
};

absl::StatusOr<int> RunRcorder(const Invocation& invocation);

inline constexpr Applet kRcorder = {
    .name = "rcorder",
    .summary = "print rc.d scripts in the order in which they run",
    .operands = "FILE...",
    .options = kRcorderOptions,
    .run = RunRcorder,
    .operands_last = true,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_RCORDER_H_
