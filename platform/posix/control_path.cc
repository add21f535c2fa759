// The ends of a control socket that know its path: binding and connecting.
//
// Binding: a lock on the directory keeps two starting daemons apart. The lock is waited for only a
// second, because anybody who may read the directory may hold it, and must not keep a daemon from
// starting; the temporary name holds our pid, so that even then nobody binds over another's socket.
#include "platform/posix/control_path.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "platform/control_socket.h"

namespace keelson {
namespace {

constexpr int kBacklog = 4096;  // the system may cut it
constexpr int64_t kLockPatience = kSecond;

Error MakeAddress(std::string_view path, sockaddr_un* address) {
  if (path.empty() || path[0] != '/' || path.find('\0') != path.npos) return Error(EINVAL);
  if (path.size() >= sizeof(address->sun_path)) return Error(ENAMETOOLONG);
  *address = {};
  address->sun_family = AF_UNIX;
  std::memcpy(address->sun_path, path.data(), path.size());
  return kOk;
}

timespec ToTimespec(int64_t ns) {
  return {.tv_sec = static_cast<time_t>(ns / kSecond), .tv_nsec = static_cast<long>(ns % kSecond)};
}

Descriptor NewSocket(int type) {
  return Descriptor(socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int Connect(int fd, const sockaddr_un& address) {
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

// The listener's queue is full: the system lets a blocking connect wait, for as long as SO_SNDTIMEO
// says.
Error ConnectBlocking(int fd, const sockaddr_un& address, int64_t deadline_ns) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) return Error::Last();
  for (;;) {
    int64_t left = deadline_ns - SystemClock()->MonotonicNs();
    if (left <= 0) return Error(ETIMEDOUT);
    int64_t us = std::max<int64_t>(left / 1000, 1);  // 0 would mean forever
    timeval patience{.tv_sec = static_cast<time_t>(us / 1'000'000),
                     .tv_usec = static_cast<suseconds_t>(us % 1'000'000)};
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0) {
      return Error::Last();
    }
    if (Connect(fd, address) == 0) break;
    if (errno != EAGAIN && errno != EINTR) return Error::Last();
  }
  return fcntl(fd, F_SETFL, flags) == 0 ? kOk : Error::Last();
}

void LockDirectory(int directory) {
  int64_t give_up = SystemClock()->MonotonicNs() + kLockPatience;
  while (flock(directory, LOCK_EX | LOCK_NB) != 0 && SystemClock()->MonotonicNs() < give_up) {
    timespec pause = ToTimespec(5 * kMillisecond);
    nanosleep(&pause, nullptr);
  }
}

// kOk: the path is free, or what is there may be renamed over. Who answers is in the way, unless he
// is to be taken over: then he gets a connection.
Error CheckFree(const sockaddr_un& address, int type, Descriptor* predecessor) {
  struct stat info;
  if (lstat(address.sun_path, &info) != 0) return errno == ENOENT ? kOk : Error::Last();
  if (!S_ISSOCK(info.st_mode)) return Error(EEXIST);
  Descriptor probe = NewSocket(type);
  if (!probe.valid()) return Error::Last();
  Error error = Connect(probe.get(), address) == 0 ? kOk : Error::Last();
  // EAGAIN: somebody listens and is busy.
  if (error.code() == EAGAIN && predecessor != nullptr) {
    error = ConnectBlocking(probe.get(), address, SystemClock()->MonotonicNs() + kLockPatience);
  }
  if (error.code() == ECONNREFUSED || error.not_found()) return kOk;
  if (!error.ok()) return error.code() == EAGAIN ? Error(EADDRINUSE) : error;
  if (predecessor == nullptr) return Error(EADDRINUSE);
  *predecessor = std::move(probe);
  return kOk;
}

std::string TemporaryName() {
  constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string name;
  for (auto left = static_cast<unsigned>(getpid()); left != 0; left /= 36) {
    name.insert(name.begin(), kDigits[left % 36]);
  }
  return "." + name;
}

Error ListenAndRename(int fd, int type, const char* temporary, const sockaddr_un& address,
                      uint32_t mode) {
  if (chmod(temporary, mode) != 0) return Error::Last();
  if (type == SOCK_STREAM && listen(fd, kBacklog) != 0) return Error::Last();
  if (rename(temporary, address.sun_path) != 0) return Error::Last();
  return kOk;
}

class PosixControlClient : public ControlClient {
 public:
  explicit PosixControlClient(Descriptor fd) : fd_(std::move(fd)) {}

