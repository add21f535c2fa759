// Changes in the words of ifconfig(8) and route(8). One ifconfig sets the address of v4, the mtu
// and the flag: its line is the address's.
#include "applets/netconfd/network_show.h"

namespace keelson {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kIgnored = "2>&1 1>/dev/null || true";

struct Shower {
  const DesiredInterface& interface;
  const DesiredSetup& setup;
  const NetStep& step;
  const NetChange& change = step.change;
  const std::string& name = interface.name;
  const bool v6 = setup.family == SetupFamily::kInet6;

  Lines Link() const {
    if (change.alias) return {"ifconfig " + name + " desc \"" + *change.alias + "\""};
    if (!interface.is_loopback || !change.up) return {};
    if (!*change.up) return {"ifconfig " + name + " down"};
    return {"ifconfig " + name + " 127.0.0.1 up", "ifconfig " + name + " inet6 ::1"};
  }

  Lines SetLink() const {
    const bool is_static4 = setup.method == SetupMethod::kStatic && !v6;
    if (is_static4 && change.up == true) return {};
    ShownLine line("ifconfig " + name);
    if (setup.method == SetupMethod::kLoopback && change.up == true) line.Add("127.0.0.1");
    if (setup.method == SetupMethod::kAuto && change.up == true) line.Add("inet6 accept_rtadv");
    line.Add("link", ShownHardwareAddress(setup, change)).Add("mtu", ShownNumber(change.mtu));
    if (change.up) line.Add(*change.up ? "up" : "down");
    return {line.Take()};
  }

  Lines AddAddress() const {
    const InterfaceAddress& address = change.address;
    const std::string text = ShownIp(address.address);
    if (v6) {
      const std::string length = std::to_string(address.length);
      return {"ifconfig " + name + " inet6 " + text + "/" + length + " alias"};
    }
    ShownLine line("ifconfig " + name + " " + text);
    line.Add("netmask", ShownMask(address));
    const IpAddress usual = BroadcastOf({FromNetIp(address.address), address.length});
    if (address.broadcast && FromNetIp(*address.broadcast) != usual) {
      line.Add("broadcast", ShownIp(address.broadcast));
    }
    line.Add("pointopoint", ShownIp(address.peer)).Add("mtu", ShownNumber(setup.mtu));
    return {line.Add("up").Take()};
  }

  Lines Route(bool adds) const {
    const std::string gateway = ShownIp(change.route.gateway);
    if (adds) return {(v6 ? "route add -inet6 ::/0 " : "route add default ") + gateway};
    ShownLine line(v6 ? "route -n del -inet6 ::/0" : "route del default " + gateway);
    return {line.Add(kIgnored).Take()};
  }

  Lines Change() const {
    switch (change.kind) {
      case NetChange::kSetLink:
        return SetLink();
      case NetChange::kAddAddress:
        return AddAddress();
      case NetChange::kDeleteAddress:
        return {"ifconfig " + name + " inet6 " + ShownIp(change.address.address) + " -alias"};
      case NetChange::kAddRoute:
        return Route(true);
      case NetChange::kDeleteRoute:
        return Route(false);
      default:
        return {};
    }
  }
};

}  // namespace

Lines ShowChangeBsd(const DesiredInterface& interface, const DesiredSetup& setup,
                    const NetStep& step) {
  const Shower shower{interface, setup, step};
  return step.is_link ? shower.Link() : shower.Change();
}

}  // namespace keelson
