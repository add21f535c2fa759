// absl's own string_view is another type than std's in some builds; std::string goes into both.

#include "applets/status.h"

namespace keelson {

absl::Status UsageError(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status Failure(const std::string& message) { return absl::FailedPreconditionError(message); }

absl::Status SystemError(std::string_view path, std::string_view what, Error error) {
  std::string message(path);
  if (!what.empty()) message.append(": ").append(what);
  message.append(": ").append(error.Text());
  return absl::UnavailableError(message);
}

}  // namespace keelson
