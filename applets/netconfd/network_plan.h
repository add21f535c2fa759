// What bringing an interface up or down does, step by step: one list, which ifup --no-act shows,
// netconf plan prints, and netconfd carries out.
//
// A plan is made of the desired state alone. What the kernel has already is taken out of it by
// WhatIsLeft, which looks at one dump; so nothing is done twice, and what somebody else has added
// is not looked at. Steps that only change the kernel (kChange) and follow each other go there as
// one.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_PLAN_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_model.h"
#include "platform/net_if.h"

namespace keelson {

enum class HookPhase : uint8_t { kPreUp, kUp, kDown, kPostDown };  // ifupdown's PHASE
std::string_view HookPhaseName(HookPhase phase);                   // "pre-up", "post-up" ...

struct NetStep {
  enum Kind : uint8_t {
    kChange,       // of the kernel
    kFlush,        // the addresses of change.name that IsFlushed
    kCommand,      // a hook of the configuration: text, by a shell
    kHooks,        // those of the directory of that phase
    kDhcpStart,    // done when there is a lease, or at once if the setup does not wait
    kDhcpStop,     // done when it is released and deconfigured
    kMethodStart,  // the external method
    kMethodStop,
    kWaitDad,        // until no address of the interface is tentative, or time is up
    kWaitLinkLocal,  // until it has a link-local address of v6
    // These never fail.
    kWaitPorts,    // until the interfaces that it waits for are there, or time is up
    kWaitForward,  // until the bridge forwards between its ports, or time is up
    kDns,          // the setup's name servers are told of (up) or forgotten
    kRouters,      // those that routers advertise count from now on (up), or no more
  };
  Kind kind = kChange;
  // Its failing is none: what ifupdown follows by "|| true". Of a plan for down every step is tried
  // all the same, but another one that fails makes the whole fail.
  bool may_fail = false;
  bool is_link = false;       // of the interface itself, before the setups and after them
  uint16_t setup = 0;         // whose setup of the interface it is
  bool up = true;             // kDns, kHooks ...: part of a plan to bring it up
  bool v6 = false;            // kFlush, kDhcpStart, kDhcpStop
  bool only_managed = false;  // kFlush: those that advertisements have brought (mngtmpaddr)
  bool only_global = false;   // kFlush: those of scope global
  HookPhase phase = HookPhase::kUp;
  NetChange change = {};
  std::string text = {};
};

struct PlanOptions {
  bool is_bsd = false;      // the order in which ifconfig does it
  bool all = false;         // ifdown -a: interfaces of method manual stay up
  bool keeps_link = false;  // another name, such as a label, still stands on it
  // Of what run-parts' line shows: ifup -v; ifup --ignore-errors.
  bool is_verbose = true, ignores_errors = false;
};

// The steps of all setups in their order; those of one setup have its number. REQUIRES: no setup
// has an error.
std::vector<NetStep> PlanUp(const DesiredInterface& interface, const PlanOptions& options);
std::vector<NetStep> PlanDown(const DesiredInterface& interface, const PlanOptions& options);

// Whether the kFlush takes that address of its interface away.
bool IsFlushed(const NetStep& step, const InterfaceAddress& address);

// Without the changes that are so already, as if hooks changed nothing of it. Hooks and the like
// are left in. kMtu6 becomes the interface's own mtu if that is smaller.
std::vector<NetStep> WhatIsLeft(std::vector<NetStep> steps, const NetState& state);

// The lines that ifup -v shows for the step, as ifupdown words them ("ip addr add ..."); none: it
// shows nothing. BSD: ifconfig's and route's; a step may look at those around it, with which
// ifconfig does it in one.
struct StepLines {
  const NetStep* step;
  std::vector<std::string> lines;
};
std::vector<StepLines> ShowPlan(const DesiredInterface& interface,
                                const std::vector<NetStep>& steps, const PlanOptions& options);

// What netconfd cannot do of a plan for up, with the line that asks for it; empty: it can do all.
inline constexpr char kNoDhcpV6[] =
    "DHCPv6 is not supported; 'inet6 auto' without 'dhcp' takes addresses that routers advertise";
std::string WhatCannotBe(const DesiredInterface& interface, const std::vector<NetStep>& steps);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_PLAN_H_
