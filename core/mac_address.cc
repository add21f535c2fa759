// Number, separator, number.
#include "core/mac_address.h"

#include <cstddef>

namespace keelson {
namespace {

// The value of a hexadecimal digit, or -1.
int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<MacAddress> ParseMacAddress(std::string_view text) {
  MacAddress address{};
  char separator = '\0';
  for (size_t i = 0; i < address.size(); ++i) {
    size_t digits = 0;
    for (; digits < 2 && digits < text.size() && DigitValue(text[digits]) >= 0; ++digits) {
      address[i] = static_cast<uint8_t>(address[i] << 4 | DigitValue(text[digits]));
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    if (i + 1 == address.size()) break;
    if (i == 0 && !text.empty()) separator = text[0];
    if ((separator != ':' && separator != '-') || !text.starts_with(separator)) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

std::string FormatMacAddress(const MacAddress& address) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : address) {
    if (!text.empty()) text += ':';
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace keelson
