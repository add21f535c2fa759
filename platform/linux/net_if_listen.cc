// The groups of rtnetlink. When more happens than the buffer holds, the kernel says so once
// (ENOBUFS), and what follows is whole again.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "platform/linux/net_if.h"
#include "platform/linux/rtnetlink.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

constexpr size_t kMessageSize = 32768;
constexpr int kAtOnce = 64;  // then others have their turn
constexpr unsigned kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

}  // namespace

NetListener::~NetListener() {
  if (loop_ != nullptr) loop_->ForgetFd(fd_.get());
}

Error NetListener::Open() {
  fd_.Reset(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  return fd_.valid() ? kOk : Error::Last();
}

Error NetListener::Begin(Loop* loop, size_t receive_bytes,
                         std::function<void(const NetEvent&)> callback) {
  if (loop_ != nullptr) return Error(EALREADY);
  if (receive_bytes > 0) {
    // The kernel doubles it. Root's may be larger than the system's limit.
    const int bytes = static_cast<int>(std::min<size_t>(receive_bytes / 2, INT_MAX / 2));
    if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0) {
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    }
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  if (bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return Error::Last();
  }
  buffer_.reset(new char[kMessageSize]);
  if (Error error = loop->WatchFd(fd_.get(), kReadable, [this](unsigned) { Hear(); });
      !error.ok()) {
    return error;
  }
  loop_ = loop;
  callback_ = std::move(callback);
  return kOk;
}

void NetListener::Hear() {
  for (int i = 0; i < kAtOnce; ++i) {
    sockaddr_nl sender{};
    socklen_t size = sizeof(sender);
    const ssize_t n = recvfrom(fd_.get(), buffer_.get(), kMessageSize, MSG_TRUNC,
                               reinterpret_cast<sockaddr*>(&sender), &size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != ENOBUFS) return;
    if (n < 0 || static_cast<size_t>(n) > kMessageSize) {
      callback_({.kind = NetEvent::kLost});
    } else if (sender.nl_pid == 0) {  // programs may send to the groups as well
      Tell(std::string_view(buffer_.get(), static_cast<size_t>(n)));
    }
  }
}

void NetListener::Tell(std::string_view bytes) {
  for (NetlinkMessage message; NextNetlinkMessage(&bytes, &message);) {
    NetEvent event;
    if (!DecodeNetEvent(message, &event)) continue;
    DropOwnLabel(&event.address);
    callback_(event);
  }
}

// The name of its interface is no label. Of one that is gone, what may be a name is taken for it.
void NetListener::DropOwnLabel(InterfaceAddress* address) {
  if (address->label.empty()) return;
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(address->index);
  const bool is_own = ioctl(fd_.get(), SIOCGIFNAME, &request) == 0
                          ? address->label == std::string_view(request.ifr_name,
                                                               strnlen(request.ifr_name, IFNAMSIZ))
                          : MayNameInterface(address->label);
  if (is_own) address->label.clear();
}

}  // namespace keelson
