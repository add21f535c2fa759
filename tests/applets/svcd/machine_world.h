// A made-up system under the machine: programs that start, end, leave others behind and hang at
// random, and everything checked that has to hold whatever happens. What goes wrong is a line in
// `faults`.
#ifndef KEELSON_TESTS_APPLETS_SVCD_MACHINE_WORLD_H_
#define KEELSON_TESTS_APPLETS_SVCD_MACHINE_WORLD_H_

#include <set>
#include <string>
#include <vector>

#include "applets/svcd/machine.h"
#include "tests/applets/svcd/machine_bed.h"

namespace keelson {

class MachineWorld {
 public:
  explicit MachineWorld(uint64_t seed);

  void Step();      // one event, any that may come now
  void Calm();      // from now on everything goes well, nobody asks for anything; until it is quiet
  void Shutdown();  // and calm
  size_t events() const { return events_; }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
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
  };

  uint64_t Random(uint64_t below);
  bool Chance(int percent) { return Random(100) < static_cast<uint64_t>(percent); }
  void MakeGraph();
  void Reorder();
  void Send(ServiceEvent event);
  void Carry(const std::vector<ServiceAction>& actions);
  void Carry(const ServiceAction& action);
  void CheckRun(const ServiceAction& action);
  void CheckState(const ServiceAction& action);
  void CheckStopOrder(ServiceId id);
  void CheckAll();
  bool Progress(ServiceId id, bool calm);
  void EndJob(ServiceId id, int job, bool ok);
  void FindDaemon(ServiceId id);
  void TellTree(ServiceId id);
  bool FireTimer(ServiceId id);
  void Ask();
  void Fault(ServiceId id, const char* what);

  uint64_t random_;
  int64_t now_ = 1'000'000'000;
  size_t events_ = 0;
  bool calm_ = false;
  std::vector<ServicePolicy> policies_;
  std::vector<ServicePull> pulls_;
  std::vector<ServiceWait> waits_;
  std::vector<Program> programs_;
  std::set<ServiceRequest> open_;
  ServiceRequest last_request_ = 0;
  Machine machine_;
  std::vector<std::string> faults_;
};

inline MachineWorld::MachineWorld(uint64_t seed) : random_(seed * 0x9e3779b97f4a7c15 + 1) {
  MakeGraph();
}

inline uint64_t MachineWorld::Random(uint64_t below) {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return (random_ >> 11) % below;
}

inline void MachineWorld::Fault(ServiceId id, const char* what) {
  faults_.push_back("event " + std::to_string(events_) + ", service " + std::to_string(id) + ": " +
                    what);
}

inline void MachineWorld::MakeGraph() {
  const auto size = static_cast<ServiceId>(1 + Random(9));
  constexpr int64_t kSecond = MachineBed::kSecond;
  for (ServiceId id = 0; id < size; ++id) {
    ServicePolicy policy;
    policy.kind = static_cast<ServiceKind>(Random(7));
    policy.ready = Chance(60) ? ServiceReady::kExec : static_cast<ServiceReady>(Random(5));
    policy.restart = static_cast<ServiceRestart>(Random(3));
    policy.is_helper = Chance(20);
    policy.restart_with_needs = Chance(20);
    policy.has_check = Chance(20);
    policy.has_before = Chance(20);
    policy.has_stop = Chance(30);
    policy.has_reload_command = Chance(30);
    policy.kill_tree = Chance(70);
    policy.restart_burst = static_cast<uint16_t>(Random(4));
    policy.restart_limit = static_cast<uint16_t>(Random(6));
    policy.restart_delay_ns = Chance(50) ? 0 : kSecond;
    policy.restart_interval_ns = 10 * kSecond;
    policy.restart_max_delay_ns = 8 * kSecond;
    policy.start_timeout_ns = Chance(60) ? 5 * kSecond : 0;
    policy.stop_timeout_ns = 3 * kSecond;
    policy.watchdog_ns = Chance(20) ? 2 * kSecond : 0;
    policies_.push_back(policy);
    // Only to those before it: no cycle.
    for (ServiceId other = 0; other < id; ++other) {
      if (Chance(20))
        pulls_.push_back({id, other, Chance(60)});
      else if (Chance(15))
        waits_.push_back({id, other, false});
    }
  }
  programs_.resize(size);
  const std::vector<ServiceId> kept(size, UINT32_MAX);
  std::vector<ServiceAction> actions;
  machine_.Replace(policies_, GraphOf(pulls_, waits_), kept, now_, &actions);
  Carry(actions);
}

