// Plain passwords are refused: hashing them would take libcrypt, whose methods differ by system,
// into the program.
#include "applets/useradd_profile/systemd_sysusers_credentials.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "applets/status.h"
#include "platform/input.h"

namespace keelson {
namespace {

constexpr size_t kMaxCredential = 64 * 1024;  // bytes

bool IsField(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return c == ':' || (c >= 0 && c < ' ') || c == 127; });
}

}  // namespace

bool SysusersCredentials::Open() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) return true;
  folder_ = folder;
  return folder_.starts_with('/');
}

absl::Status SysusersCredentials::Read(std::string_view kind, const std::string& user,
                                       std::string* value, bool* found) const {
  const std::string path = folder_ + "/passwd." + std::string(kind) + "." + user;
  const Error error = ReadInput(path, kMaxCredential, value);
  *found = error.ok();
  if (!error.ok()) return error.not_found() ? absl::OkStatus() : SystemError(path, "", error);
  return IsField(*value) ? absl::OkStatus()
                         : Failure(path + ": holds a colon or a control character");
}

absl::Status SysusersCredentials::Apply(UserRecord* user) const {
  if (folder_.empty()) return absl::OkStatus();
  std::string value;
  bool found = false;
  absl::Status status = Read("shell", user->name, &value, &found);
  if (found) user->shell = value;
  if (status.ok()) status = Read("hashed-password", user->name, &value, &found);
  if (!status.ok()) return status;
  if (found) {
    user->password = value;
    return status;
  }
  status = Read("plaintext-password", user->name, &value, &found);
  if (!found) return status;
  return Failure(folder_ + "/passwd.plaintext-password." + user->name +
                 ": passwords are not hashed here; give passwd.hashed-password." + user->name);
}

}  // namespace keelson
