// What has to hold of a machine whatever happens: of each action when it comes, and of the whole
// afterwards. Follows what runs of each service. What goes wrong is a line in `faults`.
#ifndef KEELSON_TESTS_APPLETS_SVCD_MACHINE_RULES_H_
#define KEELSON_TESTS_APPLETS_SVCD_MACHINE_RULES_H_

#include <set>
#include <string>
#include <vector>

#include "applets/svcd/machine.h"
#include "tests/applets/svcd/random_services.h"

namespace keelson {

// What there is of one service outside of the machine.
struct Program {
  bool runs[5] = {}, told[5] = {};  // by job; told: kRan was said
  bool rest = false;                // something else of it runs
  bool is_daemon = false;
  bool awaits_daemon = false;  // its start program has ended well
  bool killed = false;         // kEnded of all, and kEmpty, are to come
  bool asked_to_end = false;
  bool was_up = false;
  int64_t deadline_ns = 0;
  ServiceState state = ServiceState::kDown;
  bool AnyJob() const { return runs[0] || runs[1] || runs[2] || runs[3] || runs[4]; }
  bool Runs(ServiceJob job) const { return runs[static_cast<int>(job)]; }
  bool IsUp() const { return state == ServiceState::kUp || state == ServiceState::kDone; }
  bool IsDown() const { return state == ServiceState::kDown || state == ServiceState::kFailed; }
};

class MachineRules {
 public:
  explicit MachineRules(const RandomServices& services)
      : programs(services.size()), services_(services) {}

  void Take(const ServiceAction& action);
  void CheckAll(const Machine& machine);
  void CheckQuiet(const Machine& machine);  // when nothing is left to happen
  void Fault(ServiceId id, const char* what) {
    faults.push_back("service " + std::to_string(id) + ": " + what);
  }

  std::vector<Program> programs;
  std::set<ServiceRequest> open;  // requests that nothing has been heard of
  std::vector<std::string> faults;

 private:
  void CheckRun(const ServiceAction& action);
  void CheckFirstRun(ServiceId id);
  void CheckState(const ServiceAction& action);
  void CheckStopOrder(ServiceId id);
  void CheckOne(ServiceId id, const ServiceStatus& status, const Machine& machine);

