// Each parser takes its words from one ColumnReader, which then is the reader of the aliases.
#include "core/services.h"

namespace keelson {

namespace {

// The networks file's number, in host byte order.
uint32_t ParseNetworkNumber(std::string_view text) {
  constexpr uint32_t kWrong = 0xffffffff;
  uint32_t network = 0;
  for (int part = 0; part < 4; ++part) {
    if (text.empty() || text[0] < '0' || text[0] > '9') return kWrong;
    const Number number = TakeNumber(text, 0);
    if (number.value > 255) return kWrong;
    network |= static_cast<uint32_t>(number.value) << (24 - 8 * part);
    text.remove_prefix(number.used);
    if (text.empty()) return network;
    if (text[0] != '.') return kWrong;
    text.remove_prefix(1);
  }
  return kWrong;
}

}  // namespace

bool ParseService(std::string_view text, ServiceEntry* entry) {
  ColumnReader words(text);
  if (!words.Next(&entry->name)) return false;
  std::string_view rest = SkipBlanks(words.rest());
  const Number port = TakeNumber(rest, 0);
  if (port.used == 0 || port.value > UINT32_MAX) return false;
  rest.remove_prefix(port.used);
  if (!rest.empty() && rest[0] != '/') return false;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  entry->port = static_cast<uint16_t>(port.value);
  entry->protocol = {};
  entry->aliases = ColumnReader(rest);
  if (!rest.empty() && !IsBlank(rest[0])) entry->aliases.Next(&entry->protocol);
  return true;
}

bool ParseNumbered(std::string_view text, NumberedEntry* entry) {
  ColumnReader words(text);
  std::string_view number;
  if (!words.Next(&entry->name) || !words.Next(&number)) return false;
  const std::optional<uint32_t> value = ParseId(number);
  if (!value) return false;
  entry->number = *value;
  entry->aliases = words;
  return true;
}

bool ParseNetwork(std::string_view text, NetworkEntry* entry) {
  ColumnReader words(text);
  std::string_view network;
  if (!words.Next(&entry->name)) return false;
  words.Next(&network);
  entry->network = ParseNetworkNumber(network);
  entry->aliases = words;
  return true;
}

bool ParseHost(std::string_view text, HostEntry* entry) {
  ColumnReader words(text);
  std::string_view address;
  if (!words.Next(&address)) return false;
  const std::optional<IpAddress> parsed = ParseIpAddress(address);
  if (!parsed) return false;
  entry->address = *parsed;
  words.Next(&entry->name);
  entry->aliases = words;
  return true;
}

}  // namespace keelson
