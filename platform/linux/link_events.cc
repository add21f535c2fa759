// rtnetlink's group of links. What the messages say is not read: they may be lost, the state not.
#include "platform/link_events.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "platform/descriptor.h"

namespace keelson {
namespace {

class LinuxLinkEvents : public LinkEvents {
 public:
  LinuxLinkEvents(Loop* loop, std::function<void()> callback)
      : loop_(loop), callback_(std::move(callback)) {}
  ~LinuxLinkEvents() override {
    if (socket_.valid()) loop_->ForgetFd(socket_.get());
  }

  Error Open() {
    socket_.Reset(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!socket_.valid()) return Error::Last();
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK;
    if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      return Error::Last();
    }
    return loop_->WatchFd(socket_.get(), kReadable, [this](unsigned) { Hear(); });
  }

 private:
  // Messages are cut, since nothing of them is wanted; ENOBUFS (some were lost) is one as well.
  void Hear() {
    char bytes[16];
    constexpr int kMessages = 64;
    for (int i = 0; i < kMessages && recv(socket_.get(), bytes, sizeof(bytes), 0) >= 0; ++i) {
    }
    callback_();
  }

  Loop* const loop_;
  const std::function<void()> callback_;
  Descriptor socket_;
};

}  // namespace

Error HearLinks(Loop* loop, std::function<void()> callback, std::unique_ptr<LinkEvents>* events) {
  auto made = std::make_unique<LinuxLinkEvents>(loop, std::move(callback));
  if (Error error = made->Open(); !error.ok()) return error;
  *events = std::move(made);
  return kOk;
}

}  // namespace keelson
