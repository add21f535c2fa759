// What is the same on all systems: looking into a dump, and which names an interface may have.
#include "platform/net_if.h"

#include <algorithm>

namespace keelson {

const Interface* NetState::Find(std::string_view name) const {
  for (const Interface& each : interfaces) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

const Interface* NetState::Find(uint32_t index) const {
  const auto at = std::lower_bound(interfaces.begin(), interfaces.end(), index,
                                   [](const Interface& a, uint32_t b) { return a.index < b; });
  return at != interfaces.end() && at->index == index ? &*at : nullptr;
}

bool MayNameInterface(std::string_view name) {
  constexpr size_t kMaxName = 15;  // bytes, on every system
  // Linux takes Latin-1's no-break space for a space, too.
  constexpr std::string_view kNever("\0/:% \t\n\v\f\r\xa0", 11);
  return !name.empty() && name.size() <= kMaxName && name != "." && name != ".." &&
         name.find_first_of(kNever) == name.npos;
}

}  // namespace keelson
