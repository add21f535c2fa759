// The steps one after the other, over a copy of what the kernel has of the interfaces that they
// speak of; what a step changes is changed in the copy, for those after it.
#include <algorithm>
#include <set>

#include "applets/netconfd/network_plan.h"

namespace keelson {
namespace {

constexpr uint32_t kDefaultMetric6 = 1024;  // what Linux makes of 0

// Whether what is there is what would be added.
bool IsSame(const InterfaceAddress& has, const InterfaceAddress& wanted, const std::string& name) {
  const auto label = [&](const InterfaceAddress& address) {
    return address.label.empty() ? name : address.label;
  };
  return has.address == wanted.address && has.length == wanted.length && has.peer == wanted.peer &&
         (has.broadcast == wanted.broadcast || wanted.address.v6) && has.scope == wanted.scope &&
         (wanted.address.v6 || label(has) == label(wanted)) && has.valid_s == wanted.valid_s &&
         has.preferred_s == wanted.preferred_s && !has.is_duplicate;
}

uint32_t MetricOf(const NetRoute& route) {
  return route.to.v6 && route.metric == 0 ? kDefaultMetric6 : route.metric;
}

// all_counts: false: any that a deletion takes.
bool IsSame(const NetRoute& has, const NetRoute& wanted, bool all_counts) {
  if (!(has.to == wanted.to) || has.length != wanted.length || has.table != wanted.table) {
    return false;
  }
  if (wanted.gateway && has.gateway != wanted.gateway) return false;
  if (!all_counts) return wanted.metric == 0 || MetricOf(has) == MetricOf(wanted);
  return has.gateway == wanted.gateway && MetricOf(has) == MetricOf(wanted) &&
         has.type == wanted.type;
}

class Remainder {
 public:
  Remainder(const std::vector<NetStep>& steps, const NetState& state) {
    std::set<std::string_view> names;
    for (const NetStep& step : steps) names.insert(step.change.name);
    std::set<uint32_t> indexes;
    for (const Interface& interface : state.interfaces) {
      // Of a master only the number is asked for.
      index_of_.push_back({interface.name, interface.index});
      if (!names.contains(interface.name)) continue;
      interfaces_.push_back(interface);
      indexes.insert(interface.index);
    }
    for (const InterfaceAddress& address : state.addresses) {
      if (indexes.contains(address.index)) addresses_.push_back(address);
    }
    for (const NetRoute& route : state.routes) {
      if (indexes.contains(route.index)) routes_.push_back(route);
    }
  }

  // False: nothing of the step is left.
  bool Take(NetStep* step) {
    if (step->kind == NetStep::kFlush) return TakeFlush(*step);
    if (step->kind != NetStep::kChange) return true;
    NetChange& change = step->change;
    switch (change.kind) {
      case NetChange::kMakeLink:
        return TakeMaking(&change);
      case NetChange::kDeleteLink:
        return TakeDeletion(change);
      case NetChange::kSetLink:
        return TakeLink(&change);
      case NetChange::kAddAddress:
      case NetChange::kDeleteAddress:
        return TakeAddress(change);
      case NetChange::kAddRoute:
      case NetChange::kReplaceRoute:
      case NetChange::kDeleteRoute:
        return TakeRoute(change);
      case NetChange::kSet:
        TakeSetting(&change);
        return true;
      default:
        return true;
    }
  }

 private:
  Interface* Find(std::string_view name) {
    const auto found = std::find_if(interfaces_.begin(), interfaces_.end(),
                                    [&](const Interface& i) { return i.name == name; });
    return found == interfaces_.end() ? nullptr : &*found;
  }

  uint32_t IndexOf(std::string_view name) const {
    for (const auto& [known, index] : index_of_) {
      if (known == name) return index;
    }
    return 0;
  }

  bool TakeMaking(NetChange* change) {
    const Interface* interface = Find(change->name);
    if (interface == nullptr) return true;
    const LinkMaking& making = change->making;
    // One of another kind is left to the kernel's refusal.
    if (interface->kind != making.kind) return true;
    if (making.kind == "vlan") return interface->vlan != making.vlan;
    // A bond or a bridge of which nobody has made anything, such as the module's own bond0.
    if (making.options.empty() || IsUsed(*interface)) return false;
    change->kind = NetChange::kSetOptions;
    return true;
  }

