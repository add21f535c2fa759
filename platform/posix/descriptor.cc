// Closing never reports: an interrupted close has closed on every system we run on, and whoever
// needs to know that data arrived calls Sync first.
#include "platform/descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace keelson {

void Descriptor::Reset(int fd) {
  if (fd_ >= 0) {
    int saved = errno;
    close(fd_);
    errno = saved;
  }
  fd_ = fd;
}

}  // namespace keelson
