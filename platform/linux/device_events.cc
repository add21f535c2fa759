// The kernel's uevents: netlink, group 1. Group 2 is where udev repeats them.
//
// A message is "ACTION@PATH\0NAME=value\0NAME=value\0 ...". Privileged programs may send to the
// group as well; the kernel's messages have the port 0 as their sender, which no program can have.
#include "platform/device_events.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr size_t kMaxMessage = 8192;  // the kernel's own limit is 2048 for the variables
constexpr int kBuffer = 1 << 20;
constexpr int kAtOnce = 64;
constexpr unsigned kKernelGroup = 1;

// False: not what the kernel writes.
bool Parse(std::string_view message, DeviceEvent* event) {
  std::string_view action, path;
  size_t head = message.find('\0');
  if (head == message.npos || message.substr(0, head).find('@') == message.npos) return false;
  for (message.remove_prefix(head + 1); !message.empty();) {
    size_t end = std::min(message.find('\0'), message.size());
    std::string_view field = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    std::string_view name = field.substr(0, field.find('='));
    if (name.size() == field.size()) continue;
    std::string_view value = field.substr(name.size() + 1);
    if (name == "ACTION") action = value;
    if (name == "DEVPATH") path = value;
    if (name == "SUBSYSTEM") event->subsystem = value;
  }
  event->kind = action == "add"      ? DeviceEvent::kAdded
                : action == "remove" ? DeviceEvent::kRemoved
                                     : DeviceEvent::kOther;
  event->name = path.substr(path.rfind('/') + 1);
  return !action.empty() && !event->name.empty();
}

class LinuxDeviceEvents : public DeviceEvents {
 public:
  LinuxDeviceEvents(Loop* loop, std::function<void(const DeviceEvent&)> callback)
      : loop_(loop), callback_(std::move(callback)) {}
  ~LinuxDeviceEvents() override {
    if (fd_.valid()) loop_->ForgetFd(fd_.get());
  }

  Error Open();

 private:
  void Receive();

  Loop* const loop_;
  const std::function<void(const DeviceEvent&)> callback_;
  Descriptor fd_;
};

Error LinuxDeviceEvents::Open() {
  fd_.Reset(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
  if (!fd_.valid()) {
    return errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT ? kUnsupported : Error::Last();
  }
  // Root's may be larger than the system's limit; a smaller one only loses more.
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBuffer, sizeof(kBuffer)) != 0) {
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof(kBuffer));
  }
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kKernelGroup;
  if (bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return Error::Last();
  }
  return loop_->WatchFd(fd_.get(), kReadable, [this](unsigned) { Receive(); });
}

void LinuxDeviceEvents::Receive() {
  char bytes[kMaxMessage];
  for (int i = 0; i < kAtOnce; ++i) {
    sockaddr_nl sender = {};
    iovec part = {bytes, sizeof(bytes)};
    msghdr message = {};
    message.msg_name = &sender;
    message.msg_namelen = sizeof(sender);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t n = recvmsg(fd_.get(), &message, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != ENOBUFS) return;
    if (n < 0) {
      callback_({DeviceEvent::kLost, "", ""});
      continue;
    }
    if (message.msg_namelen != sizeof(sender) || sender.nl_pid != 0) continue;
    DeviceEvent event = {};
    if ((message.msg_flags & MSG_TRUNC) != 0) {
      callback_({DeviceEvent::kLost, "", ""});
    } else if (Parse(std::string_view(bytes, static_cast<size_t>(n)), &event)) {
      callback_(event);
    }
  }
}

}  // namespace

Error HearDevices(Loop* loop, std::function<void(const DeviceEvent&)> callback,
                  std::unique_ptr<DeviceEvents>* events) {
  auto made = std::make_unique<LinuxDeviceEvents>(loop, std::move(callback));
  if (Error error = made->Open(); !error.ok()) return error;
  *events = std::move(made);
  return kOk;
}

}  // namespace keelson
