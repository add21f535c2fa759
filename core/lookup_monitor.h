// How pwlookupd tells that a database is another one now, in frames of core/frame.h.
//
// Who connects and says which databases it wants to hear of gets the present generation of each at
// once, so that it knows that nothing is missed from then on, and one frame for each generation
// that comes. A number that is told again, or a smaller one, is that of another daemon: whatever
// comes, what was looked up before may be old.
#ifndef KEELSON_CORE_LOOKUP_MONITOR_H_
#define KEELSON_CORE_LOOKUP_MONITOR_H_

#include <cstdint>

namespace keelson {

inline constexpr char kLookupMonitorSocket[] = "/run/keelson/pwlookupd.sock";  // 0666

enum LookupMonitorFrame : uint16_t {
  // To pwlookupd.
  kLookupSubscribe = 1,  // fields: names of databases, one at least
  kLookupTakeOver = 2,   // no fields; by root or who started it: another daemon listens here now
  // From pwlookupd.
  kLookupGeneration = 3,  // database, number (decimal)
  kLookupRefused = 4,     // a line that says why; then it closes
};

}  // namespace keelson

#endif  // KEELSON_CORE_LOOKUP_MONITOR_H_