// The same services in another order, and a wait or a want less.
inline void MachineWorld::Reorder() {
  const auto size = static_cast<ServiceId>(programs_.size());
  const auto shift = static_cast<ServiceId>(Random(size));
  std::vector<ServiceId> kept(size);
  std::vector<ServicePolicy> policies(size);
  std::vector<Program> programs(size);
  const auto moved = [size, shift](ServiceId id) { return (id + shift) % size; };
  for (ServiceId id = 0; id < size; ++id) {
    kept[moved(id)] = id;
    policies[moved(id)] = policies_[id];
    programs[moved(id)] = programs_[id];
  }
  for (ServicePull& pull : pulls_) pull = {moved(pull.from), moved(pull.to), pull.is_hard};
  for (ServiceWait& wait : waits_) wait = {moved(wait.waits), moved(wait.awaited), wait.is_hard};
  if (!waits_.empty() && Chance(50)) waits_.pop_back();
  policies_ = std::move(policies);
  programs_ = std::move(programs);
  std::vector<ServiceAction> actions;
  machine_.Replace(policies_, GraphOf(pulls_, waits_), kept, now_, &actions);
  Carry(actions);
}

inline void MachineWorld::Send(ServiceEvent event) {
  ++events_;
  std::vector<ServiceAction> actions;
  machine_.Handle(event, now_, &actions);
  Carry(actions);
}

inline void MachineWorld::Carry(const std::vector<ServiceAction>& actions) {
  for (const ServiceAction& action : actions) Carry(action);
}

inline void MachineWorld::Carry(const ServiceAction& action) {
  Program& program = programs_[action.service];
  switch (action.kind) {
    case ServiceAction::kRun:
      CheckRun(action);
      program.runs[static_cast<int>(action.job)] = true;
      program.told[static_cast<int>(action.job)] = false;
      if (action.job == ServiceJob::kStop) CheckStopOrder(action.service);
      break;
    case ServiceAction::kSignal:
      if (!action.tree && !program.runs[static_cast<int>(action.job)])
        Fault(action.service, "signal to what does not run");
      if (program.state == ServiceState::kStopping) {
        program.asked_to_end = true;
        if (action.signal != 6 && program.was_up) CheckStopOrder(action.service);
        program.was_up = false;  // the first signal says why it stops
      }
      break;
    case ServiceAction::kKill:
      if (action.tree)
        program.killed = true;
      else if (!program.runs[static_cast<int>(action.job)])
        Fault(action.service, "kill of what does not run");
      else
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
      if (open_.count(action.request) == 0) Fault(action.service, "progress of no request");
      break;
    case ServiceAction::kFinish:
      if (open_.erase(action.request) == 0) Fault(action.service, "finish of no request");
      if (!action.ok && action.text.empty()) Fault(action.service, "no reason");
      break;
  }
}

inline void MachineWorld::CheckRun(const ServiceAction& action) {
  const ServiceId id = action.service;
  const Program& program = programs_[id];
  if (program.runs[static_cast<int>(action.job)]) Fault(id, "run of what runs");
  const ServicePolicy& policy = policies_[id];
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
  if (action.job != first) return;
  if (program.rest && policy.kill_tree) Fault(id, "started over its own rest");
  for (const ServicePull& pull : pulls_) {
    const ServiceState need = programs_[pull.to].state;
    if (pull.from == id && pull.is_hard && need != ServiceState::kUp && need != ServiceState::kDone)
      Fault(id, "started while what it needs is down");
  }
}

inline void MachineWorld::CheckState(const ServiceAction& action) {
  // By `from`, in the order of ServiceState: down starting up stopping failed done.
  constexpr bool kAllowed[6][6] = {
      {false, true, false, false, true, false}, {true, false, true, true, true, true},
      {true, true, false, true, true, false},   {true, true, false, false, true, false},
      {true, true, false, false, false, false}, {true, false, false, true, true, false}};
  if (programs_[action.service].state != action.from) Fault(action.service, "not its state");
  if (!kAllowed[static_cast<int>(action.from)][static_cast<int>(action.to)])
    Fault(action.service, "forbidden transition");
}

// It was up and is told to stop.
inline void MachineWorld::CheckStopOrder(ServiceId id) {
  for (const ServicePull& pull : pulls_) {
    const ServiceState state = programs_[pull.from].state;
    if (pull.to == id && pull.is_hard && state != ServiceState::kDown &&
        state != ServiceState::kFailed)
      Fault(id, "stopped before one that needs it");
  }
}

