// A datagram socket whose messages carry the sender's credentials (SCM_CREDENTIALS).
//
// The kernel fills them in; only a privileged sender may name another's. A sender of another
// process name space has the number 0 and is nobody we could know.
#include "platform/notify_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/descriptor.h"
#include "platform/posix/control_path.h"

namespace keelson {
namespace {

constexpr size_t kMaxText = 4096;
constexpr int kMaxDescriptors = 253;  // in one message, by the kernel's limit
constexpr int kAtOnce = 64;
constexpr int kPollAtOnce = 4096;

Error BindAbstract(std::string_view name, Descriptor* bound) {
  sockaddr_un address = {};
  if (name.empty() || name.size() >= sizeof(address.sun_path)) return Error(ENAMETOOLONG);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  Descriptor fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (!fd.valid() || bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) {
    return Error::Last();
  }
  *bound = std::move(fd);
  return kOk;
}

// What came beside the text; the descriptors are closed. False: no sender.
bool TakeControl(msghdr* message, Peer* sender) {
  bool known = false;
  for (cmsghdr* part = CMSG_FIRSTHDR(message); part != nullptr; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SCM_RIGHTS) {
      size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count; ++i) {
        int fd;
        std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
        close(fd);
      }
    } else if (part->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials;
      std::memcpy(&credentials, CMSG_DATA(part), sizeof(credentials));
      *sender = {credentials.uid, credentials.gid, credentials.pid};
      known = credentials.pid > 0;
    }
  }
  return known;
}

class LinuxNotifySocket : public NotifySocket {
 public:
  LinuxNotifySocket(Loop* loop, std::string_view address, Callback callback, int bound)
      : loop_(loop), address_(address), callback_(std::move(callback)), fd_(bound) {}
  ~LinuxNotifySocket() override;

  Error Open();
  std::string address() const override { return address_; }
  void Poll() override { Receive(kPollAtOnce); }
  int descriptor() const override { return fd_.get(); }

 private:
  void Receive(int limit);

  Loop* const loop_;
  const std::string address_;
  const Callback callback_;
  Descriptor fd_;
  struct stat file_ = {};  // as it was when it was ours
};

Error LinuxNotifySocket::Open() {
  const bool abstract = address_.starts_with('@');
  if (!fd_.valid()) {
    Error error = abstract ? BindAbstract(address_.substr(1), &fd_)
                           : BindLocal(address_, 0666, SOCK_DGRAM, &fd_);
    if (!error.ok()) return error;
  }
  if (!abstract && lstat(address_.c_str(), &file_) != 0) return Error::Last();
  int on = 1;
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0) return Error::Last();
  return loop_->WatchFd(fd_.get(), kReadable, [this](unsigned) { Receive(kAtOnce); });
}

LinuxNotifySocket::~LinuxNotifySocket() {
  if (!fd_.valid()) return;
  loop_->ForgetFd(fd_.get());
  struct stat now;
  if (file_.st_ino == 0 || lstat(address_.c_str(), &now) != 0) return;
  if (now.st_dev == file_.st_dev && now.st_ino == file_.st_ino) unlink(address_.c_str());
}

void LinuxNotifySocket::Receive(int limit) {
  char text[kMaxText];
  alignas(
      cmsghdr) char control[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(kMaxDescriptors * sizeof(int))];
  for (int i = 0; i < limit; ++i) {
    iovec part = {text, sizeof(text)};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    ssize_t n = recvmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    Peer sender;
    const bool known = TakeControl(&message, &sender);
    if (!known || n == 0 || (message.msg_flags & MSG_TRUNC) != 0) continue;
    callback_(sender, std::string_view(text, static_cast<size_t>(n)));
  }
}

}  // namespace

Error OpenNotifySocket(Loop* loop, std::string_view path, NotifySocket::Callback callback,
                       std::unique_ptr<NotifySocket>* socket, int bound) {
  auto made = std::make_unique<LinuxNotifySocket>(loop, path, std::move(callback), bound);
  if (Error error = made->Open(); !error.ok()) return error;
  *socket = std::move(made);
  return kOk;
}

}  // namespace keelson
