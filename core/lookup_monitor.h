// How pwlookupd tells that a database is another one now, in frames of core/frame.h.
//
// Who connects and says which databases it wants to hear of gets the present generation of each at
// once, so that it knows that nothing is missed from then on, and one frame for each generation
// that comes. A number that is told again, or a smaller one, is that of another daemon: whatever
// comes, what was looked up before may be old, unless the version is the same.
#ifndef KEELSON_CORE_LOOKUP_MONITOR_H_
#define KEELSON_CORE_LOOKUP_MONITOR_H_

#include <cstdint>
#include <string_view>

namespace keelson {

inline constexpr char kLookupMonitorSocket[] = "/run/keelson/pwlookupd.sock";  // 0666
inline constexpr std::string_view kLookupDatabases[] = {"passwd", "group", "services", "hosts",
                                                        "netgroup"};

enum LookupMonitorFrame : uint16_t {
  // To pwlookupd.
  kLookupSubscribe = 1,  // fields: names of databases, one at least
  kLookupTakeOver = 2,   // no fields; by root or who started it: another daemon listens here now
  // From pwlookupd.
  // Database, number (decimal), version: of the file, whichever daemon tells of it.
  kLookupGeneration = 3,
  kLookupRefused = 4,  // a line that says why; then it closes
};

}  // namespace keelson

#endif  // KEELSON_CORE_LOOKUP_MONITOR_H_
