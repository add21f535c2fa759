// pipe2(2), whose reading end alone is set not to wait: the two ends are open files of their own.
#include "platform/pipe.h"

#include <fcntl.h>
#include <unistd.h>

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
  const size_t before = bytes->size();
  bytes->resize(before + limit);
  ssize_t n;
  do {
    n = read(reader, bytes->data() + before, limit);
  } while (n < 0 && errno == EINTR);
  const Error error = n < 0 ? Error::Last() : kOk;
  bytes->resize(before + static_cast<size_t>(n < 0 ? 0 : n));
  return error;
}

}  // namespace keelson
