// getdents64(2), called by its number: musl has the function under another name.
#include "platform/directory_entries.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace keelson {
namespace {

constexpr size_t kBuffer = 32 << 10;

// What stands in front of a name.
struct Head {
  uint64_t inode;
  int64_t next;
  uint16_t size;  // of the head, the name and what is behind it
  uint8_t type;
};
constexpr size_t kNameAt = offsetof(Head, type) + 1;

FileType TypeOf(uint8_t type) {
  switch (type) {
    case DT_REG:
      return FileType::kRegular;
    case DT_DIR:
      return FileType::kDirectory;
    case DT_LNK:
      return FileType::kSymlink;
    case DT_SOCK:
      return FileType::kSocket;
    case DT_FIFO:
      return FileType::kFifo;
    case DT_CHR:
    case DT_BLK:
      return FileType::kDevice;
    default:
      return FileType::kOther;
  }
}

}  // namespace

Error ReadEntries(int fd, std::vector<DirectoryEntry>* entries) {
  alignas(Head) char buffer[kBuffer];
  for (;;) {
    const long size = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    if (size < 0) return Error::Last();
    if (size == 0) return kOk;
    for (const char *at = buffer, *end = buffer + size; at < end;) {
      Head head;
      std::memcpy(&head, at, kNameAt);
      const std::string_view name(at + kNameAt);
      at += head.size;
      if (name != "." && name != "..") entries->push_back({std::string(name), TypeOf(head.type)});
    }
  }
}

}  // namespace keelson
