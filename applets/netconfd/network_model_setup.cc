// One stanza, by its method.
#include <algorithm>
#include <cctype>

#include "applets/netconfd/name_pattern.h"
#include "applets/netconfd/network_model_parts.h"
#include "applets/netconfd/setup_reader.h"
#include "core/interface_method.h"
#include "core/interface_option.h"

namespace keelson {
namespace {

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

// What both ways to DHCP of v6 have.
void ReadDhcp6(SetupReader* reader, DesiredSetup* setup) {
  setup->dhcp.wants_prefix = IsYes(reader->Text("request_prefix"));
  setup->dad_attempts = reader->NumberOf("ll-attempts").value_or(60);
  reader->ReadSeconds("ll-interval", &setup->dad_interval_ns);
}

void ReadAuto(SetupReader* reader, DesiredSetup* setup) {
  reader->AddSetting("privext", NetSetting::kTemporaryAddresses, nullptr);
  reader->AddSetting("accept_ra", NetSetting::kAcceptAdvertisements, "2");
  setup->settings.push_back({NetSetting::kAutoconf, 1});
  setup->waits_for_link_local = IsYes(reader->Text("dhcp"));
  ReadDhcp6(reader, setup);
}

void ReadStateful6(SetupReader* reader, DesiredSetup* setup) {
  reader->AddSetting("accept_ra", NetSetting::kAcceptAdvertisements, "1");
  reader->AddSetting("autoconf", NetSetting::kAutoconf, nullptr);
  setup->waits_for_link_local = true;
  ReadDhcp6(reader, setup);
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
      if (v6) ReadStateful6(reader, setup);
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
