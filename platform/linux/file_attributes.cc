// flistxattr(2), fgetxattr(2), fsetxattr(2). Most files have no attribute or a short one, so the
// first try is with a small buffer.
#include "platform/file_attributes.h"

#include <sys/xattr.h>

#include <cstring>
#include <string>
#include <string_view>

namespace keelson {
namespace {

constexpr size_t kUsualSize = 512;
constexpr size_t kLargestSize = 65536;  // of a value and of all names: XATTR_SIZE_MAX

// Hashes and signatures of the bytes, and what overlayfs keeps for itself.
bool SpeaksOfBytes(std::string_view name) {
  return name == "security.ima" || name == "security.evm" || name.starts_with("trusted.overlay.");
}

// call(buffer, size) fills the buffer and says how many bytes, as the system's calls do.
template <typename Call>
Error Fetch(Call call, std::string* bytes) {
  bytes->resize(kUsualSize);
  ssize_t n = call(bytes->data(), bytes->size());
  if (n < 0 && errno == ERANGE) {
    bytes->resize(kLargestSize);
    n = call(bytes->data(), bytes->size());
  }
  if (n < 0) return Error::Last();
  bytes->resize(n);
  return kOk;
}

Error FetchValue(int fd, const std::string& name, std::string* value) {
  return Fetch([&](char* data, size_t size) { return fgetxattr(fd, name.c_str(), data, size); },
               value);
}

}  // namespace

Error ListFileAttributes(int fd, std::vector<FileAttribute>* attributes) {
  std::string names;
  Error error = Fetch([fd](char* data, size_t size) { return flistxattr(fd, data, size); }, &names);
  if (error.unsupported()) return kOk;
  if (!error.ok()) return error;
  for (size_t at = 0; at < names.size(); at += std::strlen(names.c_str() + at) + 1) {
    FileAttribute attribute{names.c_str() + at, ""};
    if (SpeaksOfBytes(attribute.name)) continue;
    error = FetchValue(fd, attribute.name, &attribute.value);
    if (error.code() == ENODATA) continue;  // removed since
    if (!error.ok()) return error;
    attributes->push_back(std::move(attribute));
  }
  return kOk;
}

Error SetFileAttribute(int fd, const FileAttribute& attribute) {
  const std::string& value = attribute.value;
  if (fsetxattr(fd, attribute.name.c_str(), value.data(), value.size(), 0) == 0) return kOk;
  Error error = Error::Last();
  // A label that the directory hands down is there, even where nobody may set one.
  std::string there;
  if (FetchValue(fd, attribute.name, &there).ok() && there == value) return kOk;
  return error;
}

}  // namespace keelson
