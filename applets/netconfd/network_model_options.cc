// ifupdown's tables of defaults and conversions, method by method. Options that a conversion adds
// come last, in the order of the table.
#include <algorithm>
#include <optional>

#include "applets/netconfd/network_model.h"
#include "core/interface_option.h"

namespace keelson {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

struct OptionDefault {
  std::string_view family, method, option, value;
};
constexpr OptionDefault kDefaults[] = {
    {"inet", "static", "broadcast", "+"},          {"inet6", "auto", "accept_ra", "2"},
    {"inet6", "auto", "request_prefix", "0"},      {"inet6", "auto", "ll-attempts", "60"},
    {"inet6", "auto", "ll-interval", "0.1"},       {"inet6", "static", "autoconf", "0"},
    {"inet6", "static", "preferred-lifetime", ""}, {"inet6", "static", "dad-attempts", "60"},
    {"inet6", "static", "dad-interval", "0.1"},    {"inet6", "dhcp", "accept_ra", "1"},
    {"inet6", "dhcp", "request_prefix", "0"},      {"inet6", "dhcp", "ll-attempts", "60"},
    {"inet6", "dhcp", "ll-interval", "0.1"},       {"inet6", "v4tunnel", "preferred-lifetime", ""},
    {"inet6", "6to4", "preferred-lifetime", ""},
};

std::string* Find(Options* options, std::string_view name) {
  const auto found = std::find_if(options->begin(), options->end(),
                                  [&](const auto& option) { return option.first == name; });
  return found == options->end() ? nullptr : &found->second;
}

void AddUnlessThere(Options* options, std::string_view name, std::string value) {
  if (Find(options, name) == nullptr) options->push_back({std::string(name), std::move(value)});
}

std::string HexAddress(const IpAddress& v4) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < 4; ++i) {
    if (i == 2) text += ':';
    text += kHex[v4.bytes[i] >> 4];
    text += kHex[v4.bytes[i] & 15];
  }
  return text;
}

void ConvertStatic4(Options* options) {
  std::string* address = Find(options, "address");
  if (address == nullptr) return;
  const auto network = InterfaceNetwork(*address, "");
  if (network && !network->address.v6) {
    AddUnlessThere(options, "netmask", FormatIpAddress(NetworkMask(network->length, false)));
    address = Find(options, "address");
  }
  if (const size_t slash = address->find('/'); slash != address->npos) address->resize(slash);
  std::string* broadcast = Find(options, "broadcast");
  const std::string* netmask = Find(options, "netmask");
  // A netmask that is a number is no mask to ifupdown, which then leaves the sign to ip(8).
  if (netmask == nullptr || !ParseIpAddress(*netmask)) return;
  const auto whole = InterfaceNetwork(*address, *netmask);
  if (!whole || broadcast == nullptr || (*broadcast != "+" && *broadcast != "-")) return;
  if (const auto all = InterfaceBroadcast(*broadcast, *whole)) *broadcast = FormatIpAddress(*all);
}

void ConvertStatic6(Options* options) {
  std::string* address = Find(options, "address");
  if (address != nullptr) {
    const size_t slash = std::min(address->find('/'), address->size());
    std::string length = address->substr(std::min(slash + 1, address->size()));
    address->resize(slash);
    AddUnlessThere(options, "netmask", std::move(length));
  }
  if (Find(options, "gateway") != nullptr) AddUnlessThere(options, "accept_ra", "0");
}

}  // namespace

bool IsInterfaceCommand(std::string_view option) {
  return option == "pre-up" || option == "up" || option == "down" || option == "post-down";
}

Options IfupdownOptions(const InterfaceStanza& stanza, std::string_view name) {
  Options options;
  for (const InterfaceOption& option : stanza.options) {
    options.push_back({option.name, option.Value()});
  }
  for (const OptionDefault& row : kDefaults) {
    if (row.family != stanza.family || row.method != stanza.method) continue;
    AddUnlessThere(&options, row.option, std::string(row.value));
  }
  if (stanza.family != "inet" && stanza.family != "inet6") return options;
  if (std::string* hwaddress = Find(&options, "hwaddress")) {
    *hwaddress = std::string(WithoutHardwareClass(*hwaddress));
  }
  std::string* lifetime = Find(&options, "preferred-lifetime");
  if (lifetime != nullptr && stanza.family == "inet6" && name.find(':') != name.npos) {
    lifetime->assign(1, '0');
  }
  if (stanza.method == "static") {
    stanza.family == "inet" ? ConvertStatic4(&options) : ConvertStatic6(&options);
  }
  if (stanza.method == "6to4") {
    const std::string* local = Find(&options, "local");
    const auto v4 = local == nullptr ? std::nullopt : ParseIpAddress(*local);
    if (v4 && !v4->v6) AddUnlessThere(&options, "hexaddress", HexAddress(*v4));
  }
  return options;
}

}  // namespace keelson
