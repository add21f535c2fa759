// The frame of each plan, and the interface itself: what is made, its ports, what it is a port of.
#include "applets/netconfd/network_plan.h"

#include "applets/netconfd/network_planner.h"
#include "core/shell_quote.h"

namespace keelson {
namespace {

constexpr std::string_view kBondPrimary = "primary";

}  // namespace

std::vector<NetStep> NetworkPlanner::Up() {
  LinkUp();
  for (size_t i = 0; i < interface_.setups.size(); ++i) SetupUp(i);
  return std::move(steps_);
}

std::vector<NetStep> NetworkPlanner::Down() {
  up_ = false;
  for (size_t i = 0; i < interface_.setups.size(); ++i) SetupDown(i);
  LinkDown();
  return std::move(steps_);
}

void NetworkPlanner::LinkUp() {
  if (interface_.is_loopback) SetUp(true).may_fail = true;
  if (interface_.port_wait_s > 0) Add(NetStep::kWaitPorts);
  if (interface_.made) {
    const LinkMaking& making = *interface_.made;
    if (making.kind == "vlan") SetUp(true).change.name = making.lower;
    Make(making);
  }
  if (!interface_.hardware_address.empty()) {
    Change(NetChange::kSetLink).change.hardware_address = interface_.hardware_address;
  }
  if (!interface_.wireguard.empty()) {
    NetStep& step = Add(NetStep::kCommand);
    step.phase = HookPhase::kPreUp;
    step.text = "wg setconf " + ShellQuoted(device_) + " " + ShellQuoted(interface_.wireguard);
  }
  for (const std::string& port : interface_.ports) Enslave(port, device_);
  SetPorts();
  if (!interface_.master.empty()) Enslave(device_, interface_.master);
  if (!interface_.description.empty()) {
    Change(NetChange::kSetLink).change.alias = interface_.description;
  }
  if (interface_.forward_wait_s > 0 && !interface_.ports.empty()) {
    SetUp(true);
    Add(NetStep::kWaitForward);
  }
}

// A bond's primary port is one of its ports, so it has to wait for them.
void NetworkPlanner::Make(const LinkMaking& making) {
  LinkMaking& made = Change(NetChange::kMakeLink).change.making;
  made = making;
  if (making.kind == "bond") {
    std::erase_if(made.options, [](const auto& option) { return option.first == kBondPrimary; });
  }
}

void NetworkPlanner::SetPorts() {
  for (const DesiredPort& port : interface_.port_settings) {
    NetStep& step = Change(NetChange::kSetLink);
    step.may_fail = true;  // as bridge-utils takes it: it may be no port, or the number too large
    step.change.name = port.name;
    step.change.port_cost = port.cost;
    step.change.port_priority = port.priority;
  }
  if (!interface_.made || interface_.made->kind != "bond") return;
  for (const auto& option : interface_.made->options) {
    if (option.first != kBondPrimary) continue;
    LinkMaking& making = Change(NetChange::kSetOptions).change.making;
    making.kind = interface_.made->kind;
    making.options = {option};
  }
}

void NetworkPlanner::Enslave(const std::string& port, const std::string& master) {
  const bool is_bridge = interface_.made && interface_.made->kind == "bridge";
  if (!is_bridge) SetUp(false).change.name = port;
  NetStep& step = Change(NetChange::kSetLink);
  step.change.name = port;
  step.change.master = master;
  SetUp(true).change.name = port;
}

void NetworkPlanner::LinkDown() {
  if (interface_.is_loopback) SetUp(false).may_fail = true;
  const bool has_label = device_ != interface_.name;
  if (interface_.made && !has_label && !options_.keeps_link) {
    for (const std::string& port : interface_.ports) {
      NetStep& step = Change(NetChange::kSetLink);
      step.change.name = port;
      step.change.master = "";
      step.may_fail = true;  // it may be gone
    }
    Change(NetChange::kDeleteLink);
  }
  if (!interface_.master.empty() && !has_label) {
    Change(NetChange::kSetLink).change.master = "";
  }
}

void NetworkPlanner::Begin(size_t number) {
  setup_ = &interface_.setups[number];
  setup_number_ = static_cast<uint16_t>(number);
}

void NetworkPlanner::SetupUp(size_t number) {
  Begin(number);
  Commands(setup_->pre_up, HookPhase::kPreUp);
  Hooks(HookPhase::kPreUp);
  options_.is_bsd ? MethodUpBsd() : MethodUp();
  if (!setup_->dns.empty() || !setup_->search.empty()) Add(NetStep::kDns);
  Commands(setup_->up, HookPhase::kUp);
  Hooks(HookPhase::kUp);
  setup_ = nullptr;
}

void NetworkPlanner::SetupDown(size_t number) {
  Begin(number);
  Hooks(HookPhase::kDown);
  Commands(setup_->down, HookPhase::kDown);
  if (!setup_->dns.empty() || !setup_->search.empty()) Add(NetStep::kDns);
  options_.is_bsd ? MethodDownBsd() : MethodDown();
  Hooks(HookPhase::kPostDown);
  Commands(setup_->post_down, HookPhase::kPostDown);
  setup_ = nullptr;
}

std::string_view HookPhaseName(HookPhase phase) {
  switch (phase) {
    case HookPhase::kPreUp:
      return "pre-up";
    case HookPhase::kUp:
      return "post-up";
    case HookPhase::kDown:
      return "pre-down";
    case HookPhase::kPostDown:
      break;
  }
  return "post-down";
}

std::vector<NetStep> PlanUp(const DesiredInterface& interface, const PlanOptions& options) {
  return NetworkPlanner(interface, options).Up();
}

std::vector<NetStep> PlanDown(const DesiredInterface& interface, const PlanOptions& options) {
  return NetworkPlanner(interface, options).Down();
}

std::string WhatCannotBe(const DesiredInterface& interface, const std::vector<NetStep>& steps) {
  for (const NetStep& step : steps) {
    if (step.kind != NetStep::kDhcpStart || !step.v6) continue;
    const std::string& place = interface.setups[step.setup].place;
    return place + (place.empty() ? "" : ": ") + kNoDhcpV6;
  }
  return {};
}

}  // namespace keelson
