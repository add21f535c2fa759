// Interfaces, requests and a runner that are not there: it carries out a machine's actions, or has
// them fail, and checks after each event that nothing forbidden has happened.
#ifndef KEELSON_TESTS_APPLETS_NETCONFD_MACHINE_WORLD_H_
#define KEELSON_TESTS_APPLETS_NETCONFD_MACHINE_WORLD_H_

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "applets/netconfd/machine.h"

namespace keelson {

class NetWorld {
 public:
  explicit NetWorld(uint64_t seed) : random_(seed) {
    units_ = 2 + Below(6);
    for (NetUnit unit = 1; unit <= units_; ++unit) {
      machine_.Add(unit, "if" + std::to_string(unit), Below(4) == 0);
      if (Below(4) != 0) Send({.kind = NetMachineEvent::kDevice, .unit = unit});
    }
    for (NetUnit unit = 2; unit <= units_; ++unit) {
      std::vector<NetUnit> needs;
      for (NetUnit need = 1; need < unit; ++need) {
        if (Below(4) == 0) needs.push_back(need);
      }
      Check(machine_.SetNeeds(unit, needs), "needs refused");
      if (!needs.empty()) Check(!machine_.SetNeeds(needs[0], {unit}), "a circle was taken");
    }
  }

  size_t events() const { return events_; }
  const std::vector<std::string>& faults() const { return faults_; }

  void Step() {
    now_ += Below(50);
    const NetUnit unit = static_cast<NetUnit>(1 + Below(units_));
    switch (Below(12)) {
      case 0:
      case 1:
        return Ask();
      case 2:
        return Send({.kind = NetMachineEvent::kDevice, .unit = unit, .ok = Below(3) != 0});
      case 3:
        return Send({.kind = NetMachineEvent::kCarrier, .unit = unit, .ok = Below(2) == 0});
      case 4:
        return Send({.kind = NetMachineEvent::kLease, .unit = unit});
      case 5:
        if (open_.empty() || Below(3) != 0) return Answer();
        return Drop(*open_.begin(), Below(2) == 0);
      case 6:
        if (timer_ == 0 || timer_ > now_) return Answer();
        return Send({.kind = NetMachineEvent::kTimer});
      default:
        return Answer();
    }
  }

  // Everything that runs ends; every request must be over then, but for those that may wait.
  void Calm() {
    for (int i = 0; i < 5000 && (!planning_.empty() || !running_.empty() || !configuring_.empty());
         ++i) {
      Answer();
    }
    Check(planning_.empty() && running_.empty() && configuring_.empty(), "it never ends");
    for (NetUnit unit = 1; unit <= units_; ++unit) {
      const NetPhase phase = machine_.StatusOf(unit).phase;
      Check(phase != NetPhase::kRising && phase != NetPhase::kFalling, "neither up nor down");
      Check(phase != NetPhase::kWaiting || !machine_.IsIdle(unit), "waits for nothing");
    }
    now_ += 1'000'000;
    Send({.kind = NetMachineEvent::kTimer});
    for (int i = 0; i < 5000 && !(planning_.empty() && running_.empty()); ++i) Answer();
    for (const NetRequest id : open_) Check(id == 0, "a request with a deadline is still there");
  }

 private:
  size_t Below(size_t limit) { return random_() % limit; }
  void Check(bool is, const std::string& what) {
    if (!is) faults_.push_back(what + " (event " + std::to_string(events_) + ")");
  }

  void Ask() {
    const NetRequest id = Below(4) == 0 ? 0 : ++last_request_;
    const bool up = Below(5) != 0 ? Below(2) == 0 : true;
    for (size_t i = 0; i <= Below(3); ++i) {
      Send({.kind = NetMachineEvent::kRequest,
            .request = id,
            .unit = static_cast<NetUnit>(1 + Below(units_)),
            .up = up,
            .force = Below(5) == 0,
            .may_wait = id == 0});
    }
    open_.insert(id);
    Send({.kind = NetMachineEvent::kGo,
          .request = id,
          .deadline_ns = id == 0 ? 0 : static_cast<int64_t>(now_ + 1 + Below(1000))});
  }

  void Drop(NetRequest id, bool detach) {
    if (id == 0) return;
    open_.erase(id);
    Send({.kind = detach ? NetMachineEvent::kDetach : NetMachineEvent::kForget, .request = id});
  }

