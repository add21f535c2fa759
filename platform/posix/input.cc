// One byte more than the limit is asked for, so that a file of just that size is told from a larger
// one.
#include "platform/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "platform/descriptor.h"

namespace keelson {

namespace {

constexpr size_t kChunk = 64 * 1024;

Error ReadAll(int descriptor, size_t limit, std::string* bytes) {
  bytes->clear();
  while (true) {
    const size_t had = bytes->size();
    bytes->resize(had + std::min(kChunk, limit - had + 1));
    const ssize_t got = read(descriptor, bytes->data() + had, bytes->size() - had);
    if (got < 0 && errno == EINTR) {
      bytes->resize(had);
      continue;
    }
    if (got < 0) return Error::Last();
    bytes->resize(had + static_cast<size_t>(got));
    if (got == 0) return kOk;
    if (bytes->size() > limit) return Error(EFBIG);
  }
}

}  // namespace

Error ReadInput(const std::string& path, size_t limit, std::string* bytes) {
  if (path == "-") return ReadAll(STDIN_FILENO, limit, bytes);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) return Error::Last();
  return ReadAll(file.get(), limit, bytes);
}

Error ReadInputNow(const std::string& path, size_t limit, std::string* bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.valid()) return Error::Last();
  struct stat info;
  if (fstat(file.get(), &info) != 0) return Error::Last();
  if (S_ISFIFO(info.st_mode)) return Error(EINVAL);
  return ReadAll(file.get(), limit, bytes);
}

}  // namespace keelson
