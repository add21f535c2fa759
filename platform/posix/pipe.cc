// pipe2(2), whose reading end alone is set not to wait: the two ends are open files of their own.
#include "platform/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace keelson {

Error MakePipe(Descriptor* reader, Descriptor* writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error::Last();
  reader->Reset(ends[0]);
  writer->Reset(ends[1]);
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return Error::Last();
  return kOk;
}

Error ReadPipe(int reader, size_t limit, std::string* bytes) {
  char piece[16 << 10];
  ssize_t n;
  do {
    n = read(reader, piece, std::min(limit, sizeof(piece)));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return Error::Last();
  bytes->append(piece, static_cast<size_t>(n));
  return kOk;
}

Error WritePipe(int writer, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(writer, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error::Last();
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return kOk;
}

}  // namespace keelson
