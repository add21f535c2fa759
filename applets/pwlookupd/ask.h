// One request to the daemon, by whichever client applet.
#ifndef KEELSON_APPLETS_PWLOOKUPD_ASK_H_
#define KEELSON_APPLETS_PWLOOKUPD_ASK_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/nscd_wire.h"
#include "platform/error.h"

namespace keelson {

// Where every libc asks.
inline constexpr char kNscdSocket[] = "/var/run/nscd/socket";

// The whole answer, after at most 2 seconds: a daemon that hangs must not lock anybody out. ENOENT,
// ECONNREFUSED: no daemon. ENAMETOOLONG: the key does not fit into a request.
Error AskDaemon(std::string_view socket, NscdType type, std::string_view key, std::string* answer);

// The daemon's counters, printed. 0, or what went wrong.
absl::StatusOr<int> PrintStatistics(std::string_view socket);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_ASK_H_
