// The kernel's command line and rc.conf as interfaces of the model. An entry for no interface in
// particular is for each one that there is.
#include <algorithm>
#include <functional>

#include "applets/netconfd/network_model.h"

namespace keelson {
namespace {

DesiredInterface* InterfaceOf(std::string_view name, DesiredNetwork* network) {
  for (DesiredInterface& interface : network->interfaces) {
    if (interface.name == name) return &interface;
  }
  network->interfaces.push_back({});
  network->interfaces.back().name = name;
  return &network->interfaces.back();
}

DesiredSetup* AddSetup(SetupFamily family, SetupMethod method, std::string_view method_name,
                       DesiredInterface* interface) {
  DesiredSetup setup;
  setup.family = family;
  setup.method = method;
  setup.method_name = method_name;
  setup.logical = interface->name;
  setup.has_scripts = false;
  interface->setups.push_back(std::move(setup));
  return &interface->setups.back();
}

// The setup of that family which has the interface's addresses.
DesiredSetup* StaticSetup(bool v6, DesiredInterface* interface) {
  const SetupFamily family = v6 ? SetupFamily::kInet6 : SetupFamily::kInet;
  for (DesiredSetup& setup : interface->setups) {
    if (setup.family == family && setup.method == SetupMethod::kStatic) return &setup;
  }
  return AddSetup(family, SetupMethod::kStatic, "static", interface);
}

void AddRoute(const IpPrefix& to, const std::optional<IpAddress>& gateway,
              DesiredInterface* interface) {
  DesiredRoute route;
  route.to = to;
  route.gateway = gateway;
  route.is_onlink = gateway.has_value();
  StaticSetup(to.address.v6, interface)->routes.push_back(route);
}

bool IsOn(const IpPrefix& network, const IpAddress& address) {
  return network.address.v6 == address.v6 &&
         NetworkOf({address, network.length}) == NetworkOf(network);
}

// The interface whose network the gateway is in; or null.
DesiredInterface* InterfaceTowards(const IpAddress& gateway, DesiredNetwork* network) {
  for (DesiredInterface& interface : network->interfaces) {
    for (const DesiredSetup& setup : interface.setups) {
      for (const DesiredAddress& address : setup.addresses) {
        if (IsOn(address.prefix, gateway)) return &interface;
      }
    }
  }
  return nullptr;
}

void AddAddress(const IpPrefix& prefix, const std::optional<IpAddress>& broadcast,
                DesiredInterface* interface) {
  DesiredAddress address;
  address.prefix = prefix;
  address.broadcast = broadcast;
  if (!prefix.address.v6 && !broadcast) address.broadcast = BroadcastOf(prefix);
  StaticSetup(prefix.address.v6, interface)->addresses.push_back(address);
}

void AddDhcp(std::string_view hostname, std::string_view client_id, DesiredInterface* interface) {
  DesiredSetup* setup = AddSetup(SetupFamily::kInet, SetupMethod::kDhcp, "dhcp", interface);
  setup->dhcp.hostname = hostname;
  setup->dhcp.client_id = client_id;
}

void AddAuto(DesiredInterface* interface) {
  DesiredSetup* setup = AddSetup(SetupFamily::kInet6, SetupMethod::kAuto, "auto", interface);
  setup->settings = {{NetSetting::kAcceptAdvertisements, 2}, {NetSetting::kAutoconf, 1}};
}

void TakeBootMethod(const BootInterface& boot, DesiredInterface* interface) {
  switch (boot.method) {
    case BootMethod::kNone:
    case BootMethod::kIbft:
    case BootMethod::kRarp:
      break;
    case BootMethod::kAny:
      if (boot.address) break;
      [[fallthrough]];
    case BootMethod::kDhcp:
    case BootMethod::kBootp:
    case BootMethod::kBoth:
      AddDhcp(boot.hostname, boot.client_id, interface);
      break;
    case BootMethod::kDhcp6:
      AddSetup(SetupFamily::kInet6, SetupMethod::kDhcp, "dhcp", interface)->waits_for_link_local =
          true;
      break;
    case BootMethod::kAuto6:
    case BootMethod::kEither6:
      AddAuto(interface);
      break;
    case BootMethod::kLinkLocal:
      AddSetup(SetupFamily::kInet6, SetupMethod::kManual, "manual", interface);
      break;
  }
}

void TakeBootInterface(const BootInterface& boot, std::string_view name, DesiredNetwork* network) {
  DesiredInterface* interface = InterfaceOf(name, network);
  if (boot.address) {
    AddAddress(*boot.address, std::nullopt, interface);
    if (boot.gateway) AddRoute({{boot.gateway->v6, {}}, 0}, boot.gateway, interface);
  }
  TakeBootMethod(boot, interface);
  if (interface->setups.empty()) {
    AddSetup(SetupFamily::kInet, SetupMethod::kManual, "manual", interface);
  }
  DesiredSetup& first = interface->setups.front();
  if (boot.mtu != 0) first.mtu = boot.mtu;
  if (boot.mac) first.hardware_address = std::string(boot.mac->begin(), boot.mac->end());
  first.dns.insert(first.dns.end(), boot.dns.begin(), boot.dns.end());
  if (!boot.hostname.empty()) network->hostname = boot.hostname;
}

void TakeBootLink(const BootLink& link, DesiredNetwork* network) {
  DesiredInterface* interface = InterfaceOf(link.name, network);
  LinkMaking& making = interface->made.emplace();
  if (link.kind == BootLink::Kind::kVlan) {
    making.kind = "vlan";
    making.lower = link.ports.empty() ? "" : link.ports.front();
    making.vlan = link.vlan;
  } else {
    making.kind = link.kind == BootLink::Kind::kBond ? "bond" : "bridge";
    interface->ports = link.ports;
  }
  for (const std::string& option : link.options) {
    const size_t equals = std::min(option.find('='), option.size());
    making.options.push_back(
        {option.substr(0, equals), option.substr(std::min(equals + 1, option.size()))});
  }
  if (!interface->setups.empty()) return;
  DesiredSetup* setup = AddSetup(SetupFamily::kInet, SetupMethod::kManual, "manual", interface);
  if (link.mtu != 0) setup->mtu = link.mtu;
}

// The device that an entry without a name means: bootdev=, BOOTIF=, or each one that is no part of
// another and no loopback.
std::vector<std::string> DevicesOf(const BootNetwork& boot, const NetState& state) {
  if (!boot.boot_device.empty()) return {boot.boot_device};
  std::vector<std::string> names;
  for (const Interface& interface : state.interfaces) {
    if (boot.boot_mac) {
      const std::string mac(boot.boot_mac->begin(), boot.boot_mac->end());
      if (interface.hardware_address == mac) return {interface.name};
      continue;
    }
    if ((interface.flags & kIfLoopback) == 0 && interface.kind.empty() && interface.master == 0) {
      names.push_back(interface.name);
    }
  }
  return names;
}

}  // namespace

void DesireBootNetwork(const BootNetwork& boot, const NetState& state, DesiredNetwork* network) {
  for (const BootInterface& entry : boot.interfaces) {
    if (!entry.device.empty()) {
      TakeBootInterface(entry, entry.device, network);
      continue;
    }
    // An address can belong to one interface only.
    std::vector<std::string> names = DevicesOf(boot, state);
    if (entry.address && names.size() > 1) names.resize(1);
    for (const std::string& name : names) TakeBootInterface(entry, name, network);
  }
  for (const BootLink& link : boot.links) TakeBootLink(link, network);
  for (const BootRoute& route : boot.routes) {
    DesiredInterface* interface = !route.device.empty() ? InterfaceOf(route.device, network)
                                  : route.gateway       ? InterfaceTowards(*route.gateway, network)
                                                        : nullptr;
    if (interface != nullptr) AddRoute(route.network, route.gateway, interface);
  }
  network->dns.insert(network->dns.end(), boot.dns.begin(), boot.dns.end());
}

namespace {

// '_' stands for . - / and + in the names of variables.
std::string RcVariable(std::string_view name) {
  std::string variable(name);
  for (char& c : variable) {
    if (c == '.' || c == '-' || c == '/' || c == '+') c = '_';
  }
  return variable;
}

void TakeRcInterface(const RcInterface& rc, std::string_view name, DesiredNetwork* network) {
  DesiredInterface* interface = InterfaceOf(name, network);
  interface->description = rc.description;
  if (rc.vlan != 0) {
    interface->made = LinkMaking{};
    interface->made->kind = "vlan";
    interface->made->lower = rc.parent;
    interface->made->vlan = rc.vlan;
  } else if (rc.is_created) {
    const std::string kind(name.substr(0, name.find_first_of("0123456789")));
    interface->made = LinkMaking{};
    interface->made->kind = kind == "lagg" ? "bond" : kind;
  }
  interface->ports = rc.ports;
  for (const RcAddress& address : rc.addresses) {
    AddAddress(address.prefix, address.broadcast, interface);
  }
  if (rc.by_dhcp) {
    AddDhcp("", "", interface);
    interface->setups.back().dhcp.waits = rc.waits_for_dhcp.value_or(false);
  }
  if (rc.by_routers) AddAuto(interface);
  if (interface->setups.empty()) {
    AddSetup(SetupFamily::kInet, SetupMethod::kManual, "manual", interface);
  }
  DesiredSetup& first = interface->setups.front();
  if (rc.mtu != 0) first.mtu = rc.mtu;
  if (rc.mac) first.hardware_address = std::string(rc.mac->begin(), rc.mac->end());
}

}  // namespace

void DesireRcNetwork(const RcNetwork& rc, const std::vector<std::string>& present,
                     DesiredNetwork* network) {
  const RcInterface* otherwise = nullptr;
  const auto true_name = [&](const std::string& name) {
    const auto found = std::find_if(present.begin(), present.end(), [&](const std::string& p) {
      return p == name || RcVariable(p) == name;
    });
    return found == present.end() ? name : *found;
  };
  for (const RcInterface& interface : rc.interfaces) {
    if (interface.name == "DEFAULT") {
      otherwise = &interface;
    } else if (!interface.is_manual && !interface.is_down) {
      const std::string name =
          interface.new_name.empty() ? true_name(interface.name) : interface.new_name;
      TakeRcInterface(interface, name, network);
    }
  }
  for (const std::string& name : present) {
    const bool is_said =
        std::any_of(rc.interfaces.begin(), rc.interfaces.end(), [&](const RcInterface& one) {
          return one.name == name || one.name == RcVariable(name) || one.new_name == name;
        });
    if (rc.is_all && otherwise != nullptr && !is_said && !name.starts_with("lo")) {
      TakeRcInterface(*otherwise, name, network);
    }
  }
  for (const RcRoute& route : rc.routes) {
    DesiredInterface* interface = !route.interface.empty()
                                      ? InterfaceOf(true_name(route.interface), network)
                                  : route.gateway ? InterfaceTowards(*route.gateway, network)
                                                  : nullptr;
    if (interface != nullptr) AddRoute(route.network, route.gateway, interface);
  }
  if (!rc.hostname.empty()) network->hostname = rc.hostname;
}

}  // namespace keelson
