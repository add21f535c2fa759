// Messages lie behind each other, padded to 4, and so do attributes.
#include "platform/linux/rtnetlink_reader.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>

#include "platform/linux/rtnetlink.h"

namespace keelson {

bool NextAttribute(std::string_view* body, Attribute* attribute) {
  rtattr head;
  if (body->size() < sizeof(head)) return false;
  std::memcpy(&head, body->data(), sizeof(head));
  if (head.rta_len < sizeof(head) || head.rta_len > body->size()) return false;
  attribute->type = head.rta_type & NLA_TYPE_MASK;
  attribute->value = body->substr(sizeof(head), head.rta_len - sizeof(head));
  body->remove_prefix(std::min<size_t>(RTA_ALIGN(head.rta_len), body->size()));
  return true;
}

bool NextNetlinkMessage(std::string_view* bytes, NetlinkMessage* message) {
  nlmsghdr header;
  if (bytes->size() < sizeof(header)) return false;
  std::memcpy(&header, bytes->data(), sizeof(header));
  if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > bytes->size()) return false;
  message->type = header.nlmsg_type;
  message->flags = header.nlmsg_flags;
  message->sequence = header.nlmsg_seq;
  message->body = bytes->substr(sizeof(header), header.nlmsg_len - sizeof(header));
  bytes->remove_prefix(std::min<size_t>(NLMSG_ALIGN(size_t{header.nlmsg_len}), bytes->size()));
  return true;
}

Error DecodeNetlinkError(std::string_view body) {
  int code = 0;  // negative, or 0 for an acknowledgement
  if (body.size() >= sizeof(code)) std::memcpy(&code, body.data(), sizeof(code));
  return code < 0 && code != INT32_MIN ? Error(-code) : kOk;
}

}  // namespace keelson
