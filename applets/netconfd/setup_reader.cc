// Small rules, each on its own.
#include "applets/netconfd/setup_reader.h"

#include <algorithm>
#include <utility>

#include "core/dns_name.h"
#include "core/flat_file.h"
#include "core/interface_option.h"

namespace keelson {

std::string SetupReader::Text(std::string_view name, std::string_view otherwise) const {
  const InterfaceOption* option = stanza_.Find(name);
  return option == nullptr ? std::string(otherwise) : option->Value();
}

void SetupReader::Fail(std::string_view name, std::string_view what) {
  const InterfaceOption* option = stanza_.Find(name);
  FailSetup(config_, option == nullptr ? stanza_.place : option->lines.front().place,
            std::string(name) + " " + std::string(what), setup_);
}

void SetupReader::FailValue(std::string_view name, std::string_view what) {
  Fail(name, "'" + Text(name) + "' is no " + std::string(what));
}

bool SetupReader::Require(std::string_view name) {
  if (Has(name)) return true;
  FailSetup(config_, stanza_.place,
            "iface " + stanza_.name + " " + stanza_.family + " " + stanza_.method + " without " +
                std::string(name),
            setup_);
  return false;
}

std::optional<uint32_t> SetupReader::NumberOf(std::string_view name) {
  if (!Has(name)) return std::nullopt;
  const auto number = WholeNumber(Text(name));
  if (!number) FailValue(name, "number");
  return number;
}

std::optional<IpAddress> SetupReader::AddressOf(std::string_view name, bool v6) {
  if (!Has(name)) return std::nullopt;
  const auto address = ParseIpAddress(Text(name));
  if (address && address->v6 == v6) return address;
  FailValue(name, v6 ? "IPv6 address" : "IPv4 address");
  return std::nullopt;
}

// Seconds with a fraction, in nanoseconds.
void SetupReader::ReadSeconds(std::string_view name, int64_t* ns) {
  if (!Has(name)) return;
  const std::string text = Text(name);
  const size_t point = std::min(text.find('.'), text.size());
  const auto whole = point == 0 ? 0 : WholeNumber(text.substr(0, point));
  std::string digits = text.substr(std::min(point + 1, text.size())).substr(0, 9);
  const auto fraction = digits.empty() ? 0 : WholeNumber(digits);
  if (!whole || !fraction || text.empty() || *whole > 3600) return FailValue(name, "time");
  digits.resize(9, '0');
  *ns = *whole * int64_t{1'000'000'000} + static_cast<int64_t>(TakeNumber(digits).value);
}

void SetupReader::ReadScope(NetScope* scope) {
  if (!Has("scope")) return;
  constexpr std::pair<std::string_view, NetScope> kScopes[] = {{"global", NetScope::kGlobal},
                                                               {"site", NetScope::kSite},
                                                               {"link", NetScope::kLink},
                                                               {"host", NetScope::kHost}};
  for (const auto& [word, value] : kScopes) {
    if (Text("scope") == word) {
      *scope = value;
      return;
    }
  }
  FailValue("scope", "scope");
}

// From address and netmask; false: there is none.
bool SetupReader::ReadNetwork(bool v6, IpPrefix* prefix) {
  if (!Require("address")) return false;
  const auto network = InterfaceNetwork(Text("address"), Text("netmask"));
  if (!network || network->address.v6 != v6) {
    const std::string mask = Has("netmask") ? " netmask '" + Text("netmask") + "'" : "";
    Fail("address",
         "'" + Text("address") + "'" + mask + " is no network of " + (v6 ? "IPv6" : "IPv4"));
    return false;
  }
  *prefix = *network;
  return true;
}

void SetupReader::AddGateway(bool v6) {
  DesiredRoute route;
  route.to.address.v6 = v6;
  route.gateway = AddressOf("gateway", v6);
  route.metric = NumberOf("metric").value_or(0);
  route.is_onlink = true;
  if (route.gateway) setup_->routes.push_back(route);
}

void SetupReader::ReadHardwareAddress() {
  if (!Has("hwaddress")) return;
  const std::string text = Text("hwaddress");
  const std::string_view word = WithoutHardwareClass(text);
  const auto mac = ParseMacAddress(word);
  if (word == "random") {
    setup_->hardware_address = "";
  } else if (mac) {
    setup_->hardware_address = std::string(mac->begin(), mac->end());
  } else {
    FailValue("hwaddress", "address of Ethernet");
  }
}

void SetupReader::ReadMtu() {
  setup_->mtu = NumberOf("mtu");
  if (setup_->mtu == 0u) FailValue("mtu", "size");
}

void SetupReader::AddSetting(std::string_view name, NetSetting setting, const char* otherwise) {
  if (!Has(name) && otherwise == nullptr) return;
  const std::string text = Text(name, otherwise == nullptr ? "" : otherwise);
  const auto number = WholeNumber(text);
  if (!number && !IsYes(text) && text != "off" && text != "no" && text != "false") {
    return FailValue(name, "number");
  }
  setup_->settings.push_back({setting, number.value_or(IsYes(text) ? 1 : 0)});
}

void SetupReader::ReadDns() {
  for (std::string_view name : {"dns-nameservers", "dns-nameserver"}) {
    for (const std::string& word : Words(Text(name))) {
      const auto address = ParseIpAddress(word);
      if (!address) return Fail(name, "'" + word + "' is no address");
      setup_->dns.push_back(*address);
    }
  }
  for (std::string_view name : {"dns-domain", "dns-search"}) {
    for (std::string& word : Words(Text(name))) {
      if (!IsDnsName(word)) return Fail(name, "'" + word + "' is no name of a domain");
      setup_->search.push_back(std::move(word));
    }
  }
}

void SetupReader::ReadCommands() {
  for (const InterfaceOption& option : stanza_.options) {
    std::vector<std::string>* list = option.name == "pre-up"      ? &setup_->pre_up
                                     : option.name == "up"        ? &setup_->up
                                     : option.name == "down"      ? &setup_->down
                                     : option.name == "post-down" ? &setup_->post_down
                                                                  : nullptr;
    if (list != nullptr) list->push_back(option.Value());
  }
}

}  // namespace keelson
