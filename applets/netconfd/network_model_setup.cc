// One stanza, option by option. Each reader below leaves a value alone that is not said, and makes
// an error with its place of one that is not understood.
#include <algorithm>
#include <cctype>

#include "applets/netconfd/name_pattern.h"
#include "applets/netconfd/network_model_parts.h"
#include "core/dns_name.h"
#include "core/flat_file.h"
#include "core/interface_method.h"
#include "core/interface_option.h"

namespace keelson {
namespace {

class SetupReader {
 public:
  SetupReader(const InterfacesConfig& config, const InterfaceStanza& stanza, DesiredSetup* setup)
      : config_(config), stanza_(stanza), setup_(setup) {}

  bool Has(std::string_view name) const { return stanza_.Find(name) != nullptr; }

  std::string Text(std::string_view name, std::string_view otherwise = "") const {
    const InterfaceOption* option = stanza_.Find(name);
    return option == nullptr ? std::string(otherwise) : option->Value();
  }

  void Fail(std::string_view name, std::string_view what) {
    const InterfaceOption* option = stanza_.Find(name);
    FailSetup(config_, option == nullptr ? stanza_.place : option->lines.front().place,
              std::string(name) + " " + std::string(what), setup_);
  }

  void FailValue(std::string_view name, std::string_view what) {
    Fail(name, "'" + Text(name) + "' is no " + std::string(what));
  }

  bool Require(std::string_view name) {
    if (Has(name)) return true;
    FailSetup(config_, stanza_.place,
              "iface " + stanza_.name + " " + stanza_.family + " " + stanza_.method + " without " +
                  std::string(name),
              setup_);
    return false;
  }

  std::optional<uint32_t> NumberOf(std::string_view name) {
    if (!Has(name)) return std::nullopt;
    const auto number = WholeNumber(Text(name));
    if (!number) FailValue(name, "number");
    return number;
  }

  std::optional<IpAddress> AddressOf(std::string_view name, bool v6) {
    if (!Has(name)) return std::nullopt;
    const auto address = ParseIpAddress(Text(name));
    if (address && address->v6 == v6) return address;
    FailValue(name, v6 ? "IPv6 address" : "IPv4 address");
    return std::nullopt;
  }