inline void MachineWorld::CheckAll() {
  std::vector<ServiceStatus> all;
  for (ServiceId id = 0; id < programs_.size(); ++id) all.push_back(machine_.StatusOf(id));
  for (ServiceId id = 0; id < programs_.size(); ++id) {
    const ServiceStatus& status = all[id];
    const Program& program = programs_[id];
    const bool is_down =
        status.state == ServiceState::kDown || status.state == ServiceState::kFailed;
    if (status.state != program.state) Fault(id, "state without an action");
    if (status.deadline_ns != program.deadline_ns) Fault(id, "deadline without an action");
    if (status.is_asked && !status.target_up) Fault(id, "asked for, not wanted");
    if ((is_down || status.state == ServiceState::kDone) && program.AnyJob())
      Fault(id, "down with a job");
    if (is_down && program.rest && policies_[id].kill_tree) Fault(id, "down with a rest");
    if ((is_down || status.state == ServiceState::kDone) && program.deadline_ns != 0)
      Fault(id, "a timer for nothing");
    if (status.state == ServiceState::kUp && program.deadline_ns != 0 &&
        policies_[id].watchdog_ns == 0)
      Fault(id, "a timer for nothing while up");
    if (is_down && status.target_up && machine_.WaitsFor(id).empty()) Fault(id, "waits for nobody");
  }
  for (const ServicePull& pull : pulls_) {
    const ServiceStatus& status = all[pull.from];
    const ServiceState state = all[pull.to].state;
    const bool runs = status.state == ServiceState::kUp || status.state == ServiceState::kStarting;
    const bool gone =
        (state == ServiceState::kFailed || state == ServiceState::kDown) && !all[pull.to].target_up;
    if (pull.is_hard && runs && status.target_up && gone) Fault(pull.from, "its need is gone");
    if (pull.is_hard && status.target_up && !all[pull.to].target_up)
      Fault(pull.from, "its need is not wanted");
  }
}

inline void MachineWorld::FindDaemon(ServiceId id) {
  Program& program = programs_[id];
  program.runs[2] = program.told[2] = program.is_daemon = true;
  program.awaits_daemon = false;
  program.rest = Chance(50);
  Send({.kind = ServiceEvent::kDaemon, .service = id});
}

inline void MachineWorld::TellTree(ServiceId id) {
  Program& program = programs_[id];
  if (program.AnyJob()) return;
  const ServiceKind kind = policies_[id].kind;
  const bool leaves_daemon = kind == ServiceKind::kForking || kind == ServiceKind::kScript;
  if (!program.rest) {
    Send({.kind = ServiceEvent::kEmpty, .service = id});
  } else if (leaves_daemon && program.state == ServiceState::kStarting && Chance(70)) {
    FindDaemon(id);
  } else {
    Send({.kind = ServiceEvent::kRemain, .service = id});
  }
}

inline void MachineWorld::EndJob(ServiceId id, int job, bool ok) {
  Program& program = programs_[id];
  program.runs[job] = false;
  const ServiceKind kind = policies_[id].kind;
  if (kind == ServiceKind::kForking || kind == ServiceKind::kScript) {
    program.awaits_daemon = job == 2 && !program.is_daemon && ok;
    if (job == 2 && !program.is_daemon) program.rest |= ok ? calm_ || Chance(70) : Chance(10);
  } else if (!calm_ && Chance(10)) {
    program.rest = true;
  }
  program.is_daemon = false;
  Send({.kind = ServiceEvent::kEnded,
        .service = id,
        .job = static_cast<ServiceJob>(job),
        .ok = ok,
        .text = ok ? "exit 0" : "exit 1"});
  TellTree(id);
}

inline bool MachineWorld::FireTimer(ServiceId id) {
  Program& program = programs_[id];
  if (program.deadline_ns == 0) return false;
  now_ = std::max(now_, program.deadline_ns);
  program.deadline_ns = 0;
  Send({.kind = ServiceEvent::kTimer, .service = id});
  return true;
}