  Error Send(std::string_view bytes, int64_t deadline_ns) override {
    while (!bytes.empty()) {
      ssize_t n = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n >= 0) {
        bytes.remove_prefix(n);
      } else if (Error error = WaitAfterFailure(POLLOUT, deadline_ns); !error.ok()) {
        return error;
      }
    }
    return kOk;
  }

  Error Receive(size_t limit, int64_t deadline_ns, std::string* bytes) override {
    char buffer[16384];
    size_t room = std::min(limit, sizeof(buffer));
    for (;;) {
      ssize_t n = recv(fd_.get(), buffer, room, 0);
      if (n >= 0) {
        bytes->append(buffer, n);
        return kOk;
      }
      if (Error error = WaitAfterFailure(POLLIN, deadline_ns); !error.ok()) return error;
    }
  }

  int descriptor() const override { return fd_.get(); }

 private:
  // errno is the failed call's. kOk: worth another try.
  Error WaitAfterFailure(short events, int64_t deadline_ns) {
    if (errno == EINTR) return kOk;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Error::Last();
    int64_t left = deadline_ns - SystemClock()->MonotonicNs();
    if (left <= 0) return Error(ETIMEDOUT);
    timespec patience = ToTimespec(left);
    pollfd waited{.fd = fd_.get(), .events = events, .revents = 0};
    if (ppoll(&waited, 1, &patience, nullptr) < 0 && errno != EINTR) return Error::Last();
    return kOk;
  }

  Descriptor fd_;
};

}  // namespace

Error BindLocal(std::string_view path, uint32_t mode, int type, Descriptor* socket,
                Descriptor* predecessor) {
  sockaddr_un address;
  sockaddr_un temporary;
  if (Error error = MakeAddress(path, &address); !error.ok()) return error;
  std::string folder(path.substr(0, path.rfind('/') + 1));
  if (Error error = MakeAddress(folder + TemporaryName(), &temporary); !error.ok()) return error;

  Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return Error::Last();
  LockDirectory(directory.get());
  if (Error error = CheckFree(address, type, predecessor); !error.ok()) return error;

  Descriptor fd = NewSocket(type);
  if (!fd.valid()) return Error::Last();
  if (CheckFree(temporary, type, nullptr).ok())
    unlink(temporary.sun_path);  // a process of our pid died here
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&temporary), sizeof(temporary)) != 0) {
    return Error::Last();
  }
  Error error = ListenAndRename(fd.get(), type, temporary.sun_path, address, mode);
  if (!error.ok()) {
    unlink(temporary.sun_path);
    return error;
  }
  *socket = std::move(fd);
  return kOk;
}

Error BindControl(std::string_view path, uint32_t mode, Descriptor* listener,
                  std::unique_ptr<ControlClient>* predecessor) {
  if (predecessor == nullptr) return BindLocal(path, mode, SOCK_STREAM, listener);
  Descriptor connected;
  if (Error error = BindLocal(path, mode, SOCK_STREAM, listener, &connected); !error.ok()) {
    return error;
  }
  predecessor->reset();
  if (connected.valid()) *predecessor = std::make_unique<PosixControlClient>(std::move(connected));
  return kOk;
}

Error ConnectControl(std::string_view path, int64_t deadline_ns,
                     std::unique_ptr<ControlClient>* client) {
  sockaddr_un address;
  if (Error error = MakeAddress(path, &address); !error.ok()) return error;
  Descriptor fd = NewSocket(SOCK_STREAM);
  if (!fd.valid()) return Error::Last();
  if (Connect(fd.get(), address) != 0) {
    if (errno != EAGAIN) return Error::Last();
    if (Error error = ConnectBlocking(fd.get(), address, deadline_ns); !error.ok()) return error;
  }
  *client = std::make_unique<PosixControlClient>(std::move(fd));
  return kOk;
}

}  // namespace keelson
