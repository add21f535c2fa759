// nsswitch.conf(5): which sources a database has, in order.
#ifndef KEELSON_CORE_NSSWITCH_H_
#define KEELSON_CORE_NSSWITCH_H_

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// The sources named for a database, actions such as [NOTFOUND=return] left out. When the database has
// no line (or there is no file): libc's default, {"files"}.
std::vector<std::string> NsswitchSources(std::string_view bytes, std::string_view database);

}  // namespace keelson

#endif  // KEELSON_CORE_NSSWITCH_H_
