// Small rules, each on its own.
#include "core/interface_option.h"

namespace keelson {
namespace {

// The byte in a variable's name; 0: it is left out.
char VariableByte(char c) {
  if (c == '-') return '_';
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ? c : '\0';
}

// Whether OptionVariable(name) is that; asked some twenty times of each option.
bool IsVariable(std::string_view name, std::string_view variable) {
  for (const char c : name.substr(0, name.find('='))) {
    const char byte = VariableByte(c);
    if (byte == 0) continue;
    if (!variable.starts_with(byte)) return false;
    variable.remove_prefix(1);
  }
  return variable.empty();
}

}  // namespace

std::string OptionVariable(std::string_view name) {
  std::string variable;
  for (const char c : name.substr(0, name.find('='))) {
    if (const char byte = VariableByte(c)) variable += byte;
  }
  return variable;
}

const InterfaceOption* FindVariable(const InterfaceStanza& stanza, std::string_view variable) {
  for (size_t i = stanza.options.size(); i-- > 0;) {
    if (IsVariable(stanza.options[i].name, variable)) return &stanza.options[i];
  }
  return nullptr;
}

std::string_view WithoutHardwareClass(std::string_view hwaddress) {
  const std::string variable = OptionVariable(hwaddress.substr(0, hwaddress.find(' ')));
  for (std::string_view known : {"ETHER", "AX25", "ARCNET", "NETROM"}) {
    if (variable == known && hwaddress.size() > known.size() && hwaddress[known.size()] == ' ') {
      return hwaddress.substr(known.size() + 1);
    }
  }
  return hwaddress;
}

std::optional<IpPrefix> InterfaceNetwork(std::string_view address, std::string_view netmask) {
  if (address.ends_with('/')) address.remove_suffix(1);
  auto network = ParseIpPrefix(address, 0);
  if (!network) return std::nullopt;
  const bool v6 = network->address.v6;
  if (!netmask.empty()) {
    const auto length = ParsePrefixLength(netmask, v6);
    if (!length) return std::nullopt;
    network->length = *length;
  } else if (address.find('/') == address.npos) {
    network->length = v6 ? 128 : ClassfulLength(network->address);
  }
  return network;
}

std::optional<IpAddress> InterfaceBroadcast(std::string_view broadcast, const IpPrefix& network) {
  if (broadcast == "+" || broadcast.empty()) {
    return network.length == 31 ? IpV4(0xffffffff) : BroadcastOf(network);
  }
  if (broadcast == "-") return network.length == 31 ? IpV4(0) : NetworkOf(network);
  const auto address = ParseIpAddress(broadcast);
  return address && !address->v6 ? address : std::nullopt;
}

}  // namespace keelson
