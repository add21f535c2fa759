// Any bytes as a DHCP message: what is taken comes back from what is built of it; as a UDP or an
// ARP packet: what is taken lies inside the bytes and comes back. What a message grants comes back
// from the lease's file, whose bytes are tried as well. A client that gets it as the answer to
// whatever it asks takes an address only if it is one.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/dhcp_client.h"
#include "core/dhcp_frame.h"
#include "core/dhcp_lease.h"
#include "core/dhcp_lease_text.h"
#include "core/dhcp_packet.h"
#include "core/dns_name.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void CheckLease(const DhcpMessage& message) {
  DhcpLease lease;
  std::vector<std::string> notes;
  if (ReadDhcpLease(message, {.take_249 = true}, &lease, &notes)) return;
  const std::string text = FormatDhcpLease({12345, lease});
  DhcpLeaseRecord record;
  Require(!ParseDhcpLease(text, &record) && record.obtained == 12345 && record.lease == lease);
  // Nothing of it means anything to a shell between quotes, to resolv.conf or to a terminal.
  for (const char c : text) Require(c == '\n' || (c >= ' ' && c <= '~' && c != '\'' && c != '"'));
  for (const std::string& note : notes) Require(note.find('\n') == std::string::npos);
}

void CheckFile(std::string_view bytes) {
  DhcpLeaseRecord record;
  if (const auto error = ParseDhcpLease(bytes, &record)) return RequirePlaces(bytes, {*error});
  const std::string text = FormatDhcpLease(record);
  DhcpLeaseRecord again;
  Require(!ParseDhcpLease(text, &again) && FormatDhcpLease(again) == text);
}

void CheckNames(std::string_view bytes) {
  const auto names = ReadDnsNames(bytes, kMaxSearchDomains);
  if (!names) return;
  Require(names->names.size() <= kMaxSearchDomains);
  for (const std::string& name : names->names) Require(IsDnsName(name));
}

void CheckClient(DhcpMessage message) {
  DhcpClientSettings settings;
  settings.identity.hardware = message.hardware;
  DhcpClient client(settings, [] { return 1; });
  message.is_reply = true;
  message.xid = 1;
  std::vector<DhcpClientAction> actions;
  client.Handle({.kind = DhcpClientEvent::kStart}, 1, &actions);
  for (const DhcpType type : {message.type(), DhcpType::kOffer, DhcpType::kAck, DhcpType::kNak}) {
    std::erase_if(message.options,
                  [](const DhcpOption& option) { return option.code == kDhcpMessageType; });
    message.options.push_back({kDhcpMessageType, std::string(1, static_cast<char>(type))});
    client.Handle({.kind = DhcpClientEvent::kPacket, .message = &message}, 2, &actions);
  }
  for (const DhcpClientAction& action : actions) {
    if (action.kind != DhcpClientAction::kConfigure) continue;
    Require(IsHostAddress(action.lease.address) && IsHostAddress(action.lease.server));
    Require(action.lease.lease_seconds >= kMinDhcpLease);
  }
}

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
  CheckLease(message);
  CheckClient(message);
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
  keelson::CheckFile(bytes);
  keelson::CheckNames(bytes);
  return 0;
}
