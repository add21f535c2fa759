// libc's matcher, in the C locale: a byte is a byte.
#include "applets/netconfd/name_pattern.h"

#include <fnmatch.h>

#include <algorithm>

namespace keelson {

bool MatchesName(const std::string& pattern, std::string_view name, bool extended) {
#ifdef FNM_EXTMATCH
  const int flags = extended ? FNM_EXTMATCH : 0;
#else
  const int flags = 0;
  static_cast<void>(extended);
#endif
  return fnmatch(pattern.c_str(), std::string(name).c_str(), flags) == 0;
}

bool MatchesAny(const std::vector<InterfacesText>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const InterfacesText& pattern) {
    return MatchesName(pattern.text, name);
  });
}

}  // namespace keelson
