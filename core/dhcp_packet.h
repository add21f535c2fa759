// DHCPv4 messages <-> bytes (RFC 2131, 2132, 3396), both directions, for a client.
//
// A message, its numbers in network order:
//   0   op (1 request, 2 reply), hardware type, length of its address, hops
//   4   xid   8  seconds, flags (0x8000: answer by broadcast)
//   12  addresses: client, your, next server, relay
//   28  hardware address (16)   44  server name (64)   108  boot file (128)
//   236 63 82 53 63, then options: code, length, data; 0 is padding, 255 ends them
// Option 52 says that the boot file's place, the server name's or both hold options as well. An
// option that comes more than once is one whose data was cut: the pieces are joined, in the order
// options, boot file, server name.
//
// Addresses are numbers in host byte order.
#ifndef KEELSON_CORE_DHCP_PACKET_H_
#define KEELSON_CORE_DHCP_PACKET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

inline constexpr size_t kDhcpOptionsAt = 240;
// Less than this some servers and relays drop (RFC 1542 2.1); shorter messages are padded.
inline constexpr size_t kMinDhcpMessage = 300;
// More than any link that we use carries; more is refused.
inline constexpr size_t kMaxDhcpMessage = 9216;

// The values of option 53; 0: a message without it, as of BOOTP.
enum class DhcpType : uint8_t {
  kNone = 0,
  kDiscover = 1,
  kOffer = 2,
  kRequest = 3,
  kDecline = 4,
  kAck = 5,
  kNak = 6,
  kRelease = 7,
  kInform = 8,
};

// Those that we speak of.
enum DhcpCode : uint8_t {
  kDhcpMask = 1,
  kDhcpRouters = 3,
  kDhcpDns = 6,
  kDhcpHostName = 12,
  kDhcpDomain = 15,
  kDhcpRootPath = 17,
  kDhcpMtu = 26,
  kDhcpBroadcast = 28,
  kDhcpNtp = 42,
  kDhcpRequestedAddress = 50,
  kDhcpLeaseTime = 51,
  kDhcpOverload = 52,
  kDhcpMessageType = 53,
  kDhcpServer = 54,
  kDhcpParameters = 55,
  kDhcpText = 56,
  kDhcpMaxSize = 57,
  kDhcpRenewTime = 58,
  kDhcpRebindTime = 59,
  kDhcpVendorClass = 60,
  kDhcpClientId = 61,
  kDhcpTftpServer = 66,
  kDhcpBootFile = 67,
  kDhcpPosixZone = 100,
  kDhcpZoneName = 101,
  kDhcpPortal = 114,
  kDhcpSearch = 119,
  kDhcpRoutes = 121,
  kDhcpOldRoutes = 249,
  kDhcpProxy = 252,
};

struct HardwareAddress {
  uint8_t type = 1;  // of ARP's list; 1: Ethernet
  uint8_t size = 6;  // at most 16
  std::array<uint8_t, 16> bytes{};

  friend bool operator==(const HardwareAddress&, const HardwareAddress&) = default;
};

struct DhcpOption {
  uint8_t code = 0;
  std::string data = {};

  friend bool operator==(const DhcpOption&, const DhcpOption&) = default;
};

struct DhcpMessage {
  bool is_reply = false;
  HardwareAddress hardware;
  uint32_t xid = 0;
  uint16_t seconds = 0;
  bool by_broadcast = false;
  uint32_t client = 0, your = 0, next_server = 0, relay = 0;
  std::string server_name, boot_file;  // up to the first NUL; empty where options stand there
  // Each code once, in the order in which they begin; never 0, 52 or 255.
  std::vector<DhcpOption> options;

  // The option's data, or null. 53 has one byte, 54 four, or else the message did not parse.
  const std::string* Find(uint8_t code) const;
  DhcpType type() const;
  uint32_t server() const;  // option 54; 0: none

  friend bool operator==(const DhcpMessage&, const DhcpMessage&) = default;
};

// What is wrong with the bytes ("an option beyond its end"); nothing: *message is what they say.
std::optional<std::string_view> ParseDhcpMessage(std::string_view bytes, DhcpMessage* message);

// The bytes, padded to kMinDhcpMessage; data above 255 bytes as several options. REQUIRES: names
// of less than 64 and 128 bytes.
std::string BuildDhcpMessage(const DhcpMessage& message);

// --- What a client says ---

// The same in every message of a client.
struct DhcpIdentity {
  HardwareAddress hardware;
  std::string client_id = {};                  // option 61 with its type byte; empty: none
  std::string host_name = {};                  // 12
  std::string vendor_class = {};               // 60
  std::vector<uint8_t> parameters = {};        // 55, what is asked for
  std::optional<uint32_t> lease_seconds = {};  // 51, as a wish
  uint16_t max_size = 1472;   // 57; what an Ethernet frame holds, headers counted or not
  bool by_broadcast = false;  // for an interface that takes no unicast before it has an address
};

struct DhcpQuestion {
  DhcpType type = DhcpType::kDiscover;
  uint32_t xid = 0;
  uint16_t seconds = 0;    // since the client began
  uint32_t client = 0;     // the address that it has and uses
  uint32_t requested = 0;  // 50; 0: none
  uint32_t server = 0;     // 54; 0: none
  std::string text = {};   // 56, of kDecline and kRelease
};

// What of the identity belongs into such a message (table 5 of RFC 2131) and the question.
DhcpMessage ComposeDhcp(const DhcpIdentity& identity, const DhcpQuestion& question);

}  // namespace keelson

#endif  // KEELSON_CORE_DHCP_PACKET_H_
