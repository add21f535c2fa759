// /proc/self/mountinfo is read line by line into memory that is there from the beginning. A mount
// that others lie on is in use, so it takes rounds: each takes off what lies on top, until one
// takes off nothing.
#include "platform/linux/boot_mounts.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "platform/boot.h"
#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr int kMaxRounds = 64;

class MountLines {
 public:
  bool Open() {
    fd_.Reset(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    return fd_.valid();
  }

  // The next mount point, plain; null at the end. One that is too long is left out.
  char* Next() {
    for (char* line; (line = NextLine()) != nullptr;) {
      for (int field = 1; field < 5 && line != nullptr; ++field) {
        line = std::strchr(line, ' ');
        if (line != nullptr) ++line;
      }
      if (line == nullptr) continue;
      char* end = std::strchr(line, ' ');
      if (end == nullptr) continue;
      *end = '\0';
      DecodeOctal(line);
      return line;
    }
    return nullptr;
  }

 private:
  char* NextLine() {
    for (;;) {
      if (char* end = static_cast<char*>(memchr(bytes_ + begin_, '\n', end_ - begin_))) {
        char* line = bytes_ + begin_;
        *end = '\0';
        begin_ = static_cast<size_t>(end + 1 - bytes_);
        return line;
      }
      std::memmove(bytes_, bytes_ + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      if (end_ == sizeof(bytes_)) end_ = 0;
      ssize_t n = read(fd_.get(), bytes_ + end_, sizeof(bytes_) - end_);
      if (n <= 0) return nullptr;
      end_ += static_cast<size_t>(n);
    }
  }

  // mountinfo writes blanks and their like as \ooo.
  static void DecodeOctal(char* text) {
    char* to = text;
    for (const char* from = text; *from != '\0'; ++to) {
      if (from[0] == '\\' && from[1] != '\0' && from[2] != '\0' && from[3] != '\0') {
        *to = static_cast<char>((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
        from += 4;
      } else {
        *to = *from++;
      }
    }
    *to = '\0';
  }

  Descriptor fd_;
  char bytes_[16384];
  size_t begin_ = 0;
  size_t end_ = 0;
};

// What the rest of the way needs, and what holds nobody's data.
bool IsKept(std::string_view path) {
  return path == "/" || path == "/proc" || path == "/sys" || path == "/dev";
}

}  // namespace

void UnmountAll(bool whole_system) {
  (void)!chdir("/");
  bool any = true;
  for (int round = 0; any && round < kMaxRounds; ++round) {
    any = false;
    MountLines lines;
    if (!lines.Open()) return;
    while (const char* path = lines.Next()) {
      if (!IsKept(path) && umount2(path, UMOUNT_NOFOLLOW) == 0) any = true;
    }
  }
  const unsigned long how = MS_REMOUNT | MS_RDONLY | (whole_system ? 0 : MS_BIND);
  MountLines lines;
  if (!lines.Open()) return;
  while (const char* path = lines.Next()) {
    if (!IsKept(path)) mount(nullptr, path, nullptr, how, nullptr);
  }
  mount(nullptr, "/", nullptr, how, nullptr);
}

}  // namespace keelson
