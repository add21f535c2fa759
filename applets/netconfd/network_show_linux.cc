// Changes in ip(8)'s and sysctl(8)'s words.
#include "applets/netconfd/network_show.h"
#include "core/interface_name.h"

namespace keelson {
namespace {

using Lines = std::vector<std::string>;

struct Shower {
  const DesiredInterface& interface;
  const DesiredSetup& setup;
  const NetStep& step;
  const NetChange& change = step.change;
  const std::string& name = interface.name;
  const bool v6 = setup.family == SetupFamily::kInet6;

  std::string Ip(bool six) const { return six ? "ip -6" : "ip"; }
  bool IsTunnel() const {
    return setup.method == SetupMethod::kTunnel || setup.method == SetupMethod::kV4Tunnel ||
           setup.method == SetupMethod::kSixToFour;
  }

  // --- The interface itself ---

  Lines Link() const {
    if (change.alias) return {"ip link set " + name + " alias \"" + *change.alias + "\""};
    if (interface.is_loopback && change.up) {
      return {std::string("ip link set ") + (*change.up ? "up" : "down") + " dev " + name +
              " 2>/dev/null"};
    }
    const bool is_vlan = interface.made && interface.made->kind == "vlan";
    // Of another name it is up to the hooks of its package.
    const std::string device(SplitInterfaceLabel(name).device);
    const size_t dot = device.rfind('.');
    if (!is_vlan || device != interface.made->lower + device.substr(std::min(dot, device.size()))) {
      return {};
    }
    if (change.kind == NetChange::kMakeLink) return {MakeVlan(device, device.substr(dot + 1))};
    if (change.kind == NetChange::kDeleteLink) return {DeleteVlan(device.substr(dot + 1))};
    return {};
  }

  std::string MakeVlan(const std::string& device, const std::string& id) const {
    const std::string& lower = interface.made->lower;
    const std::string folder = "/sys/class/net/" + lower;
    return "if test -d " + folder + " && ! ip link show " + device +
           " >/dev/null 2>&1; then if test `cat " + folder + "/type` -eq 32; then echo 0x" + id +
           " > " + folder + "/create_child; else ip link set up dev " + lower +
           "; ip link add link " + lower + " name " + device + " type vlan id " +
           std::to_string(interface.made->vlan) + "; fi; fi";
  }

  std::string DeleteVlan(const std::string& id) const {
    const std::string folder = "/sys/class/net/" + interface.made->lower;
    return "if test -d " + folder + "/device/infiniband; then if test `cat " + folder +
           "/type` -eq 32; then echo 0x" + id + " > " + folder +
           "/delete_child; fi else ip link del " + name + "; fi";
  }

  // --- Of a setup ---

  Lines SetLink() const {
    if (IsTunnel() && change.up == true) {
      return {ShownLine("ip link set " + name + " up").Add("mtu", ShownNumber(change.mtu)).Take()};
    }
    ShownLine line("ip link set dev " + name);
    line.Add("mtu", ShownNumber(change.mtu)).Add("address", ShownHardwareAddress(setup, change));
    if (change.up) line.Add(*change.up ? "up" : "down");
    if (step.may_fail) line.Add("2>/dev/null");
    if (step.may_fail && setup.method == SetupMethod::kManual) line.Add("|| true");
    if (setup.method != SetupMethod::kSixToFour) return {line.Take()};
    return {"ip -6 route flush dev " + name, line.Take()};  // which go with the link
  }

  std::string Prefix() const {
    const InterfaceAddress& address = change.address;
    std::string text = ShownIp(address.address);
    if (setup.method == SetupMethod::kSixToFour) {
      return "2002:" + std::string(ShownOption(setup, "hexaddress")) + "::1/16";
    }
    if (!address.address.v6 && !IsTunnel()) return text + "/" + ShownMask(address);
    const bool is_length_said = address.length != 128 || !ShownOption(setup, "netmask").empty();
    return is_length_said ? text + "/" + std::to_string(address.length) : text;
  }

  std::string PreferredLifetime() const {
    const uint32_t seconds = change.address.preferred_s;
    return seconds == kNetForever ? "" : std::to_string(seconds);
  }

  Lines Address(std::string_view verb) const {
    const InterfaceAddress& address = change.address;
    const std::string what = " addr " + std::string(verb) + " " + Prefix();
    if (setup.method == SetupMethod::kTunnel) {
      const char* ip = !v6 ? "ip" : address.address.v6 ? "ip -6" : "ip -4";
      return {ShownLine(ip + what + " dev " + name).Add("peer", ShownIp(address.peer)).Take()};
    }
    if (IsTunnel()) {
      return {
          ShownLine("ip" + what + " dev " + name).Add("preferred_lft", PreferredLifetime()).Take()};
    }
    ShownLine line(Ip(v6) + what);
    line.Add("broadcast", ShownIp(address.broadcast)).Add("peer", ShownIp(address.peer));
    line.Add("scope", ShownOption(setup, "scope")).Add("dev", name);
    if (!v6) line.Add("label", name);
    if (v6 && verb == "add") line.Add("preferred_lft", PreferredLifetime());
    if (v6 && verb == "add" && address.no_dad) line.Add("nodad");
    return {line.Take()};
  }

