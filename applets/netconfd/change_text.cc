// One phrase for each kind of change.
#include "applets/netconfd/change_text.h"

#include "applets/netconfd/network_model.h"

namespace keelson {
namespace {

std::string PrefixText(const NetIp& ip, uint8_t length) {
  return FormatIpPrefix({FromNetIp(ip), length});
}

std::string LinkText(const NetChange& change) {
  if (change.new_name) return "giving it the name " + *change.new_name;
  if (change.master) {
    return change.master->empty() ? "releasing it" : "making it a port of " + *change.master;
  }
  if (change.up && !change.mtu && !change.hardware_address) {
    return *change.up ? "setting it up" : "setting it down";
  }
  std::string text = "setting its";
  if (change.mtu) text += " mtu " + std::to_string(*change.mtu);
  if (change.hardware_address) text += " address";
  if (change.alias) text += " description";
  if (change.port_cost) text += " path cost";
  if (change.port_priority) text += " port priority";
  return text;
}

std::string WhatText(const NetChange& change) {
  switch (change.kind) {
    case NetChange::kMakeLink:
      return "making it (" + change.making.kind + ")";
    case NetChange::kSetOptions:
      return "setting its options (" + change.making.kind + ")";
    case NetChange::kDeleteLink:
      return "deleting it";
    case NetChange::kSetLink:
      return LinkText(change);
    case NetChange::kAddAddress:
      return "adding " + PrefixText(change.address.address, change.address.length);
    case NetChange::kDeleteAddress:
      return "deleting " + PrefixText(change.address.address, change.address.length);
    case NetChange::kAddRoute:
    case NetChange::kReplaceRoute:
      return "adding " + RouteText(change.route);
    case NetChange::kDeleteRoute:
      return "deleting " + RouteText(change.route);
    case NetChange::kAddRule:
    case NetChange::kDeleteRule:
      return "changing a rule";
    case NetChange::kAddNeighbour:
    case NetChange::kDeleteNeighbour:
      return "changing a neighbour";
    case NetChange::kSet:
      break;
  }
  return "changing a setting of IPv6";
}

}  // namespace

std::string RouteText(const NetRoute& route) {
  std::string text = "the route to " + PrefixText(route.to, route.length);
  if (route.length == 0) text = "the default route";
  if (route.gateway) text += " by " + FormatIpAddress(FromNetIp(*route.gateway));
  return text;
}

std::string ChangeText(const NetChange& change) { return change.name + ": " + WhatText(change); }

std::string ChangeErrorText(const NetChange& change, Error error) {
  if (change.kind == NetChange::kMakeLink && error.unsupported()) {
    return "the kernel has no kind '" + change.making.kind + "'";
  }
  return error.Text();
}

}  // namespace keelson
