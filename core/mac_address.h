// Ethernet addresses as text.
#ifndef KEELSON_CORE_MAC_ADDRESS_H_
#define KEELSON_CORE_MAC_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keelson {

using MacAddress = std::array<uint8_t, 6>;

// Six hexadecimal numbers of one or two digits with ':' between all of them, or '-'.
std::optional<MacAddress> ParseMacAddress(std::string_view text);

std::string FormatMacAddress(const MacAddress& address);  // "02:00:5e:10:00:01"

}  // namespace keelson

#endif  // KEELSON_CORE_MAC_ADDRESS_H_