  bool IsUsed(const Interface& interface) const {
    return (interface.flags & kIfUp) != 0 ||
           std::any_of(interfaces_.begin(), interfaces_.end(),
                       [&](const Interface& port) { return port.master == interface.index; });
  }

  bool TakeDeletion(const NetChange& change) {
    return std::erase_if(interfaces_, [&](const Interface& i) { return i.name == change.name; }) >
           0;
  }

  bool TakeLink(NetChange* change) {
    Interface* interface = Find(change->name);
    // What is gone is down, and no port of anything.
    if (interface == nullptr) return change->up != false && change->master != "";
    if (change->mtu == interface->mtu) change->mtu.reset();
    if (change->hardware_address == interface->hardware_address) change->hardware_address.reset();
    if (change->alias == interface->alias) change->alias.reset();
    if (change->port_cost == interface->port_cost) change->port_cost.reset();
    if (change->port_priority == interface->port_priority) change->port_priority.reset();
    const bool is_up = (interface->flags & kIfUp) != 0;
    if (change->up == is_up) change->up.reset();
    if (change->master) {
      const uint32_t master = change->master->empty() ? 0 : IndexOf(*change->master);
      const bool is_known = change->master->empty() || master != 0;
      if (is_known && master == interface->master) change->master.reset();
    }
    if (change->mtu) interface->mtu = *change->mtu;
    if (change->up) interface->flags = (interface->flags & ~kIfUp) | (*change->up ? kIfUp : 0u);
    return change->mtu || change->hardware_address || change->alias || change->up ||
           change->master || change->new_name || change->port_cost || change->port_priority;
  }

  bool TakeAddress(const NetChange& change) {
    const Interface* interface = Find(change.name);
    if (interface == nullptr) return change.kind == NetChange::kAddAddress;
    const auto is_it = [&](const InterfaceAddress& has) {
      return has.index == interface->index && has.address == change.address.address &&
             has.length == change.address.length;
    };
    if (change.kind == NetChange::kDeleteAddress) return std::erase_if(addresses_, is_it) > 0;
    const auto found = std::find_if(addresses_.begin(), addresses_.end(), is_it);
    return found == addresses_.end() || !IsSame(*found, change.address, change.name);
  }

  bool TakeRoute(const NetChange& change) {
    const Interface* interface = Find(change.name);
    const bool is_deleted = change.kind == NetChange::kDeleteRoute;
    if (interface == nullptr) return !is_deleted;
    const auto is_it = [&](const NetRoute& has) {
      return has.index == interface->index && IsSame(has, change.route, !is_deleted);
    };
    if (is_deleted) return std::erase_if(routes_, is_it) > 0;
    return std::none_of(routes_.begin(), routes_.end(), is_it);
  }

  // What ifupdown asks the interface for: a smaller mtu of the interface grows.
  void TakeSetting(NetChange* change) {
    Interface* interface = Find(change->name);
    if (change->setting != NetSetting::kMtu6 || interface == nullptr) return;
    if (interface->mtu >= change->value) return;
    change->kind = NetChange::kSetLink;
    change->mtu = change->value;
    interface->mtu = change->value;
  }

  bool TakeFlush(const NetStep& step) {
    const Interface* interface = Find(step.change.name);
    return interface != nullptr && std::erase_if(addresses_, [&](const InterfaceAddress& has) {
                                     return has.index == interface->index && IsFlushed(step, has);
                                   }) > 0;
  }

  std::vector<Interface> interfaces_;  // those that the steps speak of
  std::vector<std::pair<std::string_view, uint32_t>> index_of_;
  std::vector<InterfaceAddress> addresses_;
  std::vector<NetRoute> routes_;
};

}  // namespace

bool IsFlushed(const NetStep& step, const InterfaceAddress& address) {
  return address.address.v6 == step.v6 && (!step.only_managed || address.is_dynamic) &&
         (!step.only_global || address.scope == NetScope::kGlobal);
}

std::vector<NetStep> WhatIsLeft(std::vector<NetStep> steps, const NetState& state) {
  Remainder remainder(steps, state);
  std::vector<NetStep> left;
  left.reserve(steps.size());
  for (NetStep& step : steps) {
    if (remainder.Take(&step)) left.push_back(std::move(step));
  }
  return left;
}

}  // namespace keelson
