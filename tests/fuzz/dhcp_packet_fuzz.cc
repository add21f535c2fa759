// Any bytes as a DHCP message: what is taken comes back from what is built of it; as a UDP or an
// ARP packet: what is taken lies inside the bytes and comes back.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/dhcp_frame.h"
#include "core/dhcp_packet.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void CheckMessage(std::string_view bytes) {
  DhcpMessage message;
  if (const auto fault = ParseDhcpMessage(bytes, &message)) {
    Require(!fault->empty() && message == DhcpMessage());
    return;
  }
  for (const DhcpOption& option : message.options) {
    Require(option.code != 0 && option.code != kDhcpOverload && option.code != 255);
    Require(message.Find(option.code) == &option.data);
  }
  const std::string built = BuildDhcpMessage(message);
  if (built.size() > kMaxDhcpMessage) return;  // options of three fields in one
  DhcpMessage again;
  Require(!ParseDhcpMessage(built, &again) && again == message);
}

void CheckFrames(std::string_view bytes) {
  const auto udp = ParseUdpPacket(bytes, true);
  if (udp) {
    Require(udp->payload.data() >= bytes.data() &&
            udp->payload.data() + udp->payload.size() <= bytes.data() + bytes.size());
    const std::string built = BuildUdpPacket(*udp);
    const auto again = ParseUdpPacket(built, false);
    Require(again && again->payload == udp->payload && again->to == udp->to);
    CheckMessage(udp->payload);
  }
  if (const auto arp = ParseArpPacket(bytes)) {
    const std::string built = BuildArpPacket(*arp);
    Require(built == bytes.substr(0, built.size()));
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  keelson::CheckMessage(bytes);
  keelson::CheckFrames(bytes);
  return 0;
}
