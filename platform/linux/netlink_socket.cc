// The kernel carries requests out while they are sent; the answers wait in the socket's buffer, so
// that who sends many at once needs room for their acknowledgements.
#include "platform/linux/netlink_socket.h"

#include <linux/netlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/net_if.h"

namespace keelson {
namespace {

constexpr size_t kReplySize = 65536;  // the kernel fills at most 32768 of a dump
constexpr int kReceiveBuffer = 1 << 20;

}  // namespace

Error NetlinkSocket::Open() {
  fd_.Reset(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd_.valid()) {
    return errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT ? kUnsupported : Error::Last();
  }
  // What fails here costs room or bytes, nothing else.
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(int)) != 0) {
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(int));
  }
  const int one = 1;
  setsockopt(fd_.get(), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
  buffer_.reset(new char[kReplySize]);
  return kOk;
}

uint32_t NetlinkSocket::Reserve(uint32_t count) {
  if (sequence_ > UINT32_MAX - count) sequence_ = 0;
  const uint32_t first = sequence_ + 1;
  sequence_ += count;
  return first;
}

Error NetlinkSocket::Send(const std::string& requests) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t n = sendto(fd_.get(), requests.data(), requests.size(), 0,
                             reinterpret_cast<const sockaddr*>(&kernel), sizeof(kernel));
    if (n >= 0) return kOk;
    if (errno != EINTR) return Error::Last();
  }
}

Error NetlinkSocket::Receive(std::string_view* bytes) {
  for (;;) {
    sockaddr_nl sender{};
    socklen_t size = sizeof(sender);
    const ssize_t n = recvfrom(fd_.get(), buffer_.get(), kReplySize, MSG_TRUNC,
                               reinterpret_cast<sockaddr*>(&sender), &size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::Last();
    if (sender.nl_pid != 0) continue;  // no word of the kernel's
    if (static_cast<size_t>(n) > kReplySize) return Error(EMSGSIZE);
    *bytes = std::string_view(buffer_.get(), static_cast<size_t>(n));
    return kOk;
  }
}

Error NetlinkSocket::Ask(const std::string& requests, uint32_t first, std::span<Error> errors,
                         const std::function<void(const NetlinkMessage&)>& each) {
  NetlinkAnswers answers(first, errors);
  if (Error error = Send(requests); !error.ok()) return answers.GiveUp(error);
  while (!answers.is_over()) {
    std::string_view bytes;
    if (Error error = Receive(&bytes); !error.ok()) return answers.GiveUp(error);
    answers.Take(bytes, each);
  }
  return kOk;
}

// By two ioctls: a message about a link costs many times that.
Error NetlinkSocket::IndexOf(std::string_view name, uint32_t* index) const {
  if (!MayNameInterface(name)) return Error(ENODEV);
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (ioctl(fd_.get(), SIOCGIFINDEX, &request) != 0) return Error::Last();
  *index = static_cast<uint32_t>(request.ifr_ifindex);
  if (ioctl(fd_.get(), SIOCGIFNAME, &request) != 0) return Error::Last();
  return name == std::string_view(request.ifr_name, strnlen(request.ifr_name, IFNAMSIZ))
             ? kOk
             : Error(ENODEV);
}

void NetlinkAnswers::Take(std::string_view bytes,
                          const std::function<void(const NetlinkMessage&)>& each) {
  for (NetlinkMessage message; NextNetlinkMessage(&bytes, &message);) {
    const uint32_t at = message.sequence - first_;
    if (at >= errors_.size() || is_over_[at]) continue;
    if ((message.flags & NLM_F_DUMP_INTR) != 0) errors_[at] = Error(EINTR);
    if (message.type != NLMSG_ERROR && message.type != NLMSG_DONE) {
      each(message);
      continue;
    }
    if (Error error = DecodeNetlinkError(message.body); !error.ok()) errors_[at] = error;
    is_over_[at] = true;
    --left_;
  }
}

Error NetlinkAnswers::GiveUp(Error error) {
  for (size_t i = 0; i < errors_.size(); ++i) {
    if (!is_over_[i]) errors_[i] = error;
  }
  return error;
}

Error ReadUndisturbed(const std::function<Error()>& read) {
  constexpr int kTries = 10;
  Error error(EINTR);
  for (int i = 0; i < kTries && error.code() == EINTR; ++i) error = read();
  return error;
}

}  // namespace keelson
