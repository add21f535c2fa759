// One rule does it: Settle looks at a unit for which nothing runs, at its goal, and at those around
// it, and takes the next step. Whatever changes calls for it, and for its neighbours.
#include "applets/netconfd/machine.h"

#include <algorithm>
#include <utility>

#include "applets/netconfd/machine_impl.h"

namespace keelson {

std::string_view NetPhaseName(NetPhase phase) {
  constexpr std::string_view kNames[] = {"down", "waiting", "rising", "up", "falling", "failed"};
  return kNames[static_cast<size_t>(phase)];
}

using Impl = NetMachine::Impl;

NetMachineAction& Impl::Do(NetMachineAction::Kind kind, NetUnit unit) {
  NetMachineAction& action = actions->emplace_back();
  action.kind = kind;
  action.unit = unit;
  return action;
}

// --- Changes of state ---

void Impl::Touch(NetUnit number) {
  const Unit& unit = units.at(number);
  unsettled.push_back(number);
  unsettled.insert(unsettled.end(), unit.needs.begin(), unit.needs.end());
  unsettled.insert(unsettled.end(), unit.needed_by.begin(), unit.needed_by.end());
}

void Impl::Enter(NetUnit number, NetPhase phase, std::string why) {
  Unit& unit = units.at(number);
  NetMachineAction& action = Do(NetMachineAction::kState, number);
  action.from = unit.phase;
  action.to = phase;
  action.text = why;
  unit.phase = phase;
  unit.since_ns = now;
  unit.why = std::move(why);
  for (const auto& [id, request] : requests) {
    if (!request.left.contains(number)) continue;
    NetMachineAction& progress = Do(NetMachineAction::kProgress, number);
    progress.request = id;
    progress.to = phase;
    progress.text = unit.why;
  }
  Touch(number);
}

// It is where it was wanted, or will not get there.
void Impl::Rest(NetUnit number, NetPhase phase, std::string why) {
  Unit& unit = units.at(number);
  unit.goal = Goal::kNone;
  unit.wanted_by.clear();
  unit.within.clear();
  Enter(number, phase, std::move(why));
}

void Impl::FinishItem(NetRequest id, NetUnit number, bool ok, const std::string& text) {
  if (requests.at(id).left.erase(number) > 0 && !ok) Fault(id, number, text);
}

void Impl::Fault(NetRequest id, NetUnit number, std::string text) {
  requests.at(id).ok = false;
  NetMachineAction& action = Do(NetMachineAction::kFault, number);
  action.request = id;
  action.text = std::move(text);
}

void Impl::FinishItems(NetUnit number, bool up, bool ok, const std::string& text) {
  for (auto it = requests.begin(); it != requests.end();) {
    const auto item = it->second.left.find(number);
    if (item == it->second.left.end() || item->second != up) {
      ++it;
      continue;
    }
    FinishItem(it->first, number, ok, text);
    it = it->second.left.empty() && !it->second.is_going ? Finish(it) : std::next(it);
  }
}

std::map<NetRequest, Impl::Request>::iterator Impl::Finish(
    std::map<NetRequest, Request>::iterator it) {
  NetMachineAction& action = Do(NetMachineAction::kFinish, 0);
  action.request = it->first;
  action.ok = it->second.ok;
  return requests.erase(it);
}

void Impl::Fail(NetUnit number, std::string why) {
  Rest(number, NetPhase::kFailed, why);
  FinishItems(number, true, false, why);
}

// --- The rule ---

void Impl::SettleAll() {
  while (!unsettled.empty()) {
    const NetUnit number = unsettled.front();
    unsettled.pop_front();
    const auto found = units.find(number);
    if (found == units.end() || found->second.IsBusy()) continue;
    if (found->second.goal == Goal::kUp) SettleUp(number, found->second);
    if (found->second.goal == Goal::kDown && !found->second.IsBusy()) {
      SettleDown(number, found->second);
    }
  }
}

void Impl::SettleUp(NetUnit number, Unit& unit) {
  if (!HasNeeds(number, unit)) return;
  if (!unit.has_device && !unit.is_made) {
    if (!unit.may_wait) return Fail(number, "no such device");
    if (unit.phase != NetPhase::kWaiting)
      Enter(number, NetPhase::kWaiting, "its device is missing");
    return;
  }
  Enter(number, NetPhase::kRising, "");
  Plan(number, unit);
}

// What it needs was asked for together with it. So one that is not up and has no such goal has
// failed, or somebody has taken it down.
bool Impl::HasNeeds(NetUnit number, Unit& unit) {
  const Unit* awaited = nullptr;
  for (const NetUnit need : unit.needs) {
    const Unit& other = units.at(need);
    if (other.phase == NetPhase::kUp && other.goal == Goal::kNone) continue;
    if (std::find(unit.within.begin(), unit.within.end(), need) != unit.within.end()) continue;
    if (other.goal == Goal::kUp) {
      awaited = &other;
      continue;
    }
    std::string why = "needs " + other.name + ", which ";
    if (other.phase == NetPhase::kFailed) {
      why += "failed: " + other.why;
    } else {
      why += "is " + std::string(NetPhaseName(other.phase));
    }
    Fail(number, std::move(why));
    return false;
  }
  if (awaited == nullptr) return true;
  if (unit.phase != NetPhase::kWaiting) {
    Enter(number, NetPhase::kWaiting, "waits for " + awaited->name);
  }
  return false;
}

void Impl::SettleDown(NetUnit number, Unit& unit) {
  if (!unit.is_touched) {
    Rest(number, NetPhase::kDown, "");
    FinishItems(number, false, true, "");
    return;
  }
  for (const NetUnit user : unit.needed_by) {
    if (units.at(user).goal == Goal::kDown) return;
  }
  Enter(number, NetPhase::kFalling, "");
  Plan(number, unit);
}

// --- A plan and its steps ---

void Impl::Plan(NetUnit number, Unit& unit) {
  unit.is_planning = true;
  unit.is_aborting = unit.is_doubtful = false;
  unit.fault.clear();
  unit.steps.clear();
  unit.next = unit.running = 0;
  Do(NetMachineAction::kPlan, number).up = unit.phase == NetPhase::kRising;
}

void Impl::Planned(NetUnit number, NetMachineEvent& event) {
  Unit& unit = units.at(number);
  if (!unit.is_planning) return;
  unit.is_planning = false;
  unit.steps = std::move(event.steps);
  if (!event.ok) {
    unit.fault = std::move(event.text);
    unit.is_doubtful = true;
    return Ended(number, unit);
  }
  RunNext(number, unit);
}

void Impl::RunNext(NetUnit number, Unit& unit) {
  const bool is_rising = unit.phase == NetPhase::kRising;
  if ((is_rising && unit.is_aborting) || unit.next == unit.steps.size()) return Ended(number, unit);
  size_t end = unit.next + 1;
  if (unit.steps[unit.next].kind == NetStep::kChange) {
    while (end < unit.steps.size() && unit.steps[end].kind == NetStep::kChange) ++end;
  }
  unit.running = end - unit.next;
  unit.is_touched = true;
  unit.is_aborting = false;
  NetMachineAction& action = Do(NetMachineAction::kRun, number);
  action.up = is_rising;
  action.first = unit.next;
  action.count = unit.running;
}

void Impl::StepDone(NetUnit number, NetMachineEvent& event) {
  Unit& unit = units.at(number);
  if (unit.running == 0) return;
  const NetStep& step = unit.steps[unit.next];
  unit.next += unit.running;
  unit.running = 0;
  if (!event.ok && (!step.may_fail || unit.is_aborting)) {
    const bool is_hook = step.kind == NetStep::kCommand || step.kind == NetStep::kHooks;
    unit.is_doubtful |= !is_hook;
    if (unit.fault.empty()) unit.fault = std::move(event.text);
    if (unit.phase == NetPhase::kRising) return Ended(number, unit);
  }
  RunNext(number, unit);
}

void Impl::Ended(NetUnit number, Unit& unit) {
  unit.steps = std::vector<NetStep>();  // some kilobytes, of every interface
  unit.next = 0;
  const bool was_aborted = std::exchange(unit.is_aborting, false);
  std::string fault = std::exchange(unit.fault, "");
  if (unit.phase == NetPhase::kFalling) {
    unit.is_touched = unit.is_doubtful;
    const NetPhase to = unit.is_doubtful ? NetPhase::kFailed : NetPhase::kDown;
    if (unit.goal == Goal::kUp) {
      Enter(number, to, fault);
    } else {
      unit.may_wait = false;
      Rest(number, to, fault);
    }
    return FinishItems(number, false, fault.empty(), fault);
  }
  if (was_aborted) {
    if (!unit.is_touched && unit.goal == Goal::kNone)
      return Rest(number, NetPhase::kDown, unit.abort);
    Enter(number, NetPhase::kFailed, unit.abort);
  } else if (!fault.empty()) {
    Fail(number, std::move(fault));
  } else {
    Rest(number, NetPhase::kUp, "");
    FinishItems(number, true, true, "");
  }
}

void Impl::Abort(NetUnit number, Unit& unit, std::string why) {
  unit.abort = std::move(why);
  if (std::exchange(unit.is_aborting, true) || unit.running == 0) return;
  Do(NetMachineAction::kAbort, number);
}

// --- From outside ---

void Impl::Device(NetUnit number, bool is_there) {
  Unit& unit = units.at(number);
  if (unit.has_device == is_there) return;
  unit.has_device = is_there;
  unit.has_carrier &= is_there;
  if (is_there && unit.phase == NetPhase::kDown) unit.why.clear();  // that it was gone
  Touch(number);
  if (is_there || unit.phase == NetPhase::kFalling || unit.phase == NetPhase::kDown) return;
  const std::string why = "its device is gone";
  if (unit.phase == NetPhase::kRising) {
    if (!unit.may_wait || unit.is_made) {
      unit.goal = Goal::kNone;
      FinishItems(number, true, false, why);
    }
    return Abort(number, unit, why);
  }
  unit.is_touched = false;
  if (unit.goal == Goal::kNone && unit.may_wait && !unit.is_made) {
    unit.goal = Goal::kUp;
    Enter(number, NetPhase::kWaiting, why);
  } else if (unit.goal == Goal::kNone) {
    Rest(number, NetPhase::kDown, why);
  }
}

void Impl::Handle(NetMachineEvent& event) {
  switch (event.kind) {
    case NetMachineEvent::kRequest:
      requests[event.request].items.push_back(std::move(event));
      break;
    case NetMachineEvent::kGo:
      Go(event.request, event.deadline_ns);
      break;
    case NetMachineEvent::kForget:
      requests.erase(event.request);
      Abandon(event.request, "cancelled");
      break;
    case NetMachineEvent::kDetach:
      for (auto& [number, unit] : units) {
        if (unit.wanted_by.erase(event.request) > 0) unit.wanted_by.insert(0);
      }
      requests.erase(event.request);
      break;
    case NetMachineEvent::kPlanned:
      Planned(event.unit, event);
      break;
    case NetMachineEvent::kDone:
      StepDone(event.unit, event);
      break;
    case NetMachineEvent::kConfigured:
      Configured(event.unit, event);
      break;
    case NetMachineEvent::kDevice:
      Device(event.unit, event.ok);
      break;
    case NetMachineEvent::kCarrier:
      units.at(event.unit).has_carrier = event.ok;
      break;
    case NetMachineEvent::kLease:
      Lease(event.unit);
      break;
    case NetMachineEvent::kTimer:
      break;
  }
}

// One at a time. What comes while the interface goes down is of no use any more; one that failed
// may still have a lease, which ends some day.
void Impl::Lease(NetUnit number) {
  Unit& unit = units.at(number);
  if (unit.is_configuring) {
    unit.has_lease = true;
    return;
  }
  const bool is_rising = unit.phase == NetPhase::kRising && !unit.is_aborting;
  const bool may_have_one = unit.phase == NetPhase::kUp || unit.phase == NetPhase::kFailed;
  if (!is_rising && !may_have_one) return;
  unit.is_configuring = true;
  Do(NetMachineAction::kConfigure, number);
}

void Impl::Configured(NetUnit number, NetMachineEvent& event) {
  Unit& unit = units.at(number);
  unit.is_configuring = false;
  if (unit.phase == NetPhase::kUp && unit.why != event.text) {
    Enter(number, NetPhase::kUp, std::move(event.text));
  }
  if (std::exchange(unit.has_lease, false)) Lease(number);
}

// --- The public side ---

NetMachine::NetMachine() : impl_(std::make_unique<Impl>()) {}
NetMachine::~NetMachine() = default;

void NetMachine::Handle(NetMachineEvent event, int64_t now_ns,
                        std::vector<NetMachineAction>* actions) {
  impl_->now = now_ns;
  impl_->actions = actions;
  impl_->Handle(event);
  impl_->SettleAll();
  impl_->RunTimers();
  impl_->AskTimer();
}

void NetMachine::Add(NetUnit unit, std::string name, bool is_made) {
  Impl::Unit& made = impl_->units[unit];
  made.name = std::move(name);
  made.is_made = is_made;
}

bool NetMachine::SetNeeds(NetUnit unit, std::vector<NetUnit> needs) {
  return impl_->SetNeeds(unit, std::move(needs));
}

void NetMachine::Remove(NetUnit unit) {
  impl_->SetNeeds(unit, {});
  for (const NetUnit user : impl_->units.at(unit).needed_by) {
    std::erase(impl_->units.at(user).needs, unit);
  }
  impl_->units.erase(unit);
}

void NetMachine::Restore(NetUnit unit, NetPhase phase, std::string why) {
  Impl::Unit& restored = impl_->units.at(unit);
  restored.phase = phase;
  restored.why = std::move(why);
  restored.is_touched = phase != NetPhase::kDown;
}

NetUnitStatus NetMachine::StatusOf(NetUnit number) const {
  const Impl::Unit& unit = impl_->units.at(number);
  const bool is_wanted = unit.goal == Impl::Goal::kUp ||
                         (unit.goal == Impl::Goal::kNone && unit.phase == NetPhase::kUp);
  return {unit.phase, is_wanted, unit.has_device, unit.has_carrier, unit.since_ns, unit.why};
}

const std::vector<NetStep>& NetMachine::StepsOf(NetUnit unit) const {
  return impl_->units.at(unit).steps;
}

bool NetMachine::IsIdle(NetUnit number) const {
  const Impl::Unit& unit = impl_->units.at(number);
  return !unit.IsBusy() && unit.goal == Impl::Goal::kNone && !unit.is_configuring;
}

bool NetMachine::IsQuiet() const {
  return impl_->requests.empty() &&
         std::all_of(impl_->units.begin(), impl_->units.end(),
                     [this](const auto& unit) { return IsIdle(unit.first); });
}

}  // namespace keelson
