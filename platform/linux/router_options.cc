// rtnetlink's group ND_USEROPT: one message for each option.
//   nlmsghdr, nduseroptmsg {family, pad, u16 length of options, i32 index, ICMP type, code, pad},
//   the options, then attributes
// Only what the kernel itself has sent (port 0) counts; messages that were lost come again with the
// next advertisement.
#include "platform/router_options.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr int kAtOnce = 64;

class LinuxRouterOptions : public RouterOptions {
 public:
  LinuxRouterOptions(Loop* loop, std::function<void(uint32_t, std::string_view)> callback)
      : loop_(loop), callback_(std::move(callback)) {}
  ~LinuxRouterOptions() override {
    if (socket_.valid()) loop_->ForgetFd(socket_.get());
  }

  Error Open() {
    socket_.Reset(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!socket_.valid()) return Error::Last();
    sockaddr_nl address = {};
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1u << (RTNLGRP_ND_USEROPT - 1);
    if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      return Error::Last();
    }
    return loop_->WatchFd(socket_.get(), kReadable, [this](unsigned) { Hear(); });
  }

 private:
  void Hear() {
    char bytes[8192];
    for (int i = 0; i < kAtOnce; ++i) {
      sockaddr_nl from = {};
      socklen_t size = sizeof from;
      const ssize_t n = recvfrom(socket_.get(), bytes, sizeof bytes, 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
      if (n < 0 && errno == ENOBUFS) continue;
      if (n < 0) return;
      if (from.nl_pid == 0) Read({bytes, static_cast<size_t>(n)});
    }
  }

  void Read(std::string_view bytes) {
    nlmsghdr header;
    nduseroptmsg message;
    while (bytes.size() >= sizeof header) {
      std::memcpy(&header, bytes.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > bytes.size()) return;
      std::string_view body = bytes.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
      bytes.remove_prefix(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), bytes.size()));
      if (header.nlmsg_type != RTM_NEWNDUSEROPT || body.size() < sizeof message) continue;
      std::memcpy(&message, body.data(), sizeof message);
      body.remove_prefix(sizeof message);
      if (message.nduseropt_family != AF_INET6 || message.nduseropt_ifindex <= 0) continue;
      if (message.nduseropt_icmp_type != ND_ROUTER_ADVERT) continue;
      if (message.nduseropt_opts_len > body.size()) continue;
      callback_(static_cast<uint32_t>(message.nduseropt_ifindex),
                body.substr(0, message.nduseropt_opts_len));
    }
  }

  Loop* const loop_;
  const std::function<void(uint32_t, std::string_view)> callback_;
  Descriptor socket_;
};

}  // namespace

Error HearRouterOptions(Loop* loop, std::function<void(uint32_t, std::string_view)> callback,
                        std::unique_ptr<RouterOptions>* heard) {
  auto made = std::make_unique<LinuxRouterOptions>(loop, std::move(callback));
  if (Error error = made->Open(); !error.ok()) return error;
  *heard = std::move(made);
  return kOk;
}

}  // namespace keelson
