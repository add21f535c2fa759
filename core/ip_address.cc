// v6 text is read group by group into 16 bytes; what stands behind "::" is moved to the end at
// last.
#include "core/ip_address.h"

#include <algorithm>
#include <bit>
#include <span>

#include "core/flat_file.h"

namespace keelson {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Four decimal parts, no leading zeros, nothing else.
bool ParseStrictV4(std::string_view text, uint8_t* bytes) {
  for (int part = 0; part < 4; ++part) {
    size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 4 && IsDigit(text[digits])) {
      value = value * 10 + (text[digits++] - '0');
    }
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    bytes[part] = static_cast<uint8_t>(value);
    text.remove_prefix(digits);
    if (part == 3) break;
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

// One to four hexadecimal digits from the front.
bool TakeGroup(std::string_view* text, uint8_t* bytes) {
  const size_t end = std::min(text->find(':'), text->size());
  // TakeNumber would take a sign and blanks.
  if (end == 0 || end > 4 || !isxdigit(static_cast<unsigned char>(text->front()))) return false;
  const Number number = TakeNumber(text->substr(0, end), 16);
  if (number.used != end) return false;
  bytes[0] = static_cast<uint8_t>(number.value >> 8);
  bytes[1] = static_cast<uint8_t>(number.value);
  text->remove_prefix(end);
  return true;
}

bool ParseV6(std::string_view text, std::array<uint8_t, 16>* bytes) {
  size_t used = 0;
  std::optional<size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (used + 4 <= 16 && ParseStrictV4(text, bytes->data() + used)) {
      used += 4;
      break;
    }
    if (used == 16 || !TakeGroup(&text, bytes->data() + used)) return false;
    used += 2;
    if (text.empty()) break;
    text.remove_prefix(1);  // the ':' that ended the group
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = used;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;
    }
  }
  if (!gap) return used == 16;
  if (used == 16) return false;
  const auto first = bytes->begin();
  std::move_backward(first + *gap, first + used, bytes->end());
  std::fill(first + *gap, bytes->end() - (used - *gap), uint8_t{0});
  return true;
}

std::string FormatV4(const uint8_t* bytes) {
  std::string text;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) text += '.';
    text += std::to_string(bytes[i]);
  }
  return text;
}

std::string HexGroup(uint16_t group) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const int digit = group >> shift & 15;
    if (digit != 0 || !text.empty() || shift == 0) text += kHex[digit];
  }
  return text;
}

struct Run {
  int first = 0, length = 0;
};

// The first of the longest runs of zero groups; one alone is not a run.
Run LongestZeroRun(std::span<const uint16_t, 8> groups) {
  Run best, run;
  for (int i = 0; i < 8; ++i) {
    if (groups[i] != 0) {
      run = {i + 1, 0};
    } else if (++run.length > best.length) {
      best = run;
    }
  }
  return best.length > 1 ? best : Run{8, 0};
}

std::string FormatV6(const std::array<uint8_t, 16>& bytes) {
  std::array<uint16_t, 8> groups;
  for (int i = 0; i < 8; ++i)
    groups[i] = static_cast<uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  const Run zeros = LongestZeroRun(groups);
  const bool ends_as_v4 =
      zeros.first == 0 && (zeros.length == 6 || (zeros.length == 5 && groups[5] == 0xffff));
  std::string text;
  for (int i = 0; i < 8; ++i) {
    if (i == zeros.first) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    if (i == 6 && ends_as_v4) return text + FormatV4(&bytes[12]);
    text += HexGroup(groups[i]);
  }
  return text;
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  IpAddress address;
  if (ParseStrictV4(text, address.bytes.data())) return address;
  address = {};
  address.v6 = true;
  if (ParseV6(text, &address.bytes)) return address;
  return std::nullopt;
}

std::string FormatIpAddress(const IpAddress& address) {
  return address.v6 ? FormatV6(address.bytes) : FormatV4(address.bytes.data());
}