  void Answer() {
    const size_t all = planning_.size() + running_.size() + configuring_.size();
    if (all == 0) return;
    size_t which = Below(all);
    const auto take = [&](std::set<NetUnit>* from) {
      const NetUnit unit = *std::next(from->begin(), static_cast<ptrdiff_t>(which));
      from->erase(unit);
      return unit;
    };
    const bool ok = Below(8) != 0;
    const std::string text = ok ? "" : "no luck";
    if (which < planning_.size()) {
      NetMachineEvent event{.kind = NetMachineEvent::kPlanned, .unit = take(&planning_), .ok = ok};
      event.text = text;
      for (size_t i = 0, n = Below(5); ok && i < n; ++i) {
        NetStep& step = event.steps.emplace_back();
        step.kind = Below(2) == 0 ? NetStep::kChange : NetStep::kCommand;
        step.may_fail = Below(6) == 0;
      }
      planned_[event.unit] = event.steps;
      next_[event.unit] = 0;
      return Send(event);
    }
    which -= planning_.size();
    if (which < running_.size()) {
      const NetUnit unit = take(&running_);
      const bool was_aborted = aborting_.erase(unit) > 0;
      return Send(
          {.kind = NetMachineEvent::kDone, .unit = unit, .ok = ok && !was_aborted, .text = text});
    }
    which -= running_.size();
    Send({.kind = NetMachineEvent::kConfigured,
          .unit = take(&configuring_),
          .ok = ok,
          .text = text});
  }

  void Send(NetMachineEvent event) {
    ++events_;
    std::vector<NetMachineAction> actions;
    machine_.Handle(std::move(event), static_cast<int64_t>(now_), &actions);
    for (const NetMachineAction& action : actions) Do(action);
  }

  void Do(const NetMachineAction& action) {
    const NetUnit unit = action.unit;
    switch (action.kind) {
      case NetMachineAction::kPlan:
        Check(planning_.insert(unit).second && !running_.contains(unit), "two plans at once");
        break;
      case NetMachineAction::kRun: {
        Check(running_.insert(unit).second && !planning_.contains(unit), "two steps at once");
        const std::vector<NetStep>& steps = planned_[unit];
        Check(action.first == next_[unit], "a step was left out or came twice");
        next_[unit] = action.first + action.count;
        Check(action.count > 0 && next_[unit] <= steps.size(), "no such step");
        for (size_t i = 0; action.count > 1 && i < action.count; ++i) {
          Check(steps[action.first + i].kind == NetStep::kChange, "a hook among changes");
        }
        break;
      }
      case NetMachineAction::kAbort:
        Check(running_.contains(unit), "what does not run is ended");
        Check(aborting_.insert(unit).second, "ended twice");
        break;
      case NetMachineAction::kConfigure:
        Check(configuring_.insert(unit).second, "two leases at once");
        break;
      case NetMachineAction::kTimer:
        timer_ = static_cast<uint64_t>(action.deadline_ns);
        break;
      case NetMachineAction::kState:
        Check(action.from == phase_[unit], "it was not in that state");
        phase_[unit] = action.to;
        break;
      case NetMachineAction::kProgress:
        break;
      case NetMachineAction::kFinish:
        Check(open_.erase(action.request) > 0, "a request ended twice, or that nobody made");
        Check(action.ok != (faulty_.erase(action.request) > 0), "a failure that nobody told of");
        break;
      case NetMachineAction::kFault:
        Check(open_.contains(action.request), "a fault after the end");
        Check(!action.text.empty(), "a fault without words");
        faulty_.insert(action.request);
        break;
    }
  }

  std::mt19937_64 random_;
  NetMachine machine_;
  size_t units_ = 0, events_ = 0;
  uint64_t now_ = 1, timer_ = 0;
  NetRequest last_request_ = 0;
  std::set<NetRequest> open_, faulty_;
  std::set<NetUnit> planning_, running_, configuring_, aborting_;
  std::map<NetUnit, std::vector<NetStep>> planned_;
  std::map<NetUnit, size_t> next_;
  std::map<NetUnit, NetPhase> phase_;
  std::vector<std::string> faults_;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_NETCONFD_MACHINE_WORLD_H_
