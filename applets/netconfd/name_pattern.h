// Patterns of fnmatch(3), with which interfaces are chosen.
#ifndef KEELSON_APPLETS_NETCONFD_NAME_PATTERN_H_
#define KEELSON_APPLETS_NETCONFD_NAME_PATTERN_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/interfaces_config.h"

namespace keelson {

// extended: also ?(a|b), *(a|b) ... where libc has them.
bool MatchesName(const std::string& pattern, std::string_view name, bool extended = false);

bool MatchesAny(const std::vector<InterfacesText>& patterns, std::string_view name);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NAME_PATTERN_H_
