// What netconfd does about what happens: requests, interfaces, their steps, who waits for whom. No
// system call, no clock: events in, actions out.
//
// An interface has a target (up or down) and a state:
//
//   down      nothing of ours is configured              -> waiting
//   waiting   for its device, or for those it needs      -> rising; failed; down
//   rising    the steps of its plan are carried out      -> up; failed, falling; waiting (no
//   device) up        all of them have been                      -> falling; rising (anew); waiting
//   (no device) falling   the steps of its plan for down             -> down; failed failed    a
//   step failed, was cancelled or came too late: what the kernel has is what there is,
//             and that is what is told                   -> waiting, falling
//
// A request names interfaces and a direction. They go at once, but an interface waits for what it
// needs (ports before their bridge, what a vlan stands on, `requires`), which is brought up with
// it, and goes down before them. Wanting one up that is up is done at once, wanting one down that
// is rising ends what runs and goes down from there. When who asked is gone, or the deadline comes,
// what that request alone wanted up is cancelled: the step that runs is ended (kAbort), and after
// its completion the interface is failed. One that falls goes on to the end, but a step of it that
// runs when the deadline comes is ended.
//
// A program of an interface may ask for others. Whom it runs for is `within`: who is asked for does
// not wait for those, since they wait for the program, and does not take them down.
//
// A step that runs is one action and one completion; changes that follow each other are one step
// here. Of a plan for down every step is tried; when only hooks failed, it is down all the same,
// and the request has failed.
//
//   IFUP, IFDOWN       kRequest, kGo       HOOK done           kDone
//   LINK, DEVICE       kDevice             TIMER               kTimer
//   CARRIER            kCarrier            DHCP reasons, IFCFG kLease, kConfigure, kConfigured
//   ROUTE              told to monitors only
#ifndef KEELSON_APPLETS_NETCONFD_MACHINE_H_
#define KEELSON_APPLETS_NETCONFD_MACHINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
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
    kRequest,  // request, unit, up; force: also if it is so; may_wait: for its device, as long as
               // it takes, and again whenever it is gone. Several for one request, then
    kGo,       // request: these were all; deadline_ns, 0: none
    kForget,   // request: nobody listens any more; what it alone wanted is cancelled
    kDetach,   // request: nobody listens any more; it goes on
    kPlanned,  // unit, steps: the answer to kPlan; or not ok, and text says why there is none
    kDone,     // unit: what kRun began is over: ok, text
    kConfigured,  // unit: what kConfigure asked for is done: ok, text
    kDevice,      // unit, ok: its device is there; not ok: it is gone
    kCarrier,     // unit, ok
    kLease,       // unit: what a provider has got or lost is to be configured
    kTimer,       // the time that kTimer asked for has come
  };
  Kind kind;
  NetRequest request = 0;
  NetUnit unit = 0;
  bool up = true, force = false, may_wait = false, ok = true;
  int64_t deadline_ns = 0;
  std::string text = {};
  std::vector<NetStep> steps = {};
  std::vector<NetUnit> within = {};  // kRequest
};

struct NetMachineAction {
  enum Kind : uint8_t {
    kPlan,       // unit, up: what is left to be done? Answered by kPlanned
    kRun,        // unit: steps[first, first + count) of the plan; count > 1: changes alone
    kAbort,      // unit: end what kRun began; answered by its kDone
    kConfigure,  // unit: do what the provider's last word asks for; a step may run meanwhile
    kTimer,      // one: at deadline_ns; 0: none any more
    kState,      // unit has another phase; text: why
    kProgress,   // request: unit, text: what is done now
    kFault,      // request: unit, text: why it is not where that wanted it
    kFinish,     // request is over: ok; or not, and each kFault has been before
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
  bool is_wanted = false;  // it is up or about to come up
  bool has_device = false, has_carrier = false;
  int64_t since_ns = 0;
  std::string why;
};

class NetMachine {
 public:
  NetMachine();
  ~NetMachine();

  // is_made: its device comes by its own steps, and nobody waits for it.
  void Add(NetUnit unit, std::string name, bool is_made);
  // They come up before it and go down after it. False, and it has no needs: one of them needs it.
  bool SetNeeds(NetUnit unit, std::vector<NetUnit> needs);
  void Remove(NetUnit unit);  // REQUIRES: IsIdle(unit)
  // What a netconfd before this one has left. REQUIRES: before any event of it.
  void Restore(NetUnit unit, NetPhase phase, std::string why);

  // REQUIRES: now_ns never less than in a call before; units that were added.
  void Handle(NetMachineEvent event, int64_t now_ns, std::vector<NetMachineAction>* actions);

  NetUnitStatus StatusOf(NetUnit unit) const;
  const std::vector<NetStep>& StepsOf(NetUnit unit) const;  // of the plan that runs
  bool IsIdle(NetUnit unit) const;  // nothing of it runs, and it is not about to change
  bool IsQuiet() const;             // so are all, and no request waits

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_MACHINE_H_
