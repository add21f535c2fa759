// Taking a message of rtnetlink apart: its head, its attributes. Lengths are checked before
// anything is read.
#ifndef KEELSON_PLATFORM_LINUX_RTNETLINK_READER_H_
#define KEELSON_PLATFORM_LINUX_RTNETLINK_READER_H_

#include <linux/netlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "platform/net_if.h"

namespace keelson {

// Takes the head off. False: too short.
template <typename Head>
bool TakeHead(std::string_view* body, Head* head) {
  if (body->size() < sizeof(*head)) return false;
  std::memcpy(head, body->data(), sizeof(*head));
  body->remove_prefix(std::min<size_t>(NLMSG_ALIGN(sizeof(*head)), body->size()));
  return true;
}

// A value of another size than the number's is passed over.
struct Attribute {
  uint16_t type = 0;
  std::string_view value = {};

  template <typename Number>
  void To(Number* number) const {
    if (value.size() == sizeof(*number)) std::memcpy(number, value.data(), sizeof(*number));
  }
  // False: not of that family.
  bool To(bool v6, NetIp* ip) const {
    if (value.size() != (v6 ? 16 : 4)) return false;
    ip->v6 = v6;
    std::copy(value.begin(), value.end(), ip->bytes.begin());
    return true;
  }
  void To(bool v6, std::optional<NetIp>* ip) const {
    NetIp found;
    if (To(v6, &found)) *ip = found;
  }
  std::string_view Text() const { return value.substr(0, value.find('\0')); }
};

// False: nothing whole is left.
bool NextAttribute(std::string_view* body, Attribute* attribute);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_RTNETLINK_READER_H_
