// What stands around a DHCP message on the wire, for sockets that see whole packets: IPv4 and UDP
// headers, and ARP packets. The link's own header is the socket's business.
//
// Addresses are numbers in host byte order.
#ifndef KEELSON_CORE_DHCP_FRAME_H_
#define KEELSON_CORE_DHCP_FRAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/dhcp_packet.h"

namespace keelson {

inline constexpr uint16_t kDhcpServerPort = 67, kDhcpClientPort = 68;
inline constexpr uint32_t kBroadcastAddress = 0xffffffff;

struct UdpPacket {
  uint32_t from = 0, to = 0;
  uint16_t from_port = 0, to_port = 0;
  std::string_view payload = {};
};

// One packet, never to be cut into fragments. REQUIRES: a payload of at most 65,507 bytes.
std::string BuildUdpPacket(const UdpPacket& packet);

// Nothing: not a whole UDP packet, a fragment, or a checksum is wrong. Bytes behind its end (the
// link's padding) are ignored. pending: the sender's kernel left the UDP checksum to a network card
// that was never asked, because the packet has not left the machine (as the receiving kernel says,
// for virtual links); it is not looked at then.
std::optional<UdpPacket> ParseUdpPacket(std::string_view bytes, bool pending);

// ARP for IPv4 (RFC 826).
struct ArpPacket {
  bool is_reply = false;
  HardwareAddress sender, target;
  uint32_t sender_address = 0, target_address = 0;
};

// "Does anybody have this?", asked by one who does not yet (RFC 5227 2.1.1), and "I have it" (2.3).
ArpPacket ArpProbe(const HardwareAddress& hardware, uint32_t address);
ArpPacket ArpAnnouncement(const HardwareAddress& hardware, uint32_t address);

// REQUIRES: both hardware addresses of the same size.
std::string BuildArpPacket(const ArpPacket& packet);
std::optional<ArpPacket> ParseArpPacket(std::string_view bytes);

// Somebody else uses the address, or probes for it as we do.
bool IsArpConflict(const ArpPacket& packet, const HardwareAddress& own, uint32_t address);

}  // namespace keelson

#endif  // KEELSON_CORE_DHCP_FRAME_H_
