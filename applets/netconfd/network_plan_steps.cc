// A step is added with what it always has; the caller says the rest.
#include "applets/netconfd/network_planner.h"

namespace keelson {

NetStep& NetworkPlanner::Add(NetStep::Kind kind) {
  NetStep step;
  step.kind = kind;
  step.setup = setup_number_;
  step.up = up_;
  step.is_link = setup_ == nullptr;
  steps_.push_back(std::move(step));
  return steps_.back();
}

NetStep& NetworkPlanner::Change(NetChange::Kind kind) {
  NetStep& step = Add(NetStep::kChange);
  step.change.kind = kind;
  step.change.name = device_;
  return step;
}

NetStep& NetworkPlanner::SetUp(bool up) {
  NetStep& step = Change(NetChange::kSetLink);
  step.change.up = up;
  return step;
}

void NetworkPlanner::Commands(const std::vector<std::string>& commands, HookPhase phase) {
  for (const std::string& command : commands) {
    NetStep& step = Add(NetStep::kCommand);
    step.phase = phase;
    step.text = command;
  }
}

void NetworkPlanner::Hooks(HookPhase phase) {
  if (setup_->has_scripts) Add(NetStep::kHooks).phase = phase;
}

NetStep& NetworkPlanner::Flush(bool v6) {
  NetStep& step = Add(NetStep::kFlush);
  step.change.name = device_;
  step.v6 = v6;
  return step;
}

void NetworkPlanner::Address(NetChange::Kind kind, const DesiredAddress& from) {
  InterfaceAddress& address = Change(kind).change.address;
  address.address = ToNetIp(from.prefix.address);
  address.length = static_cast<uint8_t>(from.prefix.length);
  if (from.broadcast) address.broadcast = ToNetIp(*from.broadcast);
  if (from.peer) address.peer = ToNetIp(*from.peer);
  address.scope = from.scope;
  address.preferred_s = from.preferred_s;
  if (!from.prefix.address.v6 && device_ != interface_.name) address.label = interface_.name;
  address.no_dad = from.prefix.address.v6 && setup_->dad_attempts == 0;
}

void NetworkPlanner::Addresses(NetChange::Kind kind) {
  for (const DesiredAddress& address : setup_->addresses) Address(kind, address);
}

void NetworkPlanner::Routes(NetChange::Kind kind, bool may_fail) {
  for (const DesiredRoute& from : setup_->routes) {
    NetStep& step = Change(kind);
    step.may_fail = may_fail;
    NetRoute& route = step.change.route;
    route.to = ToNetIp(from.to.address);
    route.length = static_cast<uint8_t>(from.to.length);
    if (from.gateway) route.gateway = ToNetIp(*from.gateway);
    route.metric = from.metric;
    route.is_onlink = from.is_onlink;
    if (!from.gateway) route.scope = NetScope::kLink;
    if (from.to.address.v6) route.scope = NetScope::kGlobal;
  }
}

void NetworkPlanner::Set(NetSetting setting, uint32_t value) {
  NetStep& step = Change(NetChange::kSet);
  step.may_fail = true;  // a kernel without IPv6 has none of them
  step.change.setting = setting;
  step.change.value = value;
}

void NetworkPlanner::Settings() {
  for (const auto& [setting, value] : setup_->settings) Set(setting, value);
}

const uint32_t* NetworkPlanner::SettingOf(NetSetting wanted) const {
  for (const auto& [setting, value] : setup_->settings) {
    if (setting == wanted) return &value;
  }
  return nullptr;
}

NetStep& NetworkPlanner::Mtu(NetStep& step) {
  step.change.mtu = setup_->mtu;
  return step;
}

NetStep& NetworkPlanner::Hardware(NetStep& step) {
  step.change.hardware_address = setup_->hardware_address;
  return step;
}

void NetworkPlanner::Dhcp(bool start) {
  Add(start ? NetStep::kDhcpStart : NetStep::kDhcpStop).v6 = v6();
}

}  // namespace keelson
