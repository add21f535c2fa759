// What each method does on Linux, in ifupdown's order.
#include "applets/netconfd/network_planner.h"

namespace keelson {

void NetworkPlanner::MethodUp() {
  switch (setup_->method) {
    case SetupMethod::kLoopback:
      if (!interface_.is_loopback) SetUp(true).may_fail = v6();
      return;
    case SetupMethod::kManual:
      return ManualUp();
    case SetupMethod::kStatic:
      return v6() ? Static6Up() : Static4Up();
    case SetupMethod::kDhcp:
    case SetupMethod::kAuto:
      return AutoUp();
    case SetupMethod::kTunnel:
    case SetupMethod::kSixToFour:
    case SetupMethod::kV4Tunnel:
      Change(NetChange::kMakeLink).change.making = setup_->tunnel;
      Mtu(SetUp(true));
      Addresses(NetChange::kAddAddress);
      return Routes(NetChange::kAddRoute);
    case SetupMethod::kExternal:
      Add(NetStep::kMethodStart);
  }
}

void NetworkPlanner::MethodDown() {
  switch (setup_->method) {
    case SetupMethod::kLoopback:
      if (!interface_.is_loopback) SetUp(false).may_fail = v6();
      return;
    case SetupMethod::kManual:
      if (setup_->family == SetupFamily::kMeta || !IsDevice() || options_.keeps_link) return;
      Flush(v6()).may_fail = true;
      if (!options_.all) SetUp(false).may_fail = true;
      return;
    case SetupMethod::kStatic:
      Routes(NetChange::kDeleteRoute, !v6());
      Addresses(NetChange::kDeleteAddress);
      if (!IsDevice() || options_.keeps_link) return;
      Flush(v6());
      SetUp(false);
      return;
    case SetupMethod::kDhcp:
    case SetupMethod::kAuto:
      if (setup_->method == SetupMethod::kDhcp || AlsoByDhcp()) Dhcp(false);
      if (v6()) Add(NetStep::kRouters);
      if (setup_->method == SetupMethod::kAuto) Flush(true).only_global = true;
      if (IsDevice() && !options_.keeps_link) SetUp(false);
      return;
    case SetupMethod::kTunnel:
    case SetupMethod::kV4Tunnel:
      Change(NetChange::kDeleteLink);
      return;
    case SetupMethod::kSixToFour:
      SetUp(false);
      Change(NetChange::kDeleteLink);
      return;
    case SetupMethod::kExternal:
      Add(NetStep::kMethodStop);
  }
}

void NetworkPlanner::ManualUp() {
  if (setup_->family == SetupFamily::kMeta) return;
  if (setup_->mtu && v6()) Set(NetSetting::kMtu6, *setup_->mtu);
  if (setup_->mtu && !v6()) Mtu(Change(NetChange::kSetLink));
  if (setup_->hardware_address) Hardware(Change(NetChange::kSetLink));
  SetUp(true).may_fail = true;
}

void NetworkPlanner::Static4Up() {
  Addresses(NetChange::kAddAddress);
  Hardware(Mtu(SetUp(true)));
  Routes(NetChange::kAddRoute);
}

void NetworkPlanner::FlushAdvertised() {
  const uint32_t* accepts = SettingOf(NetSetting::kAcceptAdvertisements);
  if (accepts != nullptr && *accepts == 0) Flush(true).only_managed = true;
}

void NetworkPlanner::Static6Up() {
  Settings();
  if (setup_->mtu) Set(NetSetting::kMtu6, *setup_->mtu);
  FlushAdvertised();
  Hardware(SetUp(true));
  Addresses(NetChange::kAddAddress);
  Routes(NetChange::kReplaceRoute);
  if (setup_->dad_attempts > 0) Add(NetStep::kWaitDad);
}

void NetworkPlanner::AutoUp() {
  if (!v6()) {
    if (setup_->hardware_address) Hardware(Change(NetChange::kSetLink));
    return Dhcp(true);
  }
  Settings();
  FlushAdvertised();
  Add(NetStep::kRouters);  // the first advertisement comes soon after the link is up
  NetStep& step = SetUp(true);
  if (setup_->method == SetupMethod::kDhcp) Hardware(step);
  if (setup_->waits_for_link_local) Add(NetStep::kWaitLinkLocal);
  if (setup_->method == SetupMethod::kDhcp || AlsoByDhcp()) Dhcp(true);
}

}  // namespace keelson
