// rtnetlink: RTM_GETLINK for one interface or all, RTM_NEWLINK to change flags (only those in
// ifi_change, so that no flag that somebody else sets meanwhile is undone).
//
// A message is nlmsghdr, ifinfomsg, then attributes: u16 length, u16 type, bytes, padded to 4.
#include "platform/net_if.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "platform/descriptor.h"

namespace keelson {
namespace {

struct FlagPair {
  unsigned system;
  uint32_t ours;
};

constexpr FlagPair kFlags[] = {
    {IFF_UP, kIfUp},
    {IFF_RUNNING, kIfRunning},
    {IFF_LOOPBACK, kIfLoopback},
    {IFF_BROADCAST, kIfBroadcast},
    {IFF_POINTOPOINT, kIfPointToPoint},
    {IFF_MULTICAST, kIfMulticast},
    {IFF_PROMISC, kIfPromiscuous},
};
constexpr uint32_t kChangeable = kIfUp | kIfPromiscuous;
constexpr size_t kReplySize = 65536;
constexpr int kDumpTries = 10;

struct Request {
  nlmsghdr header;
  ifinfomsg link;
  char attributes[RTA_SPACE(IFNAMSIZ)];
};

Request NewRequest(uint16_t type, uint16_t flags) {
  Request request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(ifinfomsg));
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | flags;
  return request;
}

Error AddName(std::string_view name, Request* request) {
  if (name.empty() || name.size() >= IFNAMSIZ || name.find('\0') != name.npos) {
    return Error(ENODEV);
  }
  rtattr attribute{};
  attribute.rta_type = IFLA_IFNAME;
  attribute.rta_len = RTA_LENGTH(name.size() + 1);
  std::memcpy(request->attributes, &attribute, sizeof(attribute));
  std::memcpy(request->attributes + RTA_LENGTH(0), name.data(), name.size());
  request->header.nlmsg_len += RTA_SPACE(name.size() + 1);
  return kOk;
}

uint32_t ToSystem(uint32_t flags) {
  uint32_t system = 0;
  for (const FlagPair& pair : kFlags) system |= (flags & pair.ours) ? pair.system : 0;
  return system;
}

// message: what follows the nlmsghdr. False: no interface.
bool ParseLink(std::string_view message, Interface* interface) {
  ifinfomsg link;
  if (message.size() < sizeof(link)) return false;
  std::memcpy(&link, message.data(), sizeof(link));
  message.remove_prefix(sizeof(link));
  *interface = {};
  interface->index = link.ifi_index;
  for (const FlagPair& pair : kFlags) {
    interface->flags |= (link.ifi_flags & pair.system) ? pair.ours : 0;
  }
  while (message.size() >= sizeof(rtattr)) {
    rtattr attribute;
    std::memcpy(&attribute, message.data(), sizeof(attribute));
    if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > message.size()) break;
    std::string_view value = message.substr(RTA_LENGTH(0), attribute.rta_len - RTA_LENGTH(0));
    if (attribute.rta_type == IFLA_IFNAME) {
      interface->name = value.substr(0, value.find('\0'));
    } else if (attribute.rta_type == IFLA_MTU && value.size() == sizeof(interface->mtu)) {
      std::memcpy(&interface->mtu, value.data(), value.size());
    } else if (attribute.rta_type == IFLA_ADDRESS && link.ifi_type != ARPHRD_LOOPBACK) {
      interface->hardware_address = value;
    }
    message.remove_prefix(std::min<size_t>(RTA_ALIGN(attribute.rta_len), message.size()));
  }
  return true;
}

class LinuxNetIf : public NetIf {
 public:
  Error Open() {
    fd_.Reset(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!fd_.valid()) return Error::Last();
    buffer_.reset(new char[kReplySize]);
    return kOk;
  }

  Error List(std::vector<Interface>* interfaces) override {
    Error error(EINTR);
    for (int i = 0; i < kDumpTries && error.code() == EINTR; ++i) {  // changed while it was read
      Request request = NewRequest(RTM_GETLINK, NLM_F_DUMP);
      interfaces->clear();
      error = Ask(&request, interfaces);
    }
    std::sort(interfaces->begin(), interfaces->end(),
              [](const Interface& a, const Interface& b) { return a.index < b.index; });
    return error;
  }

  Error Get(std::string_view name, Interface* interface) override {
    Request request = NewRequest(RTM_GETLINK, NLM_F_ACK);
    std::vector<Interface> found;
    if (Error error = AddName(name, &request); !error.ok()) return error;
    if (Error error = Ask(&request, &found); !error.ok()) return error;
    if (found.size() != 1) return Error(ENODEV);
    *interface = std::move(found[0]);
    return kOk;
  }

  Error ChangeFlags(std::string_view name, uint32_t on, uint32_t off) override {
    if (((on | off) & ~kChangeable) != 0 || (on & off) != 0) return Error(EINVAL);
    Request request = NewRequest(RTM_NEWLINK, NLM_F_ACK);
    request.link.ifi_flags = ToSystem(on);
    request.link.ifi_change = ToSystem(on | off);
    if (Error error = AddName(name, &request); !error.ok()) return error;
    return Ask(&request, nullptr);
  }

 private:
  // Sends the request and reads until its end: DONE of a dump, or the acknowledgement. EINTR: the
  // dump is not of one moment.
  Error Ask(Request* request, std::vector<Interface>* found);
  bool Handle(const nlmsghdr& header, std::string_view message, std::vector<Interface>* found,
              Error* error);

  Descriptor fd_;
  std::unique_ptr<char[]> buffer_;
  uint32_t sequence_ = 0;
};

// True: this was the last message of the answer.
bool LinuxNetIf::Handle(const nlmsghdr& header, std::string_view message,
                        std::vector<Interface>* found, Error* error) {
  if (header.nlmsg_flags & NLM_F_DUMP_INTR) *error = Error(EINTR);
  if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
    int code = 0;  // negative, or 0 for an acknowledgement
    if (message.size() >= sizeof(code)) std::memcpy(&code, message.data(), sizeof(code));
    if (code < 0) *error = Error(-code);
    return true;
  }
  Interface interface;
  if (header.nlmsg_type == RTM_NEWLINK && found != nullptr && ParseLink(message, &interface)) {
    found->push_back(std::move(interface));
  }
  return false;
}

Error LinuxNetIf::Ask(Request* request, std::vector<Interface>* found) {
  request->header.nlmsg_seq = ++sequence_;
  if (send(fd_.get(), request, request->header.nlmsg_len, 0) < 0) return Error::Last();
  Error error;
  for (;;) {
    ssize_t n = recv(fd_.get(), buffer_.get(), kReplySize, MSG_TRUNC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::Last();
    if (static_cast<size_t>(n) > kReplySize) return Error(EMSGSIZE);
    std::string_view left(buffer_.get(), n);
    while (left.size() >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, left.data(), sizeof(header));
      if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > left.size()) break;
      std::string_view message = left.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
      // An answer to a request that was given up earlier is passed over.
      if (header.nlmsg_seq == sequence_ && Handle(header, message, found, &error)) return error;
      left.remove_prefix(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), left.size()));
    }
  }
}

}  // namespace

Error NewNetIf(std::unique_ptr<NetIf>* net_if) {
  auto made = std::make_unique<LinuxNetIf>();
  if (Error error = made->Open(); !error.ok()) return error;
  *net_if = std::move(made);
  return kOk;
}

}  // namespace keelson
