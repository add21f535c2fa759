// absl's own string_view is another type than std's in some builds; std::string goes into both.

#include "applets/status.h"

#include <cerrno>

namespace keelson {

absl::Status UsageError(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status Failure(const std::string& message) { return absl::FailedPreconditionError(message); }

bool SystemFailed(Error error) {
  switch (error.code()) {
    case 0:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENXIO:
    case ELOOP:
    case EINVAL:
    case EFBIG:
    case ENAMETOOLONG:
    case EACCES:
    case EPERM:
      return false;
    default:
      return true;
  }
}

absl::Status InputError(std::string_view path, Error error) {
  if (path == "-" && error.code() == EBADF) return Failure(kNoStandardInput);
  if (SystemFailed(error)) return SystemError(path, "", error);
  return Failure(std::string(path) + ": " + error.Text());
}

absl::Status SystemError(std::string_view path, std::string_view what, Error error) {
  std::string message(path);
  if (!what.empty()) message.append(": ").append(what);
  message.append(": ").append(error.Text());
  return absl::UnavailableError(message);
}

}  // namespace keelson
