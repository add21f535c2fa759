// The checksum of RFC 1071: 16-bit words added with their carries, complemented. UDP's is over a
// pseudo header as well: both addresses, the protocol and the length; 0 stands for "none".
#include "core/dhcp_frame.h"

#include <algorithm>

#include "core/network_order.h"

namespace keelson {

namespace {

constexpr size_t kIpHeader = 20, kUdpHeader = 8;
constexpr uint8_t kUdp = 17;
constexpr uint16_t kArpForIp = 0x0800;
constexpr size_t kArpHeader = 8;

uint32_t SumOf(std::string_view bytes, uint32_t sum) {
  for (size_t at = 0; at + 1 < bytes.size(); at += 2) sum += Read16(bytes, at);
  if (bytes.size() % 2 != 0) sum += static_cast<uint32_t>(Read8(bytes, bytes.size() - 1) << 8);
  return sum;
}

uint16_t Checksum(uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// REQUIRES: both addresses at 12 of the IP header.
uint32_t PseudoHeader(std::string_view ip, size_t udp_size) {
  return SumOf(ip.substr(12, 8), kUdp + static_cast<uint32_t>(udp_size));
}

void Put16(size_t at, uint16_t number, std::string* bytes) {
  (*bytes)[at] = static_cast<char>(number >> 8);
  (*bytes)[at + 1] = static_cast<char>(number);
}

std::string_view BytesOf(const HardwareAddress& hardware) {
  return {reinterpret_cast<const char*>(hardware.bytes.data()), hardware.size};
}

}  // namespace

std::string BuildUdpPacket(const UdpPacket& packet) {
  const size_t udp_size = kUdpHeader + packet.payload.size();
  std::string bytes;
  bytes.reserve(kIpHeader + udp_size);
  Append16(0x4510, &bytes);  // version 4, 5 words; low delay, as clients have always sent
  Append16(static_cast<uint16_t>(kIpHeader + udp_size), &bytes);
  Append16(0, &bytes);
  Append16(0x4000, &bytes);  // not to be cut: so the identification may be 0 (RFC 6864)
  Append8(64, &bytes);
  Append8(kUdp, &bytes);
  Append16(0, &bytes);
  Append32(packet.from, &bytes);
  Append32(packet.to, &bytes);
  Put16(10, Checksum(SumOf(bytes, 0)), &bytes);
  Append16(packet.from_port, &bytes);
  Append16(packet.to_port, &bytes);
  Append16(static_cast<uint16_t>(udp_size), &bytes);
  Append16(0, &bytes);
  bytes.append(packet.payload);
  const std::string_view udp = std::string_view(bytes).substr(kIpHeader);
  const uint16_t sum = Checksum(SumOf(udp, PseudoHeader(bytes, udp_size)));
  Put16(kIpHeader + 6, sum == 0 ? 0xffff : sum, &bytes);
  return bytes;
}

std::optional<UdpPacket> ParseUdpPacket(std::string_view bytes, bool pending) {
  if (bytes.size() < kIpHeader || Read8(bytes, 0) >> 4 != 4) return std::nullopt;
  const size_t header = static_cast<size_t>(Read8(bytes, 0) & 15) * 4;
  const size_t total = Read16(bytes, 2);
  if (header < kIpHeader || total < header + kUdpHeader || total > bytes.size()) {
    return std::nullopt;
  }
  if (Checksum(SumOf(bytes.substr(0, header), 0)) != 0) return std::nullopt;
  if ((Read16(bytes, 6) & 0x3fff) != 0 || Read8(bytes, 9) != kUdp) return std::nullopt;
  std::string_view udp = bytes.substr(header, total - header);
  const size_t udp_size = Read16(udp, 4);
  if (udp_size < kUdpHeader || udp_size > udp.size()) return std::nullopt;
  udp = udp.substr(0, udp_size);
  if (!pending && Read16(udp, 6) != 0 && Checksum(SumOf(udp, PseudoHeader(bytes, udp_size))) != 0) {
    return std::nullopt;
  }
  return UdpPacket{.from = Read32(bytes, 12),
                   .to = Read32(bytes, 16),
                   .from_port = Read16(udp, 0),
                   .to_port = Read16(udp, 2),
                   .payload = udp.substr(kUdpHeader)};
}

ArpPacket ArpProbe(const HardwareAddress& hardware, uint32_t address) {
  HardwareAddress unknown = hardware;
  unknown.bytes = {};
  return {.sender = hardware, .target = unknown, .target_address = address};
}

ArpPacket ArpAnnouncement(const HardwareAddress& hardware, uint32_t address) {
  ArpPacket packet = ArpProbe(hardware, address);
  packet.sender_address = address;
  return packet;
}

std::string BuildArpPacket(const ArpPacket& packet) {
  std::string bytes;
  Append16(packet.sender.type, &bytes);
  Append16(kArpForIp, &bytes);
  Append8(packet.sender.size, &bytes);
  Append8(4, &bytes);
  Append16(packet.is_reply ? 2 : 1, &bytes);
  bytes.append(BytesOf(packet.sender));
  Append32(packet.sender_address, &bytes);
  bytes.append(BytesOf(packet.target));
  Append32(packet.target_address, &bytes);
  return bytes;
}

std::optional<ArpPacket> ParseArpPacket(std::string_view bytes) {
  if (bytes.size() < kArpHeader || Read16(bytes, 2) != kArpForIp) return std::nullopt;
  const uint16_t type = Read16(bytes, 0), operation = Read16(bytes, 6);
  const uint8_t size = Read8(bytes, 4);
  ArpPacket packet;
  if (type > 255 || size > packet.sender.bytes.size() || Read8(bytes, 5) != 4 ||
      (operation != 1 && operation != 2) || bytes.size() < kArpHeader + 2 * (size + size_t{4})) {
    return std::nullopt;
  }
  packet.is_reply = operation == 2;
  packet.sender.type = packet.target.type = static_cast<uint8_t>(type);
  packet.sender.size = packet.target.size = size;
  const size_t target = kArpHeader + size + 4;
  std::copy_n(bytes.begin() + kArpHeader, size, packet.sender.bytes.begin());
  packet.sender_address = Read32(bytes, kArpHeader + size);
  std::copy_n(bytes.begin() + target, size, packet.target.bytes.begin());
  packet.target_address = Read32(bytes, target + size);
  return packet;
}

bool IsArpConflict(const ArpPacket& packet, const HardwareAddress& own, uint32_t address) {
  if (packet.sender == own) return false;
  if (packet.sender_address == address) return true;
  return !packet.is_reply && packet.sender_address == 0 && packet.target_address == address;
}

}  // namespace keelson
