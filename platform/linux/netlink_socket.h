// A socket that asks the kernel's rtnetlink, and waits for its answers.
#ifndef KEELSON_PLATFORM_LINUX_NETLINK_SOCKET_H_
#define KEELSON_PLATFORM_LINUX_NETLINK_SOCKET_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/linux/rtnetlink.h"

namespace keelson {

class NetlinkSocket {
 public:
  // kUnsupported: a kernel without rtnetlink.
  Error Open();

  // Sequence numbers for that many requests: the first one.
  uint32_t Reserve(uint32_t count);

  // Sends the requests, whose sequence numbers are first, first + 1, ..., as one, and reads until
  // each of them has its end: an acknowledgement, or of a dump DONE. (*errors)[i] is the i-th
  // one's: EINTR is that of a dump that is not of one moment. What else comes goes to `each`. The
  // returned error: of the socket; what has no end then, has it as its error.
  Error Ask(const std::string& requests, uint32_t first, std::span<Error> errors,
            const std::function<void(const NetlinkMessage&)>& each);

 private:
  Error Send(const std::string& requests);
  Error Receive(std::string_view* bytes);

  Descriptor fd_;
  std::unique_ptr<char[]> buffer_;
  uint32_t sequence_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_NETLINK_SOCKET_H_
