// Sockets for packets that ordinary ones neither send nor hear: DHCP before there is an address,
// and ARP.
//
// Opening one takes privileges, using it does not: so they are opened by who has them and handed
// to a process that has none (platform/channel.h). What may be heard is fixed when they are opened.
// Linux: AF_PACKET without the link's header, and a filter that cannot be taken off. BSD: /dev/bpf,
// locked; the link's header is put and taken here.
#ifndef KEELSON_PLATFORM_PACKET_SOCKET_H_
#define KEELSON_PLATFORM_PACKET_SOCKET_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

enum class PacketKind : uint8_t {
  kDhcp,  // IPv4 packets of UDP to the port of DHCP clients, whole or their first fragment
  kArp,   // all of ARP
};

// What comes in at the interface from now on. It never waits; exec closes it.
Error OpenPacketSocket(uint32_t index, PacketKind kind, Descriptor* socket);

// packet: from its IP or ARP header on, padding behind it included; a view of the call. pending: as
// ParseUdpPacket of core/dhcp_frame.h has it. A round takes a bounded number of packets. Errors of
// the interface (it went down) are passed over: its owner hears of them elsewhere.
Error ReceivePackets(int socket, PacketKind kind,
                     const std::function<void(std::string_view packet, bool pending)>& callback);

// to: the hardware address, raw; empty: everybody on the link. EAGAIN, ENOBUFS: not now.
Error SendPacket(int socket, uint32_t index, PacketKind kind, std::string_view to,
                 std::string_view packet);

// A UDP socket at the port of DHCP clients that sends by this interface alone and hears nothing:
// answers come by the packet socket; without it, the kernel would refuse them. EADDRINUSE: another
// client has it.
Error OpenDhcpPort(std::string_view interface, Descriptor* socket);

// Addresses are numbers in host byte order; from: one of the interface.
Error SendDatagram(int socket, uint32_t from, uint32_t to, uint16_t port, std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PACKET_SOCKET_H_
