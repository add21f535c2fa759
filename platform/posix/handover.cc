// The nameless file is one of memory where the system has such (memfd, shm with SHM_ANON), else one
// in /tmp that is removed at once.
#include "platform/handover.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace keelson {
namespace {

int OpenNameless() {
#if defined(MFD_CLOEXEC)
  const int fd = memfd_create("handover", MFD_CLOEXEC);
  if (fd >= 0 || errno != ENOSYS) return fd;
#endif
  char path[] = "/tmp/.keelson-XXXXXX";
  const int file = mkostemp(path, O_CLOEXEC);
  if (file >= 0) unlink(path);
  return file;
}

}  // namespace

Error WriteNameless(std::string_view bytes, Descriptor* file) {
  file->Reset(OpenNameless());
  if (!file->valid()) return Error::Last();
  while (!bytes.empty()) {
    const ssize_t n = write(file->get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::Last();
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return lseek(file->get(), 0, SEEK_SET) == 0 ? kOk : Error::Last();
}

Error ReadNameless(int fd, size_t limit, std::string* bytes) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return Error::Last();
  if (static_cast<uint64_t>(facts.st_size) > limit) return Error(EFBIG);
  bytes->resize(static_cast<size_t>(facts.st_size));
  size_t done = 0;
  while (done < bytes->size()) {
    const ssize_t n =
        pread(fd, bytes->data() + done, bytes->size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::Last();
    if (n == 0) return Error(EIO);
    done += static_cast<size_t>(n);
  }
  return kOk;
}

Error SetKept(int fd, bool is_kept) {
  return fcntl(fd, F_SETFD, is_kept ? 0 : FD_CLOEXEC) == 0 ? kOk : Error::Last();
}

Error Execute(const std::string& program, std::span<const std::string> arguments) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  return Error::Last();
}

}  // namespace keelson