  const RandomServices& services_;
  std::vector<ServiceStatus> all_;
};

inline void MachineRules::Take(const ServiceAction& action) {
  const ServiceId id = action.service;
  Program& program = programs[id];
  switch (action.kind) {
    case ServiceAction::kRun:
      CheckRun(action);
      program.runs[static_cast<int>(action.job)] = true;
      program.told[static_cast<int>(action.job)] = false;
      if (action.job == ServiceJob::kStop) {
        CheckStopOrder(id);
        program.was_up = false;
      }
      break;
    case ServiceAction::kSignal:
      if (!action.tree && !program.Runs(action.job)) Fault(id, "signal to what does not run");
      if (program.state == ServiceState::kStopping) {
        program.asked_to_end = true;
        if (action.signal != 6 && program.was_up) CheckStopOrder(id);
        program.was_up = false;  // the first signal says why it stops
      }
      break;
    case ServiceAction::kKill:
      if (action.tree)
        program.killed = true;
      else if (!program.Runs(action.job))
        Fault(id, "kill of what does not run");
      else if (action.job != ServiceJob::kReload)
        program.asked_to_end = true;
      break;
    case ServiceAction::kTimer:
      program.deadline_ns = action.deadline_ns;
      break;
    case ServiceAction::kState:
      CheckState(action);
      program.awaits_daemon = false;
      program.was_up = action.from == ServiceState::kUp;
      program.state = action.to;
      if (action.to != ServiceState::kStopping) program.asked_to_end = false;
      break;
    case ServiceAction::kProgress:
      if (open.count(action.request) == 0) Fault(id, "progress of no request");
      break;
    case ServiceAction::kFinish:
      if (open.erase(action.request) == 0) Fault(id, "finish of no request");
      if (!action.ok && action.text.empty()) Fault(id, "no reason");
      break;
  }
}

inline void MachineRules::CheckRun(const ServiceAction& action) {
  const ServiceId id = action.service;
  const Program& program = programs[id];
  if (program.Runs(action.job)) Fault(id, "run of what runs");
  const ServicePolicy& policy = services_.policies()[id];
  const ServiceJob first = policy.has_check    ? ServiceJob::kCheck
                           : policy.has_before ? ServiceJob::kBefore
                                               : ServiceJob::kMain;
  if (action.job == ServiceJob::kStop) {
    if (program.state != ServiceState::kStopping) Fault(id, "stop command, not stopping");
  } else if (action.job == ServiceJob::kReload) {
    if (program.state != ServiceState::kUp) Fault(id, "reload, not up");
  } else if (program.state != ServiceState::kStarting) {
    Fault(id, "run, not starting");
  }
  if (action.job == first) CheckFirstRun(id);
}

// It begins to start.
inline void MachineRules::CheckFirstRun(ServiceId id) {
  if (programs[id].rest && services_.policies()[id].kill_tree)
    Fault(id, "started over its own rest");
  for (const ServicePull& pull : services_.graph().pulls)
    if (pull.from == id && pull.is_hard && !programs[pull.to].IsUp())
      Fault(id, "started while what it needs is down");
  for (const ServiceWait& wait : services_.graph().start) {
    const Program& awaited = programs[wait.awaited];
    const bool is_busy =
        awaited.state == ServiceState::kStopping ||
        (awaited.state == ServiceState::kStarting && awaited.AnyJob() && !awaited.killed);
    if (wait.waits == id && is_busy) Fault(id, "started before what it waits for");
  }
}

inline void MachineRules::CheckState(const ServiceAction& action) {
  // By `from`, in the order of ServiceState: down starting up stopping failed done.
  constexpr bool kAllowed[6][6] = {
      {false, true, false, false, true, false}, {true, false, true, true, true, true},
      {true, true, false, true, true, false},   {true, true, false, false, true, false},
      {true, true, false, false, false, false}, {true, false, false, true, true, false}};
  if (programs[action.service].state != action.from) Fault(action.service, "not its state");
  if (!kAllowed[static_cast<int>(action.from)][static_cast<int>(action.to)])
    Fault(action.service, "forbidden transition");
}

// It was up and is told to stop.
inline void MachineRules::CheckStopOrder(ServiceId id) {
  for (const ServicePull& pull : services_.graph().pulls)
    if (pull.to == id && pull.is_hard && !programs[pull.from].IsDown())
      Fault(id, "stopped before one that needs it");
  for (const ServiceWait& wait : services_.graph().stop)
    if (wait.waits == id && programs[wait.awaited].state == ServiceState::kStopping)
      Fault(id, "stopped before one that it waits for");
}

inline void MachineRules::CheckOne(ServiceId id, const ServiceStatus& status,
                                   const Machine& machine) {
  const Program& program = programs[id];
  const ServicePolicy& policy = services_.policies()[id];
  if (status.state != program.state) Fault(id, "state without an action");
  if (status.deadline_ns != program.deadline_ns) Fault(id, "deadline without an action");
  if (status.is_asked && !status.target_up) Fault(id, "asked for, not wanted");
  const bool is_still = program.IsDown() || program.state == ServiceState::kDone;
  if (is_still && program.AnyJob()) Fault(id, "down with a job");
  if (program.IsDown() && program.rest && policy.kill_tree) Fault(id, "down with a rest");
  if (is_still && program.deadline_ns != 0) Fault(id, "a timer for nothing");
  if (program.state == ServiceState::kUp && program.deadline_ns != 0 && policy.watchdog_ns == 0 &&
      !program.Runs(ServiceJob::kReload))
    Fault(id, "a timer for nothing while up");
  if (program.IsDown() && status.target_up && machine.WaitsFor(id).empty())
    Fault(id, "waits for nobody");
}

inline void MachineRules::CheckAll(const Machine& machine) {
  all_.clear();
  for (ServiceId id = 0; id < programs.size(); ++id) {
    all_.push_back(machine.StatusOf(id));
    CheckOne(id, all_[id], machine);
  }
  std::vector<bool> is_pulled(programs.size());
  for (const ServicePull& pull : services_.graph().pulls) {
    if (!all_[pull.from].target_up) continue;
    is_pulled[pull.to] = true;
    if (pull.is_hard && !all_[pull.to].target_up) Fault(pull.from, "its need is not wanted");
  }
  for (ServiceId id = 0; id < programs.size(); ++id)
    if (services_.policies()[id].is_helper && all_[id].target_up && !all_[id].is_asked &&
        !is_pulled[id])
      Fault(id, "a helper that helps nobody");
}

inline void MachineRules::CheckQuiet(const Machine& machine) {
  for (ServiceId id = 0; id < programs.size(); ++id) {
    const Program& program = programs[id];
    if (machine.StatusOf(id).target_up ? !program.IsUp() : !program.IsDown())
      Fault(id, "did not get to where it should be");
  }
  if (!open.empty()) Fault(0, "a request is still open");
}

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_SVCD_MACHINE_RULES_H_