// Something that its programs may do next; false: nothing.
inline bool MachineWorld::Progress(ServiceId id, bool calm) {
  Program& program = programs_[id];
  if (program.killed) {
    program.killed = program.rest = false;
    for (int job = 0; job < 5; ++job) {
      if (!program.runs[job]) continue;
      program.runs[job] = false;
      Send({.kind = ServiceEvent::kEnded,
            .service = id,
            .job = static_cast<ServiceJob>(job),
            .ok = false,
            .text = "signal 9"});
    }
    program.is_daemon = false;
    if (!program.AnyJob()) Send({.kind = ServiceEvent::kEmpty, .service = id});
    return true;
  }
  for (int job = 0; job < 5; ++job) {
    if (!program.runs[job] || program.told[job]) continue;
    program.told[job] = true;
    const bool ok = calm || Chance(95);
    if (!ok) program.runs[job] = false;
    Send({.kind = ServiceEvent::kRan,
          .service = id,
          .job = static_cast<ServiceJob>(job),
          .ok = ok,
          .text = ok ? "" : "no such file"});
    if (!ok) TellTree(id);
    return true;
  }
  const bool stays = policies_[id].kind == ServiceKind::kProcess ||
                     policies_[id].kind == ServiceKind::kNotify ||
                     policies_[id].kind == ServiceKind::kTty || program.is_daemon;
  for (int job = 0; job < 5; ++job) {
    if (!program.runs[job]) continue;
    if (calm ? job == 2 && stays && !program.asked_to_end : Chance(50)) continue;
    EndJob(id, job, calm || Chance(60));
    return true;
  }
  if (program.rest && (calm ? program.asked_to_end : Chance(30))) {
    program.rest = false;
    if (!program.AnyJob()) Send({.kind = ServiceEvent::kEmpty, .service = id});
    return true;
  }
  if (program.awaits_daemon && program.rest && !program.AnyJob() && (calm || Chance(20))) {
    FindDaemon(id);
    return true;
  }
  if ((program.runs[2] || program.rest) && program.state == ServiceState::kStarting &&
      (calm || Chance(50))) {
    Send({.kind = ServiceEvent::kReady, .service = id});
    return program.state != ServiceState::kStarting;
  }
  return false;
}

inline void MachineWorld::Ask() {
  const auto id = static_cast<ServiceId>(Random(programs_.size()));
  const uint64_t what = Random(100);
  if (what < 5) {
    Send({.kind = ServiceEvent::kTrigger,
          .service = id,
          .reload = Chance(50),
          .text = Chance(50) ? "watch" : ""});
  } else if (what < 8) {
    ++events_;
    Reorder();
  } else if (what < 20) {
    const auto request = static_cast<ServiceRequest>(Random(last_request_ + 1));
    open_.erase(request);
    Send({.kind = ServiceEvent::kForget, .request = request});
  } else {
    const ServiceRequest request = Chance(80) ? ++last_request_ : 0;
    if (request != 0) open_.insert(request);
    if (what >= 28) {
      Send({.kind = static_cast<ServiceEvent::Kind>(Random(5)), .service = id, .request = request});
      return;
    }
    std::vector<ServiceId> up;
    for (ServiceId other = 0; other < programs_.size(); ++other)
      if (Chance(40)) up.push_back(other);
    ++events_;
    std::vector<ServiceAction> actions;
    machine_.SetTargets(up, request, now_, &actions);
    Carry(actions);
  }
}

inline void MachineWorld::Step() {
  const auto id = static_cast<ServiceId>(Random(programs_.size()));
  now_ += static_cast<int64_t>(Random(300'000'000));
  const uint64_t what = Random(100);
  if (what < 15)
    Ask();
  else if (what < 25)
    FireTimer(id);
  else if (what < 30 && now_ < programs_[id].deadline_ns)
    Send({.kind = ServiceEvent::kTimer, .service = id});  // was on its way when it was set anew
  else if (what < 35)
    Send({.kind = ServiceEvent::kAlive, .service = id});
  else if (what < 37)
    Send({.kind = ServiceEvent::kReady, .service = id});
  else
    Progress(id, false);
  CheckAll();
}

inline void MachineWorld::Calm() {
  calm_ = true;
  for (int round = 0; round < 1000; ++round) {
    bool moved = false;
    for (ServiceId id = 0; id < programs_.size(); ++id) {
      if (programs_[id].state == ServiceState::kUp)
        Send({.kind = ServiceEvent::kAlive, .service = id});
      else
        moved |= FireTimer(id);
      while (Progress(id, true)) moved = true;
      CheckAll();
    }
    if (!moved) break;
  }
  for (ServiceId id = 0; id < programs_.size(); ++id) {
    const ServiceStatus status = machine_.StatusOf(id);
    const bool is_up = status.state == ServiceState::kUp || status.state == ServiceState::kDone;
    const bool is_down =
        status.state == ServiceState::kDown || status.state == ServiceState::kFailed;
    if (status.target_up ? !is_up : !is_down) Fault(id, "did not get to where it should be");
  }
  if (!open_.empty()) Fault(0, "a request is still open");
}

inline void MachineWorld::Shutdown() {
  std::vector<ServiceAction> actions;
  open_.insert(++last_request_);
  machine_.Shutdown(last_request_, now_, &actions);
  Carry(actions);
  Calm();
  for (ServiceId id = 0; id < programs_.size(); ++id)
    if (machine_.StatusOf(id).target_up) Fault(id, "wanted after all");
}

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_SVCD_MACHINE_WORLD_H_
