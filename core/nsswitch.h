// nsswitch.conf(5): which sources a database has, in order.
#ifndef KEELSON_CORE_NSSWITCH_H_
#define KEELSON_CORE_NSSWITCH_H_

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

struct NsswitchSource {
  std::string name;
  bool goes_on = false;      // [SUCCESS=continue] or merge: its answer is not the last word
  bool has_actions = false;  // some "[...]" follows it
};

// The sources named for a database; other actions, such as [NOTFOUND=return], are left out. When
// the database has no line (or there is no file): libc's default, "files". None: the line is empty
// or malformed, and libc finds nothing.
std::vector<NsswitchSource> NsswitchSources(std::string_view bytes, std::string_view database);

bool HasNsswitchLine(std::string_view bytes, std::string_view database);

}  // namespace keelson

#endif  // KEELSON_CORE_NSSWITCH_H_
