// Devices by their number, which is what events speak of; names lead to numbers.
#include "applets/netconfd/network_view.h"

#include <algorithm>
#include <set>
#include <utility>

namespace keelson {
namespace {

bool HasCarrier(const Interface& link) { return (link.flags & kIfRunning) != 0; }

bool IsSameRoute(const NetRoute& a, const NetRoute& b) {
  return a.to == b.to && a.length == b.length && a.gateway == b.gateway && a.metric == b.metric &&
         a.table == b.table && a.type == b.type;
}

bool IsSameAddress(const InterfaceAddress& a, const InterfaceAddress& b) {
  return a.address == b.address && a.length == b.length && a.peer == b.peer;
}

}  // namespace

void NetworkView::PutLink(const Interface& link) {
  const auto named = by_name_.find(link.name);
  if (named != by_name_.end() && named->second != link.index) Drop(named->second);
  auto found = devices_.find(link.index);
  if (found != devices_.end() && found->second.link.name != link.name) {  // renamed
    const std::string old = found->second.link.name;
    by_name_.erase(old);
    Device kept = std::move(found->second);
    devices_.erase(found);
    listener_.device(old, false);
    kept.link.name = link.name;
    kept.link.flags &= ~uint32_t{kIfRunning};
    found = devices_.emplace(link.index, std::move(kept)).first;
    by_name_[link.name] = link.index;
    listener_.device(link.name, true);
  } else if (found == devices_.end()) {
    found = devices_.emplace(link.index, Device{link, {}, {}}).first;
    found->second.link.flags &= ~uint32_t{kIfRunning};
    by_name_[link.name] = link.index;
    listener_.device(link.name, true);
  }
  // A listener may have done something; the map's elements stay where they are.
  const bool had_carrier = HasCarrier(found->second.link);
  found->second.link = link;
  if (had_carrier != HasCarrier(link)) listener_.carrier(link.name, !had_carrier);
}

void NetworkView::Drop(uint32_t index) {
  const auto found = devices_.find(index);
  if (found == devices_.end()) return;
  const std::string name = found->second.link.name;
  devices_.erase(found);
  by_name_.erase(name);
  listener_.device(name, false);
}

void NetworkView::Reset(NetState state) {
  std::set<uint32_t> present;
  for (const Interface& link : state.interfaces) present.insert(link.index);
  std::vector<uint32_t> gone;
  for (const auto& [index, device] : devices_) {
    if (!present.contains(index)) gone.push_back(index);
  }
  for (const uint32_t index : gone) Drop(index);
  std::map<uint32_t, std::vector<InterfaceAddress>> old;
  for (auto& [index, device] : devices_) {
    old[index] = std::move(device.addresses);
    device.addresses.clear();
    device.routes.clear();
  }
  for (const Interface& link : state.interfaces) PutLink(link);
  for (InterfaceAddress& address : state.addresses) {
    const auto device = devices_.find(address.index);
    if (device != devices_.end()) device->second.addresses.push_back(std::move(address));
  }
  for (NetRoute& route : state.routes) {
    const auto device = devices_.find(route.index);
    if (device == devices_.end() || route.origin == RouteOrigin::kOther) continue;
    device->second.routes.push_back(std::move(route));
  }
  for (const std::string& name : Names()) {
    const Device* const device = Find(name);
    if (device != nullptr && old[device->link.index] != device->addresses) {
      listener_.addresses(name);
    }
  }
}

void NetworkView::Take(const NetEvent& event) {
  if (event.kind == NetEvent::kLink) return PutLink(event.interface);
  if (event.kind == NetEvent::kLinkGone) return Drop(event.interface.index);
  const bool is_route = event.kind == NetEvent::kRoute || event.kind == NetEvent::kRouteGone;
  const auto found = devices_.find(is_route ? event.route.index : event.address.index);
  if (found == devices_.end()) return;
  Device& device = found->second;
  if (is_route) {
    std::erase_if(device.routes,
                  [&](const NetRoute& has) { return IsSameRoute(has, event.route); });
    if (event.kind == NetEvent::kRoute && event.route.origin != RouteOrigin::kOther) {
      device.routes.push_back(event.route);
    }
    return;
  }
  std::erase_if(device.addresses,
                [&](const InterfaceAddress& has) { return IsSameAddress(has, event.address); });
  if (event.kind == NetEvent::kAddress) device.addresses.push_back(event.address);
  listener_.addresses(device.link.name);
}

const NetworkView::Device* NetworkView::Find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &devices_.at(found->second);
}

std::string NetworkView::NameOf(uint32_t index) const {
  const auto found = devices_.find(index);
  return found == devices_.end() ? std::string() : found->second.link.name;
}

std::vector<std::string> NetworkView::Names() const {
  std::vector<std::string> names;
  for (const auto& [index, device] : devices_) names.push_back(device.link.name);
  return names;
}

NetState NetworkView::Part(const std::vector<NetStep>& steps) const {
  std::set<std::string_view> names;
  for (const NetStep& step : steps) {
    names.insert(step.change.name);
    if (step.change.master) names.insert(*step.change.master);
  }
  NetState part;
  for (const std::string_view name : names) {
    const Device* const device = Find(name);
    if (device == nullptr) continue;
    part.interfaces.push_back(device->link);
    part.addresses.insert(part.addresses.end(), device->addresses.begin(), device->addresses.end());
    part.routes.insert(part.routes.end(), device->routes.begin(), device->routes.end());
  }
  std::sort(part.interfaces.begin(), part.interfaces.end(),
            [](const Interface& a, const Interface& b) { return a.index < b.index; });
  return part;
}

}  // namespace keelson
