// The steps of each method, in ifupdown's order: what is made, hooks, the method's own, hooks.
#include "applets/netconfd/network_plan.h"

#include "core/interface_name.h"
#include "core/shell_quote.h"

namespace keelson {
namespace {

using Steps = std::vector<NetStep>;

class Planner {
 public:
  Planner(const DesiredInterface& interface, const PlanOptions& options)
      : interface_(interface),
        options_(options),
        device_(SplitInterfaceLabel(interface.name).device) {}

  Steps Up() {
    LinkUp();
    for (size_t i = 0; i < interface_.setups.size(); ++i) SetupUp(i);
    return std::move(steps_);
  }

  Steps Down() {
    up_ = false;
    for (size_t i = 0; i < interface_.setups.size(); ++i) SetupDown(i);
    LinkDown();
    return std::move(steps_);
  }

 private:
  // --- One step of each kind ---

  NetStep& Add(NetStep::Kind kind) {
    NetStep step;
    step.kind = kind;
    step.setup = setup_number_;
    step.up = up_;
    step.is_link = setup_ == nullptr;
    steps_.push_back(std::move(step));
    return steps_.back();
  }

  NetStep& Change(NetChange::Kind kind) {
    NetStep& step = Add(NetStep::kChange);
    step.change.kind = kind;
    step.change.name = device_;
    return step;
  }

  NetStep& SetUp(bool up) {
    NetStep& step = Change(NetChange::kSetLink);
    step.change.up = up;
    return step;
  }

  void Commands(const std::vector<std::string>& commands, HookPhase phase) {
    for (const std::string& command : commands) {
      NetStep& step = Add(NetStep::kCommand);
      step.phase = phase;
      step.text = command;
    }
  }

  void Hooks(HookPhase phase) {
    if (setup_->has_scripts) Add(NetStep::kHooks).phase = phase;
  }

  NetStep& Flush(bool v6) {
    NetStep& step = Add(NetStep::kFlush);
    step.change.name = device_;
    step.v6 = v6;
    return step;
  }

