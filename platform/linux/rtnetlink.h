// rtnetlink's messages: what is to change as bytes, and bytes as what there is. No system call.
//
// A message is nlmsghdr, a head of its own (ifinfomsg, ifaddrmsg, rtmsg ...), then attributes: u16
// length, u16 type, bytes, padded to 4. An attribute may hold attributes. Numbers are in the
// machine's order, addresses in the network's.
#ifndef KEELSON_PLATFORM_LINUX_RTNETLINK_H_
#define KEELSON_PLATFORM_LINUX_RTNETLINK_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "platform/error.h"
#include "platform/net_if.h"

namespace keelson {

// Writes one message at the end of *out; its length stands when the writer is gone.
class NetlinkWriter {
 public:
  template <typename Head>
  NetlinkWriter(uint16_t type, uint16_t flags, uint32_t sequence, const Head& head,
                std::string* out)
      : NetlinkWriter(type, flags, sequence, &head, sizeof(head), out) {
    static_assert(std::is_trivially_copyable_v<Head>);
  }
  ~NetlinkWriter();
  NetlinkWriter(const NetlinkWriter&) = delete;
  NetlinkWriter& operator=(const NetlinkWriter&) = delete;

  void AddBytes(uint16_t type, std::string_view bytes);
  void AddName(uint16_t type, std::string_view name);  // with the NUL that the kernel expects
  void AddIp(uint16_t type, const NetIp& ip);
  void AddNumber(uint16_t type, uint64_t value, size_t bytes);  // 1, 2 or 4
  void Add32(uint16_t type, uint32_t value) { AddNumber(type, value, 4); }

  size_t Begin(uint16_t type);  // an attribute that holds the next ones
  void End(size_t begun);
  void AddHead(std::string_view bytes);  // of an attribute that begins with one, as a message does

 private:
  NetlinkWriter(uint16_t type, uint16_t flags, uint32_t sequence, const void* head, size_t size,
                std::string* out);
  void Pad();

  std::string* const out_;
  const size_t begin_;
};

// The index of an interface that is there: ENODEV.
using IndexOf = std::function<Error(std::string_view name, uint32_t* index)>;

// The request for the change, with an acknowledgement asked for. An error: what is wanted makes no
// sense, or speaks of an interface that is not there; *out is as it was. REQUIRES: not kSet.
Error EncodeNetChange(const NetChange& change, uint32_t sequence, const IndexOf& index_of,
                      std::string* out);
// What is behind IFLA_INFO_KIND.
Error EncodeLinkMaking(const LinkMaking& making, const IndexOf& index_of, NetlinkWriter* writer);

// The flags of the system, of those that are ours.
unsigned SystemFlags(uint32_t flags);
uint32_t OurFlags(unsigned flags);

// Cuts the first message off *bytes. False: nothing whole is left.
struct NetlinkMessage {
  uint16_t type = 0, flags = 0;
  uint32_t sequence = 0;
  std::string_view body = {};  // head and attributes
};
bool NextNetlinkMessage(std::string_view* bytes, NetlinkMessage* message);

// body: what is behind the nlmsghdr. False: it is not one of those that we know, such as another
// family's. Labels of addresses are as the kernel has them.
bool DecodeLink(std::string_view body, Interface* interface);
bool DecodeAddress(std::string_view body, InterfaceAddress* address);
bool DecodeRoute(std::string_view body, NetRoute* route);  // none of the kernel's own tables
bool DecodeRule(std::string_view body, NetRule* rule);     // those that lead to a table
bool DecodeNeighbour(std::string_view body, NetNeighbour* neighbour);
// What a message of the groups tells. False: nothing of ours.
bool DecodeNetEvent(const NetlinkMessage& message, NetEvent* event);
// Of NLMSG_ERROR and NLMSG_DONE.
Error DecodeNetlinkError(std::string_view body);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_RTNETLINK_H_
