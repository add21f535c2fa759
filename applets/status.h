// The Statuses that applets return, by how they end: what main makes of them is ExitCodes'.
#ifndef KEELSON_APPLETS_STATUS_H_
#define KEELSON_APPLETS_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "platform/error.h"

namespace keelson {

absl::Status UsageError(const std::string& message);

// No, not found, refused.
absl::Status Failure(const std::string& message);

// What is said of an operand "-" when there is nothing to read from.
inline constexpr char kNoStandardInput[] = "standard input is closed";

// Of a file that the user names: whether the system failed us (too few descriptors, a broken disk),
// rather than that it is not there, or not what it should be.
bool SystemFailed(Error error);
// A SystemError or a Failure accordingly, of what ReadInput could not read.
absl::Status InputError(std::string_view path, Error error);

// The system failed us: "PATH: what: errno text", without "what" when it is empty.
absl::Status SystemError(std::string_view path, std::string_view what, Error error);

}  // namespace keelson

#endif  // KEELSON_APPLETS_STATUS_H_
