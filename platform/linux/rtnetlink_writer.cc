// Messages are put together in a string, so that many of them go to the kernel as one.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "platform/linux/rtnetlink.h"

namespace keelson {

NetlinkWriter::NetlinkWriter(uint16_t type, uint16_t flags, uint32_t sequence, const void* head,
                             size_t size, std::string* out)
    : out_(out), begin_(out->size()) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = flags | NLM_F_REQUEST;
  header.nlmsg_seq = sequence;
  out_->append(reinterpret_cast<const char*>(&header), sizeof(header));
  out_->append(static_cast<const char*>(head), size);
  Pad();
}

NetlinkWriter::~NetlinkWriter() {
  const uint32_t length = static_cast<uint32_t>(out_->size() - begin_);
  std::memcpy(&(*out_)[begin_], &length, sizeof(length));
}

void NetlinkWriter::Pad() { out_->resize(begin_ + NLMSG_ALIGN(out_->size() - begin_)); }

size_t NetlinkWriter::Begin(uint16_t type) {
  const size_t begun = out_->size();
  rtattr attribute{};
  attribute.rta_type = type;
  out_->append(reinterpret_cast<const char*>(&attribute), sizeof(attribute));
  return begun;
}

void NetlinkWriter::End(size_t begun) {
  const uint16_t length = static_cast<uint16_t>(out_->size() - begun);
  std::memcpy(&(*out_)[begun], &length, sizeof(length));
  Pad();
}

void NetlinkWriter::AddHead(std::string_view bytes) {
  out_->append(bytes);
  Pad();
}

void NetlinkWriter::AddBytes(uint16_t type, std::string_view bytes) {
  const size_t begun = Begin(type);
  out_->append(bytes);
  End(begun);
}

void NetlinkWriter::AddName(uint16_t type, std::string_view name) {
  const size_t begun = Begin(type);
  out_->append(name);
  out_->push_back('\0');
  End(begun);
}

void NetlinkWriter::AddIp(uint16_t type, const NetIp& ip) {
  AddBytes(type, std::string_view(reinterpret_cast<const char*>(ip.bytes.data()), ip.v6 ? 16 : 4));
}

void NetlinkWriter::AddNumber(uint16_t type, uint64_t value, size_t bytes) {
  const uint8_t one = static_cast<uint8_t>(value);
  const uint16_t two = static_cast<uint16_t>(value);
  const uint32_t four = static_cast<uint32_t>(value);
  const void* const from = bytes == 1   ? static_cast<const void*>(&one)
                           : bytes == 2 ? static_cast<const void*>(&two)
                                        : static_cast<const void*>(&four);
  AddBytes(type, std::string_view(static_cast<const char*>(from), bytes));
}

}  // namespace keelson
