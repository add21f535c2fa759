// The protocols are those of sd_notify(3) (one datagram to NOTIFY_SOCKET; '@' means the abstract
// name space) and of s6 (one newline). Daemonize keeps a pipe: a byte in it means ready, its end
// means dead.
#include "platform/readiness.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr int kSystemFailed = 111;

int waiting_parent = -1;  // the pipe's end, between Daemonize and DaemonReady

[[noreturn]] void AwaitChild(int fd) {
  char byte;
  ssize_t n;
  do {
    n = read(fd, &byte, 1);
  } while (n < 0 && errno == EINTR);
  _exit(n == 1 ? 0 : kSystemFailed);
}

}  // namespace

Error NotifyManager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || path[0] == '\0') return kOk;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  size_t length = std::strlen(path);
  if (length >= sizeof(address.sun_path)) return Error(ENAMETOOLONG);
  if (path[0] != '/' && path[0] != '@') return Error(EAFNOSUPPORT);
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';

  Descriptor fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Error::Last();
  timeval patience{.tv_sec = 5, .tv_usec = 0};  // a manager that hangs must not hang us
  if (setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0) {
    return Error::Last();
  }
  ssize_t sent = sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                        reinterpret_cast<const sockaddr*>(&address),
                        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  return sent < 0 ? Error::Last() : kOk;
}

Error NotifyDescriptor(int fd) {
  Descriptor owner(fd);
  ssize_t n;
  do {
    n = write(fd, "\n", 1);
  } while (n < 0 && errno == EINTR);
  return n == 1 ? kOk : Error::Last();
}

Error Daemonize() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error::Last();
  Descriptor reader(ends[0]);
  Descriptor low(ends[1]);
  // Out of the way of 0, 1 and 2, which may have been closed when we were started.
  Descriptor writer(fcntl(low.get(), F_DUPFD_CLOEXEC, 3));
  low.Reset();
  if (!writer.valid()) return Error::Last();
  pid_t child = fork();
  if (child < 0) return Error::Last();
  if (child > 0) {
    writer.Reset();
    AwaitChild(reader.get());
  }
  if (setsid() < 0) return Error::Last();
  waiting_parent = writer.Release();
  return kOk;
}

bool IsOpenDescriptor(int64_t fd) { return fd >= 0 && fd <= INT_MAX && fcntl(fd, F_GETFD) >= 0; }

void DaemonReady() {
  if (waiting_parent < 0) return;
  // Not to keep a file system from being unmounted. "/" is always there.
  if (chdir("/") != 0) abort();
  Descriptor null(open("/dev/null", O_RDWR));
  for (int fd = 0; null.valid() && fd <= 2; ++fd) dup2(null.get(), fd);
  if (null.get() <= 2) null.Release();  // it is one of the three itself
  if (Error error = NotifyDescriptor(waiting_parent); !error.ok()) {
    // The parent was killed; there is nobody to tell.
  }
  waiting_parent = -1;
}

}  // namespace keelson
