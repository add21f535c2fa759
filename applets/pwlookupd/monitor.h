// pwlookup --monitor: a line for each new generation of a database.
#ifndef KEELSON_APPLETS_PWLOOKUPD_MONITOR_H_
#define KEELSON_APPLETS_PWLOOKUPD_MONITOR_H_

#include <span>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

// Prints until the daemon goes and no other one takes its place; with `wait` it waits for the next.
// Does not return 0: it ends with an error.
absl::StatusOr<int> Monitor(std::string_view socket, std::span<const std::string_view> databases,
                            bool wait);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_MONITOR_H_
