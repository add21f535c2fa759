// What --help and --version say, from an applet's constant.
#ifndef KEELSON_APPLETS_HELP_H_
#define KEELSON_APPLETS_HELP_H_

#include <string>
#include <string_view>
#include <vector>

#include "applets/applet.h"

namespace keelson {

inline constexpr char kVersion[] = "0.1.0";

// The applet's own options, then --help and --version unless it has rows of these names itself (to
// give them a letter).
std::vector<Option> AllOptions(const Applet& applet);

// "Usage: NAME [OPTION...] OPERANDS\n"
std::string UsageLine(const Applet& applet);

// Whole lines: usage, summary, a line or more for each option, description.
std::string HelpText(const Applet& applet);

// "NAME (keelson) VERSION\n"
std::string VersionText(const Applet& applet);

}  // namespace keelson

#endif  // KEELSON_APPLETS_HELP_H_
