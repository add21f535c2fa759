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

// The answers to requests whose sequence numbers are first, first + 1 ...: an error for each.
// Answers to others, such as those that were given up earlier, are passed over.
class NetlinkAnswers {
 public:
  NetlinkAnswers(uint32_t first, std::span<Error> errors)
      : first_(first), errors_(errors), is_over_(errors.size(), false), left_(errors.size()) {}

  // EINTR becomes the error of a dump of what has changed meanwhile.
  void Take(std::string_view bytes, const std::function<void(const NetlinkMessage&)>& each);
  bool is_over() const { return left_ == 0; }
  Error GiveUp(Error error);  // of those that are not over; and returns it

 private:
  const uint32_t first_;
  const std::span<Error> errors_;
  std::vector<bool> is_over_;
  size_t left_;
};

// Again, while it is disturbed (EINTR); EINTR: each time.
Error ReadUndisturbed(const std::function<Error()>& read);

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

  // Of the link with that name; by another name of it, ENODEV.
  Error IndexOf(std::string_view name, uint32_t* index) const;

 private:
  Error Send(const std::string& requests);
  Error Receive(std::string_view* bytes);

  Descriptor fd_;
  std::unique_ptr<char[]> buffer_;
  uint32_t sequence_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_NETLINK_SOCKET_H_
