// A label is a length and its bytes. A length with both upper bits set is the upper part of a
// pointer: the name goes on at an earlier place. Since each pointer leads to before the piece that
// it ends, no walk is endless; since a name has at most 253 bytes, none is long.
#include "core/dns_name.h"

#include "core/network_order.h"

namespace keelson {

namespace {

constexpr size_t kMaxName = 253, kMaxLabel = 63;

bool IsLabelByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  for (const char c : label) {
    if (!IsLabelByte(c)) return false;
  }
  return true;
}

struct WireName {
  std::string text;
  bool is_fit = true;  // every label is one for us
};

// The name at *at, which moves behind it.
std::optional<WireName> TakeName(std::string_view bytes, size_t* at) {
  WireName name;
  size_t piece = *at, next = *at;
  bool jumped = false;
  while (next < bytes.size()) {
    const size_t length = Read8(bytes, next);
    if (length >= 0xc0) {
      if (bytes.size() - next < 2) return std::nullopt;
      const size_t target = Read16(bytes, next) & 0x3fff;
      if (target >= piece) return std::nullopt;
      if (!jumped) *at = next + 2;
      jumped = true;
      piece = next = target;
      continue;
    }
    if (length > kMaxLabel || length >= bytes.size() - next) return std::nullopt;
    if (length == 0) {
      if (!jumped) *at = next + 1;
      return name;
    }
    const std::string_view label = bytes.substr(next + 1, length);
    name.is_fit = name.is_fit && IsLabel(label);
    if (!name.text.empty()) name.text += '.';
    name.text += label;
    if (name.text.size() > kMaxName) return std::nullopt;
    next += 1 + length;
  }
  return std::nullopt;
}

}  // namespace

bool IsDnsName(std::string_view name) {
  if (name.size() > kMaxName) return false;
  for (;;) {
    const size_t dot = name.find('.');
    if (!IsLabel(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::optional<DnsNames> ReadDnsNames(std::string_view bytes, size_t limit) {
  DnsNames result;
  for (size_t at = 0; at < bytes.size();) {
    auto name = TakeName(bytes, &at);
    if (!name) return std::nullopt;
    if (name->is_fit && !name->text.empty() && result.names.size() < limit) {
      result.names.push_back(std::move(name->text));
    } else {
      ++result.dropped;
    }
  }
  return result;
}

}  // namespace keelson
