// AF_PACKET sockets of SOCK_DGRAM: the kernel makes and takes the link's header.
//
// Between socket(2) and bind(2) nothing is heard, since the protocol is 0 until then; so the filter
// is there before the first packet. Packets that wait for a checksum by the network card carry
// TP_STATUS_CSUMNOTREADY beside them (PACKET_AUXDATA).
#include "platform/packet_socket.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace keelson {
namespace {

constexpr int kAtOnce = 64;
constexpr size_t kMaxPacket = 9216 + 28;  // the largest DHCP message and its headers
constexpr uint16_t kClientPort = 68;

// Offsets count from the IP header.
const sock_filter kDhcpFilter[] = {
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),                   // the protocol
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),  // UDP
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),                   // flags, the fragment's place
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),      // the first one
    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),                  // the header's length
    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),                   // the port
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kClientPort, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0x40000),
    BPF_STMT(BPF_RET | BPF_K, 0),
};
const sock_filter kArpFilter[] = {BPF_STMT(BPF_RET | BPF_K, 256)};
const sock_filter kDeaf[] = {BPF_STMT(BPF_RET | BPF_K, 0)};

template <size_t size>
Error SetFilter(int fd, const sock_filter (&filter)[size]) {
  sock_fprog program = {.len = static_cast<uint16_t>(size),
                        .filter = const_cast<sock_filter*>(filter)};
  const int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) != 0) {
    return Error::Last();
  }
  return kOk;
}

sockaddr_ll LinkAddress(uint32_t index, PacketKind kind) {
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(kind == PacketKind::kDhcp ? ETH_P_IP : ETH_P_ARP);
  address.sll_ifindex = static_cast<int>(index);
  return address;
}

bool IsPending(msghdr* message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(message); part != nullptr; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata facts;
    std::memcpy(&facts, CMSG_DATA(part), sizeof facts);
    return (facts.tp_status & TP_STATUS_CSUMNOTREADY) != 0;
  }
  return false;
}

// Of the interface, or of the moment: the next call may do better.
bool Passes(int code) {
  return code == EINTR || code == ENETDOWN || code == ENXIO || code == ENODEV || code == ENOBUFS;
}

}  // namespace

Error OpenPacketSocket(uint32_t index, PacketKind kind, Descriptor* opened) {
  Descriptor fd(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Error::Last();
  const Error filtered = kind == PacketKind::kDhcp ? SetFilter(fd.get(), kDhcpFilter)
                                                   : SetFilter(fd.get(), kArpFilter);
  if (!filtered.ok()) return filtered;
  const int on = 1;
  if (setsockopt(fd.get(), SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0) return Error::Last();
  const sockaddr_ll address = LinkAddress(index, kind);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Error::Last();
  }
  *opened = std::move(fd);
  return kOk;
}

Error ReceivePackets(int socket, PacketKind,
                     const std::function<void(std::string_view packet, bool pending)>& callback) {
  std::array<char, kMaxPacket> bytes;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(tpacket_auxdata))];
  for (int i = 0; i < kAtOnce; ++i) {
    iovec part = {bytes.data(), bytes.size()};
    sockaddr_ll from = {};
    msghdr message = {};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(socket, &message, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return kOk;
    if (n < 0 && Passes(errno)) continue;
    if (n < 0) return Error::Last();
    if ((message.msg_flags & MSG_TRUNC) != 0 || from.sll_pkttype == PACKET_OUTGOING) continue;
    callback({bytes.data(), static_cast<size_t>(n)}, IsPending(&message));
  }
  return kOk;
}

Error SendPacket(int socket, uint32_t index, PacketKind kind, std::string_view to,
                 std::string_view packet) {
  sockaddr_ll address = LinkAddress(index, kind);
  if (to.size() > sizeof address.sll_addr) return Error(EINVAL);
  address.sll_halen = to.empty() ? 6 : static_cast<uint8_t>(to.size());
  std::memset(address.sll_addr, 0xff, sizeof address.sll_addr);
  std::copy(to.begin(), to.end(), reinterpret_cast<char*>(address.sll_addr));
  const ssize_t n = sendto(socket, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return n < 0 ? Error::Last() : kOk;
}

Error OpenDhcpPort(std::string_view interface, Descriptor* opened) {
  Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Error::Last();
  if (Error error = SetFilter(fd.get(), kDeaf); !error.ok()) return error;
  const int on = 1;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(kClientPort);
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                 static_cast<socklen_t>(interface.size())) != 0 ||
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Error::Last();
  }
  *opened = std::move(fd);
  return kOk;
}

Error SendDatagram(int socket, uint32_t from, uint32_t to, uint16_t port, std::string_view bytes) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(to);
  iovec part = {const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in_pktinfo))] = {};
  msghdr message = {};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo source = {};
  source.ipi_spec_dst.s_addr = htonl(from);
  std::memcpy(CMSG_DATA(header), &source, sizeof source);
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? Error::Last() : kOk;
}

}  // namespace keelson