  void Address(NetChange::Kind kind, const DesiredAddress& from) {
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
  void Addresses(NetChange::Kind kind) {
    for (const DesiredAddress& address : setup_->addresses) Address(kind, address);
  }

  void Routes(NetChange::Kind kind, bool may_fail = false) {
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

  void Set(NetSetting setting, uint32_t value) {
    NetStep& step = Change(NetChange::kSet);
    step.may_fail = true;  // a kernel without IPv6 has none of them
    step.change.setting = setting;
    step.change.value = value;
  }
  void Settings() {
    for (const auto& [setting, value] : setup_->settings) Set(setting, value);
  }
  const uint32_t* SettingOf(NetSetting wanted) const {
    for (const auto& [setting, value] : setup_->settings) {
      if (setting == wanted) return &value;
    }
    return nullptr;
  }

  NetStep& Mtu(NetStep& step) {
    step.change.mtu = setup_->mtu;
    return step;
  }
  NetStep& Hardware(NetStep& step) {
    step.change.hardware_address = setup_->hardware_address;
    return step;
  }

  // Whether it is a device of its own: no label, no vlan by its name.
  bool IsDevice() const { return interface_.name.find_first_of(":.") == std::string::npos; }

  // --- The interface itself ---

  void LinkUp() {
    if (interface_.is_loopback) SetUp(true).may_fail = true;
    if (interface_.made) {
      const LinkMaking& making = *interface_.made;
      if (making.kind == "vlan") SetUp(true).change.name = making.lower;
      Change(NetChange::kMakeLink).change.making = making;
    }
    if (!interface_.wireguard.empty()) {
      NetStep& step = Add(NetStep::kCommand);
      step.phase = HookPhase::kPreUp;
      step.text = "wg setconf " + ShellQuoted(device_) + " " + ShellQuoted(interface_.wireguard);
    }
    for (const std::string& port : interface_.ports) Enslave(port, device_);
    if (!interface_.master.empty()) Enslave(device_, interface_.master);
    if (!interface_.description.empty()) {
      Change(NetChange::kSetLink).change.alias = interface_.description;
    }
  }

  // A bond takes what is down only; a bridge's port has to be up.
  void Enslave(const std::string& port, const std::string& master) {
    const bool is_bridge = interface_.made && interface_.made->kind == "bridge";
    if (!is_bridge) SetUp(false).change.name = port;
    NetStep& step = Change(NetChange::kSetLink);
    step.change.name = port;
    step.change.master = master;
    SetUp(true).change.name = port;
  }

  void LinkDown() {
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

  // --- Setups ---

  void Begin(size_t number) {
    setup_ = &interface_.setups[number];
    setup_number_ = static_cast<uint16_t>(number);
  }

  void SetupUp(size_t number) {
    Begin(number);
    Commands(setup_->pre_up, HookPhase::kPreUp);
    Hooks(HookPhase::kPreUp);
    options_.is_bsd ? MethodUpBsd() : MethodUp();
    if (!setup_->dns.empty() || !setup_->search.empty()) Add(NetStep::kDns);
    Commands(setup_->up, HookPhase::kUp);
    Hooks(HookPhase::kUp);
    setup_ = nullptr;
  }

  void SetupDown(size_t number) {
    Begin(number);
    Hooks(HookPhase::kDown);
    Commands(setup_->down, HookPhase::kDown);
    if (!setup_->dns.empty() || !setup_->search.empty()) Add(NetStep::kDns);
    options_.is_bsd ? MethodDownBsd() : MethodDown();
    Hooks(HookPhase::kPostDown);
    Commands(setup_->post_down, HookPhase::kPostDown);
    setup_ = nullptr;
  }

  bool v6() const { return setup_->family == SetupFamily::kInet6; }

  void Dhcp(bool start) { Add(start ? NetStep::kDhcpStart : NetStep::kDhcpStop).v6 = v6(); }
  // inet6 auto may ask for more by DHCP.
  bool AlsoByDhcp() const {
    return setup_->method == SetupMethod::kAuto && setup_->waits_for_link_local;
  }

  void MethodUp() {
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

  void MethodDown() {
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

  void ManualUp() {
    if (setup_->family == SetupFamily::kMeta) return;
    if (setup_->mtu && v6()) Set(NetSetting::kMtu6, *setup_->mtu);
    if (setup_->mtu && !v6()) Mtu(Change(NetChange::kSetLink));
    if (setup_->hardware_address) Hardware(Change(NetChange::kSetLink));
    SetUp(true).may_fail = true;
  }

  void Static4Up() {
    Addresses(NetChange::kAddAddress);
    Hardware(Mtu(SetUp(true)));
    Routes(NetChange::kAddRoute);
  }

  void FlushAdvertised() {
    const uint32_t* accepts = SettingOf(NetSetting::kAcceptAdvertisements);
    if (accepts != nullptr && *accepts == 0) Flush(true).only_managed = true;
  }

  void Static6Up() {
    Settings();
    if (setup_->mtu) Set(NetSetting::kMtu6, *setup_->mtu);
    FlushAdvertised();
    Hardware(SetUp(true));
    Addresses(NetChange::kAddAddress);
    Routes(NetChange::kReplaceRoute);
    if (setup_->dad_attempts > 0) Add(NetStep::kWaitDad);
  }

  void AutoUp() {
    if (!v6()) {
      if (setup_->hardware_address) Hardware(Change(NetChange::kSetLink));
      return Dhcp(true);
    }
    Settings();
    FlushAdvertised();
    NetStep& step = SetUp(true);
    if (setup_->method == SetupMethod::kDhcp) Hardware(step);
    if (setup_->waits_for_link_local) Add(NetStep::kWaitLinkLocal);
    if (setup_->method == SetupMethod::kDhcp || AlsoByDhcp()) Dhcp(true);
  }

  // --- ifconfig's order ---

  void MethodUpBsd() {
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

  void MethodDownBsd() {
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

  const DesiredInterface& interface_;
  const PlanOptions options_;
  const std::string device_;
  const DesiredSetup* setup_ = nullptr;  // null: of the interface itself
  uint16_t setup_number_ = 0;
  bool up_ = true;
  Steps steps_;
};

}  // namespace

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
  return Planner(interface, options).Up();
}

std::vector<NetStep> PlanDown(const DesiredInterface& interface, const PlanOptions& options) {
  return Planner(interface, options).Down();
}

}  // namespace keelson
