// IP addresses as text: the strict forms of inet_pton(3) and inet_ntop(3), and the loose ones of
// old. Pure, so that a rescue system reads addresses the same way everywhere.
#ifndef KEELSON_CORE_IP_ADDRESS_H_
#define KEELSON_CORE_IP_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keelson {

struct IpAddress {
  bool v6 = false;
  std::array<uint8_t, 16> bytes{};  // network byte order, the first 4 for v4

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "10.0.0.1": four decimal numbers without leading zeros; "2001:db8::1", "::ffff:10.0.0.1". No
// zone.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

// RFC 5952's short form, and v4 notation for mapped and compatible addresses, as inet_ntop(3) has
// it.
std::string FormatIpAddress(const IpAddress& address);

IpAddress IpV4(uint32_t address);             // host byte order
uint32_t V4Number(const IpAddress& address);  // host byte order. REQUIRES: v4.

// ::ffff:a.b.c.d and ::1 as v4 (127.0.0.1 for the latter); nothing for other v6 addresses; v4 as it
// is.
std::optional<IpAddress> AsV4(const IpAddress& address);

// inet_aton(3): one to four decimal, octal or hexadecimal numbers, the last one fills what is left.
std::optional<uint32_t> ParseLooseV4(std::string_view text);

// --- Networks ---

// An address on a network: "192.0.2.1/24", "192.0.2.1/255.255.255.0", "2001:db8::1/64".
struct IpPrefix {
  IpAddress address;  // all of it, host bits included
  int length = 0;     // of the network: 0 to 32, or to 128 for v6

  friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

// "24", or for v4 a mask. A mask with holes is none.
std::optional<int> ParsePrefixLength(std::string_view text, bool v6);

// ADDRESS or ADDRESS/LENGTH; without a length, `length` holds, or nothing if that is negative.
std::optional<IpPrefix> ParseIpPrefix(std::string_view text, int length = -1);

std::string FormatIpPrefix(const IpPrefix& prefix);  // "192.0.2.1/24"

// What a v4 address without a mask has always meant: 8 up to 127.255.255.255, 16 up to 191...., 24
// up to 223...., then 32. REQUIRES: v4.
int ClassfulLength(const IpAddress& address);

IpAddress NetworkMask(int length, bool v6);     // "255.255.255.0"
IpAddress NetworkOf(const IpPrefix& prefix);    // host bits 0
IpAddress BroadcastOf(const IpPrefix& prefix);  // host bits 1; REQUIRES: v4

}  // namespace keelson

#endif  // KEELSON_CORE_IP_ADDRESS_H_