  Lines Route(std::string_view verb) const {
    const NetRoute& route = change.route;
    std::string to =
        route.length == 0 ? "default" : ShownIp(route.to) + "/" + std::to_string(route.length);
    std::string ip = Ip(v6);
    if (IsTunnel()) {
      if (!route.gateway) to = ShownIp(route.to);
      if (v6 && route.length == 0) to = route.to.v6 ? "::/0" : "0.0.0.0/0";
      ip = setup.method != SetupMethod::kTunnel || !v6 ? "ip" : route.to.v6 ? "ip -6" : "ip -4";
    }
    ShownLine line(ip + " route " + std::string(verb) + " " + to);
    line.Add("via", ShownIp(route.gateway)).Add("metric", ShownMetric(route)).Add("dev", name);
    if (verb != "del" && route.is_onlink) line.Add("onlink");
    if (step.may_fail) line.Add("2>&1 1>/dev/null || true");
    return {line.Take()};
  }

  Lines Setting() const {
    std::string key = name;
    for (char& c : key) c = c == '.' ? '/' : c;
    const std::string value = std::to_string(change.value);
    const auto line = [&](const char* setting) {
      return "sysctl -q -e -w net.ipv6.conf." + key + "." + setting + "=" + value;
    };
    switch (change.setting) {
      case NetSetting::kAcceptAdvertisements:
        return {line("accept_ra")};
      case NetSetting::kAutoconf:
        return {line("autoconf")};
      case NetSetting::kTemporaryAddresses:
        return {line("use_tempaddr")};
      case NetSetting::kDadTransmits:
        return {line("dad_transmits")};
      case NetSetting::kDisable6:
        return {line("disable_ipv6")};
      case NetSetting::kMtu6:
        break;
    }
    return {"if [ \"$(cat /sys/class/net/" + name + "/mtu)\" -lt " + value +
            " ]; then ip link set dev " + name + " mtu " + value + "; else " + line("mtu") +
            "; fi"};
  }

  Lines MakeTunnel() const {
    const LinkMaking& making = change.making;
    const bool outer_v6 = setup.method == SetupMethod::kTunnel && v6;
    const std::string_view mode = ShownOption(setup, "mode");
    ShownLine line(Ip(outer_v6) + " tunnel add " + name + " mode");
    line.Add(mode.empty() ? making.kind : mode);
    line.Add("remote", making.remote ? ShownIp(making.remote) : "any");
    line.Add("local", ShownIp(making.local));
    if (making.ttl != 0) line.Add("ttl", std::to_string(making.ttl));
    line.Add("encaplimit", ShownOption(setup, "encaplimit"));
    return {line.Take()};
  }

  Lines Flush() const {
    if (step.only_managed) return {"ip addr flush dev " + name + " mngtmpaddr"};
    ShownLine line(std::string(step.v6 ? "ip -6" : "ip -4") + " addr flush dev " + name);
    if (step.only_global) line.Add("scope global");
    if (step.may_fail) line.Add("2>/dev/null || true");
    return {line.Take()};
  }

  Lines Change() const {
    if (step.kind == NetStep::kFlush) return Flush();
    switch (change.kind) {
      case NetChange::kMakeLink:
        return MakeTunnel();
      case NetChange::kDeleteLink:
        return {Ip(setup.method == SetupMethod::kTunnel && v6) + " tunnel del " + name};
      case NetChange::kSetLink:
        return SetLink();
      case NetChange::kAddAddress:
        return Address("add");
      case NetChange::kDeleteAddress:
        return Address("del");
      case NetChange::kAddRoute:
        return Route("add");
      case NetChange::kReplaceRoute:
        return Route("replace");
      case NetChange::kDeleteRoute:
        return Route("del");
      case NetChange::kSet:
        return Setting();
      default:
        return {};
    }
  }
};

// Those methods begin with loading IPv6, which is in the kernel when it is wanted at all.
bool LoadsIpv6(const DesiredSetup& setup) {
  if (setup.family != SetupFamily::kInet6) return false;
  return setup.method == SetupMethod::kStatic || setup.method == SetupMethod::kAuto ||
         setup.method == SetupMethod::kDhcp || setup.method == SetupMethod::kV4Tunnel ||
         setup.method == SetupMethod::kSixToFour;
}

}  // namespace

Lines ShowChangeLinux(const DesiredInterface& interface, const DesiredSetup& setup,
                      const NetStep& step, bool first) {
  const Shower shower{interface, setup, step};
  if (step.is_link) return shower.Link();
  Lines lines = shower.Change();
  if (first && step.up && LoadsIpv6(setup)) {
    lines.insert(lines.begin(), "modprobe -q net-pf-10 > /dev/null 2>&1 || true # ignore failure.");
  }
  return lines;
}

}  // namespace keelson