IpAddress IpV4(uint32_t address) {
  IpAddress result;
  for (int i = 0; i < 4; ++i) result.bytes[i] = static_cast<uint8_t>(address >> (24 - 8 * i));
  return result;
}

uint32_t V4Number(const IpAddress& address) {
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | address.bytes[i];
  return number;
}

std::optional<IpAddress> AsV4(const IpAddress& address) {
  if (!address.v6) return address;
  const auto& bytes = address.bytes;
  if (!std::all_of(bytes.begin(), bytes.begin() + 10, [](uint8_t b) { return b == 0; })) {
    return std::nullopt;
  }
  const uint32_t middle = static_cast<uint32_t>(bytes[10] << 8 | bytes[11]);
  IpAddress result;
  std::copy_n(bytes.begin() + 12, 4, result.bytes.begin());
  if (middle == 0xffff) return result;
  if (middle == 0 && V4Number(result) == 1) return IpV4(0x7f000001);
  return std::nullopt;
}

std::optional<uint32_t> ParseLooseV4(std::string_view text) {
  uint64_t number = 0;
  for (int part = 0; part < 4; ++part) {
    if (text.empty() || !IsDigit(text[0])) return std::nullopt;
    const Number taken = TakeNumber(text, 0);
    text.remove_prefix(taken.used);
    if (text.empty() || IsBlank(text[0])) {
      const int bits = 32 - 8 * part;
      if (taken.value >> bits != 0) return std::nullopt;
      return static_cast<uint32_t>(number << bits | taken.value);
    }
    if (text[0] != '.' || taken.value > 255) return std::nullopt;
    number = number << 8 | taken.value;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<int> ParsePrefixLength(std::string_view text, bool v6) {
  if (!v6 && text.find('.') != std::string_view::npos) {
    const auto mask = ParseIpAddress(text);
    if (!mask || mask->v6) return std::nullopt;
    const uint32_t bits = V4Number(*mask);
    const int length = std::countl_one(bits);
    if (NetworkMask(length, false) != *mask) return std::nullopt;
    return length;
  }
  int length = 0;
  if (text.empty() || text.size() > 3) return std::nullopt;
  for (const char c : text) {
    if (!IsDigit(c)) return std::nullopt;
    length = length * 10 + (c - '0');
  }
  if (length > (v6 ? 128 : 32)) return std::nullopt;
  return length;
}

std::optional<IpPrefix> ParseIpPrefix(std::string_view text, int length) {
  const size_t slash = text.find('/');
  const auto address = ParseIpAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash != std::string_view::npos) {
    const auto said = ParsePrefixLength(text.substr(slash + 1), address->v6);
    if (!said) return std::nullopt;
    length = *said;
  }
  if (length < 0) return std::nullopt;
  return IpPrefix{*address, length};
}

std::string FormatIpPrefix(const IpPrefix& prefix) {
  return FormatIpAddress(prefix.address) + "/" + std::to_string(prefix.length);
}

int ClassfulLength(const IpAddress& address) {
  if (address.bytes[0] < 128) return 8;
  if (address.bytes[0] < 192) return 16;
  return address.bytes[0] < 224 ? 24 : 32;
}

IpAddress NetworkMask(int length, bool v6) {
  IpAddress mask;
  mask.v6 = v6;
  for (int i = 0; i < length; ++i) mask.bytes[i / 8] |= static_cast<uint8_t>(0x80 >> i % 8);
  return mask;
}

IpAddress NetworkOf(const IpPrefix& prefix) {
  IpAddress network = prefix.address;
  const IpAddress mask = NetworkMask(prefix.length, network.v6);
  for (size_t i = 0; i < network.bytes.size(); ++i) network.bytes[i] &= mask.bytes[i];
  return network;
}

IpAddress BroadcastOf(const IpPrefix& prefix) {
  const uint32_t mask = V4Number(NetworkMask(prefix.length, false));
  return IpV4(V4Number(prefix.address) | ~mask);
}

}  // namespace keelson