  // Seconds with a fraction, in nanoseconds.
  void ReadSeconds(std::string_view name, int64_t* ns) {
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

  void ReadScope(NetScope* scope) {
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
  bool ReadNetwork(bool v6, IpPrefix* prefix) {
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

  void AddGateway(bool v6) {
    DesiredRoute route;
    route.to.address.v6 = v6;
    route.gateway = AddressOf("gateway", v6);
    route.metric = NumberOf("metric").value_or(0);
    route.is_onlink = true;
    if (route.gateway) setup_->routes.push_back(route);
  }

  void ReadHardwareAddress() {
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

  void ReadMtu() {
    setup_->mtu = NumberOf("mtu");
    if (setup_->mtu == 0u) FailValue("mtu", "size");
  }

  void AddSetting(std::string_view name, NetSetting setting, const char* otherwise) {
    if (!Has(name) && otherwise == nullptr) return;
    const std::string text = Text(name, otherwise == nullptr ? "" : otherwise);
    const auto number = WholeNumber(text);
    if (!number && !IsYes(text) && text != "off" && text != "no" && text != "false") {
      return FailValue(name, "number");
    }
    setup_->settings.push_back({setting, number.value_or(IsYes(text) ? 1 : 0)});
  }

  void ReadDns() {
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

  void ReadCommands() {
    for (const InterfaceOption& option : stanza_.options) {
      std::vector<std::string>* list = option.name == "pre-up"      ? &setup_->pre_up
                                       : option.name == "up"        ? &setup_->up
                                       : option.name == "down"      ? &setup_->down
                                       : option.name == "post-down" ? &setup_->post_down
                                                                    : nullptr;
      if (list != nullptr) list->push_back(option.Value());
    }
  }

 private:
  const InterfacesConfig& config_;
  const InterfaceStanza& stanza_;
  DesiredSetup* setup_;
};

void ReadStatic4(SetupReader* reader, DesiredSetup* setup) {
  DesiredAddress address;
  if (!reader->ReadNetwork(false, &address.prefix)) return;
  address.broadcast = InterfaceBroadcast(reader->Text("broadcast"), address.prefix);
  if (!address.broadcast) reader->FailValue("broadcast", "address");
  address.peer = reader->AddressOf("pointopoint", false);
  reader->ReadScope(&address.scope);
  setup->addresses.push_back(address);
  reader->AddGateway(false);
}

void ReadLifetime(SetupReader* reader, std::string_view name, DesiredAddress* address) {
  if (const auto seconds = reader->NumberOf("preferred-lifetime")) {
    address->preferred_s = name.find(':') == name.npos ? *seconds : 0;
  }
}

void ReadStatic6(SetupReader* reader, std::string_view name, DesiredSetup* setup) {
  reader->AddSetting("privext", NetSetting::kTemporaryAddresses, nullptr);
  reader->AddSetting("accept_ra", NetSetting::kAcceptAdvertisements,
                     reader->Has("gateway") ? "0" : nullptr);
  reader->AddSetting("autoconf", NetSetting::kAutoconf, "0");
  DesiredAddress address;
  if (!reader->ReadNetwork(true, &address.prefix)) return;
  reader->ReadScope(&address.scope);
  ReadLifetime(reader, name, &address);
  setup->addresses.push_back(address);
  reader->AddGateway(true);
  setup->dad_attempts = reader->NumberOf("dad-attempts").value_or(60);
  reader->ReadSeconds("dad-interval", &setup->dad_interval_ns);
}

void ReadDhcp(SetupReader* reader, DesiredSetup* setup) {
  setup->dhcp.hostname = reader->Text("hostname");
  setup->dhcp.vendor = reader->Text("vendor");
  setup->dhcp.client_id = reader->Text("client");
  setup->dhcp.metric = reader->NumberOf("metric").value_or(0);
  setup->dhcp.lease_seconds = reader->NumberOf("leasetime").value_or(0);
}

void ReadTunnelEnds(SetupReader* reader, bool outer_v6, DesiredSetup* setup) {
  LinkMaking* tunnel = &setup->tunnel;
  const auto net = [&](std::string_view name) -> std::optional<NetIp> {
    const auto address = reader->AddressOf(name, outer_v6);
    return address ? std::optional(ToNetIp(*address)) : std::nullopt;
  };
  tunnel->remote = net("endpoint");
  tunnel->local = net("local");
  if (const auto ttl = reader->NumberOf("ttl")) {
    if (*ttl > 255) reader->FailValue("ttl", "number of hops");
    tunnel->ttl = static_cast<uint8_t>(*ttl);
  }
}

void ReadTunnel(SetupReader* reader, bool outer_v6, DesiredSetup* setup) {
  if (!reader->Require("mode") || !reader->Require("endpoint")) return;
  std::string mode = reader->Text("mode");
  for (char& c : mode) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  LinkMaking* tunnel = &setup->tunnel;
  if (!outer_v6 && (mode == "gre" || mode == "ipip")) tunnel->kind = mode;
  if (outer_v6 && mode == "ip6gre") tunnel->kind = mode;
  if (outer_v6 && (mode == "ip6ip6" || mode == "ipip6")) tunnel->kind = "ip6tnl";
  if (tunnel->kind.empty()) return reader->FailValue("mode", "kind of tunnel");
  // Without it ip6tnl is ip6ip6.
  if (mode == "ipip6") tunnel->options.push_back({"mode", mode});
  ReadTunnelEnds(reader, outer_v6, setup);
  if (reader->Has("encaplimit")) {
    const auto limit = reader->Text("encaplimit") == "none" ? 255 : reader->NumberOf("encaplimit");
    if (limit && *limit > 255) reader->FailValue("encaplimit", "limit");
    if (limit) tunnel->encap_limit = static_cast<uint8_t>(*limit);
  }
  if (outer_v6 && !reader->Has("address")) return;
  const bool inner_v6 = outer_v6 && mode != "ipip6";
  DesiredAddress address;
  if (!reader->ReadNetwork(inner_v6, &address.prefix)) return;
  address.peer = reader->AddressOf("dstaddr", inner_v6);
  setup->addresses.push_back(address);
  reader->AddGateway(inner_v6);
}

void ReadV4Tunnel(SetupReader* reader, std::string_view name, DesiredSetup* setup) {
  if (!reader->Require("endpoint")) return;
  setup->tunnel.kind = "sit";
  ReadTunnelEnds(reader, false, setup);
  DesiredAddress address;
  if (!reader->ReadNetwork(true, &address.prefix)) return;
  ReadLifetime(reader, name, &address);
  setup->addresses.push_back(address);
  if (!reader->Has("gateway")) return;
  DesiredRoute host;
  if (const auto gateway = reader->AddressOf("gateway", true)) host.to = {*gateway, 128};
  if (host.to.length != 0) setup->routes.push_back(host);
  reader->AddGateway(true);
}

void ReadSixToFour(SetupReader* reader, std::string_view name, DesiredSetup* setup) {
  if (!reader->Require("local")) return;
  setup->tunnel.kind = "sit";
  ReadTunnelEnds(reader, false, setup);
  if (!setup->tunnel.local) return;
  DesiredAddress address;
  address.prefix.address.v6 = true;
  auto& bytes = address.prefix.address.bytes;
  bytes[0] = 0x20, bytes[1] = 0x02, bytes[15] = 1;
  std::copy_n(setup->tunnel.local->bytes.begin(), 4, bytes.begin() + 2);
  address.prefix.length = 16;
  ReadLifetime(reader, name, &address);
  setup->addresses.push_back(address);
  DesiredRoute route;
  route.to = *ParseIpPrefix("2000::/3");
  route.gateway = ParseIpAddress("::192.88.99.1");
  route.metric = reader->NumberOf("metric").value_or(0);
  setup->routes.push_back(route);
}

void ReadAuto(SetupReader* reader, DesiredSetup* setup) {
  reader->AddSetting("privext", NetSetting::kTemporaryAddresses, nullptr);
  reader->AddSetting("accept_ra", NetSetting::kAcceptAdvertisements, "2");
  setup->settings.push_back({NetSetting::kAutoconf, 1});
  setup->waits_for_link_local = IsYes(reader->Text("dhcp"));
}

void ReadDhcp6(SetupReader* reader, DesiredSetup* setup) {
  reader->AddSetting("accept_ra", NetSetting::kAcceptAdvertisements, "1");
  reader->AddSetting("autoconf", NetSetting::kAutoconf, nullptr);
  setup->waits_for_link_local = true;
}

struct MethodRow {
  SetupFamily family;
  std::string_view name;
  SetupMethod method;
};
constexpr MethodRow kMethods[] = {
    {SetupFamily::kInet, "loopback", SetupMethod::kLoopback},
    {SetupFamily::kInet, "manual", SetupMethod::kManual},
    {SetupFamily::kInet, "static", SetupMethod::kStatic},
    {SetupFamily::kInet, "dhcp", SetupMethod::kDhcp},
    {SetupFamily::kInet, "tunnel", SetupMethod::kTunnel},
    {SetupFamily::kInet6, "loopback", SetupMethod::kLoopback},
    {SetupFamily::kInet6, "manual", SetupMethod::kManual},
    {SetupFamily::kInet6, "static", SetupMethod::kStatic},
    {SetupFamily::kInet6, "dhcp", SetupMethod::kDhcp},
    {SetupFamily::kInet6, "auto", SetupMethod::kAuto},
    {SetupFamily::kInet6, "tunnel", SetupMethod::kTunnel},
    {SetupFamily::kInet6, "v4tunnel", SetupMethod::kV4Tunnel},
    {SetupFamily::kInet6, "6to4", SetupMethod::kSixToFour},
    {SetupFamily::kMeta, "none", SetupMethod::kManual},
};

SetupMethod MethodOf(SetupFamily family, std::string_view name) {
  for (const MethodRow& row : kMethods) {
    if (row.family == family && row.name == name) return row.method;
  }
  return SetupMethod::kExternal;
}

void ReadMethod(SetupReader* reader, std::string_view name, DesiredSetup* setup) {
  const bool v6 = setup->family == SetupFamily::kInet6;
  switch (setup->method) {
    case SetupMethod::kStatic:
      return v6 ? ReadStatic6(reader, name, setup) : ReadStatic4(reader, setup);
    case SetupMethod::kDhcp:
      ReadDhcp(reader, setup);
      if (v6) ReadDhcp6(reader, setup);
      return;
    case SetupMethod::kAuto:
      return ReadAuto(reader, setup);
    case SetupMethod::kTunnel:
      return ReadTunnel(reader, v6, setup);
    case SetupMethod::kV4Tunnel:
      return ReadV4Tunnel(reader, name, setup);
    case SetupMethod::kSixToFour:
      return ReadSixToFour(reader, name, setup);
    case SetupMethod::kLoopback:
    case SetupMethod::kManual:
    case SetupMethod::kExternal:
      return;
  }
}

SetupFamily FamilyOf(std::string_view family) {
  return family == "inet6"  ? SetupFamily::kInet6
         : family == "meta" ? SetupFamily::kMeta
         : family == "can"  ? SetupFamily::kCan
                            : SetupFamily::kInet;
}

}  // namespace

DesiredSetup MakeSetup(const InterfacesConfig& config, const InterfaceStanza& stanza,
                       std::string_view name) {
  DesiredSetup setup;
  setup.family = FamilyOf(stanza.family);
  setup.method_name = stanza.method;
  setup.method = MethodOf(setup.family, stanza.method);
  setup.logical = stanza.name;
  setup.place = PlaceText(config, stanza.place);
  setup.has_scripts = !MatchesAny(config.no_scripts, stanza.name);
  const std::string_view refusal = WhyRefused(stanza.family, stanza.method);
  if (!refusal.empty()) FailSetup(config, stanza.place, std::string(refusal), &setup);
  if (setup.family == SetupFamily::kCan) {
    FailSetup(config, stanza.place, "interfaces of CAN cannot be configured yet", &setup);
  }
  SetupReader reader(config, stanza, &setup);
  ReadMethod(&reader, name, &setup);
  reader.ReadMtu();
  reader.ReadHardwareAddress();
  reader.ReadDns();
  reader.ReadCommands();
  for (auto& option : IfupdownOptions(stanza, name)) {
    if (!IsInterfaceCommand(option.first)) setup.options.push_back(std::move(option));
  }
  return setup;
}

}  // namespace keelson
