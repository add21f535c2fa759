// What netconfd does about what happens: requests, interfaces, their steps, who waits for whom. No
// system call, no clock: events in, actions out.
//
// An interface has a target (up or down) and a state:
//
//   down      nothing of ours is configured                     -> waiting, rising
//   waiting   for its device, or for those it needs             -> rising; failed, down
//   rising    the steps of its plan are carried out, in order   -> up, failed, falling
//   up        all of them have been                             -> falling, rising (other plan),
//   failed falling   the steps of its plan for down                    -> down, failed; rising
//   (wanted anew) failed    a step failed, was cancelled or came too late: what the kernel has is
//   what there is,
//             and that is what is told                          -> rising, falling
//
// A request names interfaces and a direction. Those of one request go at once, but an interface
// waits for what it needs (ports before their bridge, what a vlan stands on, `requires`), and goes
// down before them. Wanting one up that is up is done at once, wanting one down that is rising
// cancels what runs and goes down from there. When who asked is gone, or the deadline of the
// request comes, what it alone wanted is cancelled: the step that runs is ended (kAbort), and only
// after its completion the interface has its new state, failed.
//
// A step that runs is one action and one completion. Changes that follow each other are one step
// here. Of a plan for down every step is tried.
//
//   IFUP, IFDOWN       kRequest            HOOK done           kDone
//   LINK, CARRIER      kDevice, kCarrier   TIMER               kTimer
//   DEVICE             kDevice             DHCP reasons, IFCFG kLease, answered by kConfigure's
//   kDone ROUTE              told to monitors only
#ifndef KEELSON_APPLETS_NETCONFD_MACHINE_H_
#define KEELSON_APPLETS_NETCONFD_MACHINE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_plan.h"

namespace keelson {

enum class NetPhase : uint8_t { kDown, kWaiting, kRising, kUp, kFalling, kFailed };
std::string_view NetPhaseName(NetPhase phase);  // "down" ...

using NetRequest = uint32_t;  // who asked; 0: nobody in particular
using NetUnit = uint32_t;     // an interface; numbers are the caller's and never used twice

struct NetMachineEvent {
  enum Kind : uint8_t {
    kRequest,  // request, unit, up, force; deadline_ns: 0: none. Several for one request, then
    kGo,       // request: these were all
    kForget,   // request: nobody listens any more; what it alone wanted is cancelled
    kDetach,   // request: nobody listens any more; it goes on
    kPlanned,  // unit, steps: the answer to kPlan; or not ok, and text says why there is none
    kDone,     // unit: the step of kRun, kAbort or kConfigure is over: ok, text
    kDevice,   // unit, ok: its device is there; not ok: it is gone
    kCarrier,  // unit, ok
    kLease,    // unit: what a provider has got or lost is to be configured
    kTimer,    // the time that kTimer asked for has come
  };
  Kind kind;
  NetRequest request = 0;
  NetUnit unit = 0;
  bool up = true, force = false, ok = true;
  int64_t deadline_ns = 0;
  std::string text = {};
  std::vector<NetStep> steps = {};
};

struct NetMachineAction {
  enum Kind : uint8_t {
    kPlan,       // unit, up: what is left to be done? Answered by kPlanned
    kRun,        // unit: steps[first, first + count) of the plan; count > 1: changes alone
    kAbort,      // unit: end what kRun began; answered by its kDone
    kConfigure,  // unit: do what the provider's last word asks for
    kTimer,      // one: at deadline_ns; 0: none any more
    kState,      // unit has another phase; text: why
    kProgress,   // request: unit, text: what is done now
    kFinish,     // request is over: ok, or text, and whose fault it is: unit
  };
  Kind kind;
  NetRequest request = 0;
  NetUnit unit = 0;
  bool up = true, ok = true;
  size_t first = 0, count = 0;
  NetPhase from = NetPhase::kDown, to = NetPhase::kDown;
  int64_t deadline_ns = 0;
  std::string text = {};
};

struct NetUnitStatus {
  NetPhase phase = NetPhase::kDown;
  bool target_up = false;
  bool has_device = false, has_carrier = false;
  int64_t since_ns = 0;
  std::string why;
};

class NetMachine {
 public:
  NetMachine();
  ~NetMachine();

  // `needs` come up before it and go down after it; `is_made`: its device comes by its own steps.
  void Add(NetUnit unit, std::string name, std::vector<NetUnit> needs, bool is_made);
  // Of a new configuration: the needs of one that is there.
  void SetNeeds(NetUnit unit, std::vector<NetUnit> needs);
  void Remove(NetUnit unit);  // REQUIRES: down or failed, with nothing running
  // What a netconfd before this one has left: REQUIRES: before any event of it.
  void Restore(NetUnit unit, NetPhase phase, std::string why);

  // REQUIRES: now_ns never less than in a call before.
  void Handle(const NetMachineEvent& event, int64_t now_ns, std::vector<NetMachineAction>* actions);

  NetUnitStatus StatusOf(NetUnit unit) const;
  bool IsQuiet() const;  // nothing runs, nobody waits

 private:
  struct Unit;
  struct Request;
  struct Impl;
  Impl* impl_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_MACHINE_H_
