// A pair of local sockets of SOCK_SEQPACKET: the kernel keeps messages apart.
#include "platform/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace keelson {
namespace {

constexpr size_t kControlSize = CMSG_SPACE(kMaxChannelDescriptors * sizeof(int));

void TakeDescriptors(msghdr* message, std::vector<Descriptor>* descriptors) {
  for (cmsghdr* part = CMSG_FIRSTHDR(message); part != nullptr; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      descriptors->emplace_back(fd);
    }
  }
}

}  // namespace

Error MakeChannel(Descriptor* one, Descriptor* other) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return Error::Last();
  one->Reset(ends[0]);
  other->Reset(ends[1]);
  return kOk;
}

Error SendMessage(int channel, std::string_view message, std::span<const int> descriptors,
                  bool wait) {
  if (descriptors.size() > kMaxChannelDescriptors) return Error(EINVAL);
  iovec part = {const_cast<char*>(message.data()), message.size()};
  alignas(cmsghdr) char control[kControlSize] = {};
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t n;
  do {
    n = sendmsg(channel, &header, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
  } while (n < 0 && errno == EINTR);
  return n < 0 ? Error::Last() : kOk;
}

Error ReceiveMessage(int channel, size_t limit, std::string* message,
                     std::vector<Descriptor>* descriptors) {
  message->resize(limit);
  descriptors->clear();
  iovec part = {message->data(), message->size()};
  alignas(cmsghdr) char control[kControlSize];
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t n;
  do {
    n = recvmsg(channel, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    const Error error = Error::Last();
    message->clear();
    return error;
  }
  TakeDescriptors(&header, descriptors);
  message->resize(static_cast<size_t>(n));
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0) return kOk;
  message->clear();
  descriptors->clear();
  return Error(EMSGSIZE);
}

}  // namespace keelson
