// Makes the steps of one interface, in ifupdown's order: what is made, hooks, the method's own,
// hooks; the other way round for down. network_plan.cc has the frame, network_plan_steps.cc one
// step of each kind, network_plan_methods.cc and network_plan_bsd.cc the methods.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_PLANNER_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_PLANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "applets/netconfd/network_plan.h"
#include "core/interface_name.h"

namespace keelson {

class NetworkPlanner {
 public:
  NetworkPlanner(const DesiredInterface& interface, const PlanOptions& options)
      : interface_(interface),
        options_(options),
        device_(SplitInterfaceLabel(interface.name).device) {
    steps_.reserve(kUsualSteps);
  }

  std::vector<NetStep> Up();
  std::vector<NetStep> Down();

 private:
  static constexpr size_t kUsualSteps = 8;  // a step is too large to be moved time and again

  // One step of each kind. A reference holds until the next step is added.
  NetStep& Add(NetStep::Kind kind);
  NetStep& Change(NetChange::Kind kind);
  NetStep& SetUp(bool up);
  void Commands(const std::vector<std::string>& commands, HookPhase phase);
  void Hooks(HookPhase phase);
  NetStep& Flush(bool v6);
  void Address(NetChange::Kind kind, const DesiredAddress& from);
  void Addresses(NetChange::Kind kind);
  void Routes(NetChange::Kind kind, bool may_fail = false);
  void Set(NetSetting setting, uint32_t value);
  void Settings();
  const uint32_t* SettingOf(NetSetting wanted) const;
  NetStep& Mtu(NetStep& step);
  NetStep& Hardware(NetStep& step);
  void Dhcp(bool start);

  // The interface itself.
  void LinkUp();
  void Make(const LinkMaking& making);
  // A bond takes what is down only; a bridge's port has to be up.
  void Enslave(const std::string& port, const std::string& master);
  void SetPorts();
  void LinkDown();

  // Setups.
  void Begin(size_t number);
  void SetupUp(size_t number);
  void SetupDown(size_t number);
  bool v6() const { return setup_->family == SetupFamily::kInet6; }
  // inet6 auto may ask for more by DHCP.
  bool AlsoByDhcp() const {
    return setup_->method == SetupMethod::kAuto && setup_->waits_for_link_local;
  }
  // Whether it is a device of its own: no label, no vlan by its name.
  bool IsDevice() const { return interface_.name.find_first_of(":.") == std::string::npos; }

  void MethodUp();
  void MethodDown();
  void ManualUp();
  void Static4Up();
  void FlushAdvertised();
  void Static6Up();
  void AutoUp();
  void MethodUpBsd();
  void MethodDownBsd();

  const DesiredInterface& interface_;
  const PlanOptions options_;
  const std::string device_;
  const DesiredSetup* setup_ = nullptr;  // null: of the interface itself
  uint16_t setup_number_ = 0;
  bool up_ = true;
  std::vector<NetStep> steps_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_PLANNER_H_
