// What each method does in ifconfig's order.
#include "applets/netconfd/network_planner.h"

namespace keelson {

void NetworkPlanner::MethodUpBsd() {
  switch (setup_->method) {
    case SetupMethod::kLoopback:
      if (!interface_.is_loopback) SetUp(true);
      return;
    case SetupMethod::kStatic:
      if (v6()) {
        Hardware(Mtu(SetUp(true)));
        Addresses(NetChange::kAddAddress);
      } else {
        if (setup_->hardware_address) Hardware(Change(NetChange::kSetLink));
        Addresses(NetChange::kAddAddress);
        Mtu(SetUp(true));
      }
      return Routes(NetChange::kAddRoute);
    case SetupMethod::kAuto:
      Settings();
      SetUp(true);
      if (AlsoByDhcp()) Dhcp(true);
      return;
    case SetupMethod::kDhcp:
      if (v6()) {
        Hardware(SetUp(true));
      } else if (setup_->hardware_address) {
        Hardware(Change(NetChange::kSetLink));
      }
      return Dhcp(true);
    case SetupMethod::kExternal:
      Add(NetStep::kMethodStart);
      return;
    case SetupMethod::kManual:
    case SetupMethod::kTunnel:
    case SetupMethod::kSixToFour:
    case SetupMethod::kV4Tunnel:
      return;
  }
}

void NetworkPlanner::MethodDownBsd() {
  switch (setup_->method) {
    case SetupMethod::kLoopback:
      if (!interface_.is_loopback) SetUp(false);
      return;
    case SetupMethod::kStatic:
      if (v6() && setup_->routes.empty()) {
        // Whoever set it: ifupdown takes the default route of v6 away.
        NetStep& step = Change(NetChange::kDeleteRoute);
        step.change.route.to.v6 = true;
        step.may_fail = true;
      }
      Routes(NetChange::kDeleteRoute, true);
      if (v6()) Addresses(NetChange::kDeleteAddress);
      SetUp(false);
      return;
    case SetupMethod::kDhcp:
      Dhcp(false);
      SetUp(false);
      return;
    case SetupMethod::kAuto:
      if (AlsoByDhcp()) Dhcp(false);
      SetUp(false);
      return;
    case SetupMethod::kExternal:
      Add(NetStep::kMethodStop);
      return;
    case SetupMethod::kManual:
    case SetupMethod::kTunnel:
    case SetupMethod::kSixToFour:
    case SetupMethod::kV4Tunnel:
      return;
  }
}

}  // namespace keelson
