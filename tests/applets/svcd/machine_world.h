// A made-up system under the machine: programs that start, end, leave others behind and hang at
// random, clients that ask for anything, configurations that change, machines that take over from
// each other.
#ifndef KEELSON_TESTS_APPLETS_SVCD_MACHINE_WORLD_H_
#define KEELSON_TESTS_APPLETS_SVCD_MACHINE_WORLD_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "applets/svcd/machine.h"
#include "tests/applets/svcd/machine_rules.h"
#include "tests/applets/svcd/random_services.h"

namespace keelson {

class MachineWorld {
 public:
  explicit MachineWorld(uint64_t seed) : random_(seed), services_(&random_), rules_(services_) {
    Replace(std::vector<ServiceId>(services_.size(), UINT32_MAX));
  }

  void Step();      // one event, any that may come now
  void Calm();      // from now on everything goes well, nobody asks for anything; until it is quiet
  void Shutdown();  // and calm
  size_t events() const { return events_; }
  const std::vector<std::string>& faults() const { return rules_.faults; }

 private:
  void Replace(const std::vector<ServiceId>& kept);
  void Change();
  void TakeOver();
  void Send(const ServiceEvent& event);
  void Carry();
  bool Progress(ServiceId id, bool calm);
  void EndJob(ServiceId id, int job, bool ok);
  void FindDaemon(ServiceId id);
  void TellTree(ServiceId id);
  bool FireTimer(ServiceId id);
  void Ask();
  void AskForMode(ServiceRequest request);

  Random random_;
  int64_t now_ = 1'000'000'000;
  size_t events_ = 0;
  bool calm_ = false;
  ServiceRequest last_request_ = 0;
  RandomServices services_;
  MachineRules rules_;
  std::unique_ptr<Machine> machine_ = std::make_unique<Machine>();
  std::vector<ServiceAction> actions_;
};

inline void MachineWorld::Carry() {
  for (const ServiceAction& action : actions_) rules_.Take(action);
  actions_.clear();
}

inline void MachineWorld::Send(const ServiceEvent& event) {
  ++events_;
  machine_->Handle(event, now_, &actions_);
  Carry();
}

inline void MachineWorld::Replace(const std::vector<ServiceId>& kept) {
  ++events_;
  machine_->Replace(services_.policies(), services_.graph(), kept, now_, &actions_);
  Carry();
}

inline void MachineWorld::Change() {
  std::vector<bool> must_stay;
  for (const Program& program : rules_.programs) must_stay.push_back(!program.IsDown());
  const std::vector<ServiceId> kept = services_.Change(must_stay);
  std::vector<Program> programs;
  for (ServiceId old : kept)
    programs.push_back(old == UINT32_MAX ? Program() : rules_.programs[old]);
  rules_.programs = std::move(programs);
  Replace(kept);
}

// Another machine goes on with the same services; who asked this one is gone.
inline void MachineWorld::TakeOver() {
  std::vector<ServiceStatus> all;
  for (ServiceId id = 0; id < services_.size(); ++id) all.push_back(machine_->StatusOf(id));
  machine_ = std::make_unique<Machine>();
  rules_.open.clear();
  Replace(std::vector<ServiceId>(services_.size(), UINT32_MAX));
  for (ServiceId id = 0; id < services_.size(); ++id) machine_->Restore(id, all[id]);
}

inline void MachineWorld::FindDaemon(ServiceId id) {
  Program& program = rules_.programs[id];
  program.runs[2] = program.told[2] = program.is_daemon = true;
  program.awaits_daemon = false;
  program.rest = random_.Chance(50);
  Send({.kind = ServiceEvent::kDaemon, .service = id});
}

inline void MachineWorld::TellTree(ServiceId id) {
  Program& program = rules_.programs[id];
  if (program.AnyJob()) return;
  const ServiceKind kind = services_.policies()[id].kind;
  const bool leaves_daemon = kind == ServiceKind::kForking || kind == ServiceKind::kScript;
  if (!program.rest) {
    Send({.kind = ServiceEvent::kEmpty, .service = id});
  } else if (leaves_daemon && program.state == ServiceState::kStarting && random_.Chance(70)) {
    FindDaemon(id);
  } else {
    Send({.kind = ServiceEvent::kRemain, .service = id});
  }
}

inline void MachineWorld::EndJob(ServiceId id, int job, bool ok) {
  Program& program = rules_.programs[id];
  program.runs[job] = false;
  const ServiceKind kind = services_.policies()[id].kind;
  if (kind == ServiceKind::kForking || kind == ServiceKind::kScript) {
    program.awaits_daemon = job == 2 && !program.is_daemon && ok;
    if (job == 2 && !program.is_daemon)
      program.rest |= ok ? calm_ || random_.Chance(70) : random_.Chance(10);
  } else if (!calm_ && random_.Chance(10)) {
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
  Program& program = rules_.programs[id];
  if (program.deadline_ns == 0) return false;
  now_ = std::max(now_, program.deadline_ns);
  program.deadline_ns = 0;
  Send({.kind = ServiceEvent::kTimer, .service = id});
  return true;
}

// Something that its programs may do next; false: nothing.
inline bool MachineWorld::Progress(ServiceId id, bool calm) {
  Program& program = rules_.programs[id];
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
    const bool ok = calm || random_.Chance(95);
    if (!ok) program.runs[job] = false;
    Send({.kind = ServiceEvent::kRan,
          .service = id,
          .job = static_cast<ServiceJob>(job),
          .ok = ok,
          .text = ok ? "" : "no such file"});
    if (!ok) TellTree(id);
    return true;
  }
  const bool stays = services_.policies()[id].kind == ServiceKind::kProcess ||
                     services_.policies()[id].kind == ServiceKind::kNotify ||
                     services_.policies()[id].kind == ServiceKind::kTty || program.is_daemon;
  for (int job = 0; job < 5; ++job) {
    if (!program.runs[job]) continue;
    if (calm ? job == 2 && stays && !program.asked_to_end : random_.Chance(50)) continue;
    EndJob(id, job, calm || random_.Chance(60));
    return true;
  }
  if (program.rest && (calm ? program.asked_to_end : random_.Chance(30))) {
    program.rest = false;
    if (!program.AnyJob()) Send({.kind = ServiceEvent::kEmpty, .service = id});
    return true;
  }
  if (program.awaits_daemon && program.rest && !program.AnyJob() && (calm || random_.Chance(20))) {
    FindDaemon(id);
    return true;
  }
  if ((program.runs[2] || program.rest) && program.state == ServiceState::kStarting &&
      (calm || random_.Chance(50))) {
    Send({.kind = ServiceEvent::kReady, .service = id});
    return program.state != ServiceState::kStarting;
  }
  return false;
}

inline void MachineWorld::AskForMode(ServiceRequest request) {
  std::vector<ServiceId> up;
  for (ServiceId id = 0; id < services_.size(); ++id)
    if (random_.Chance(40)) up.push_back(id);
  ++events_;
  machine_->SetTargets(up, request, now_, &actions_);
  Carry();
}

inline void MachineWorld::Ask() {
  const auto id = static_cast<ServiceId>(random_.Below(services_.size()));
  const uint64_t what = random_.Below(100);
  if (what < 5) {
    Send({.kind = ServiceEvent::kTrigger,
          .service = id,
          .reload = random_.Chance(50),
          .text = random_.Chance(50) ? "watch" : ""});
  } else if (what < 9) {
    Change();
  } else if (what < 10) {
    TakeOver();
  } else if (what < 20) {
    const auto request = static_cast<ServiceRequest>(random_.Below(last_request_ + 1));
    rules_.open.erase(request);
    Send({.kind = ServiceEvent::kForget, .request = request});
  } else {
    const ServiceRequest request = random_.Chance(80) ? ++last_request_ : 0;
    if (request != 0) rules_.open.insert(request);
    const auto kind = static_cast<ServiceEvent::Kind>(random_.Below(5));
    if (what < 28)
      AskForMode(request);
    else
      Send({.kind = kind, .service = id, .request = request});
  }
}

inline void MachineWorld::Step() {
  const auto id = static_cast<ServiceId>(random_.Below(services_.size()));
  now_ += static_cast<int64_t>(random_.Below(300'000'000));
  const uint64_t what = random_.Below(100);
  if (what < 15)
    Ask();
  else if (what < 25)
    FireTimer(id);
  else if (what < 30 && now_ < rules_.programs[id].deadline_ns)
    Send({.kind = ServiceEvent::kTimer, .service = id});  // was on its way when it was set anew
  else if (what < 35)
    Send({.kind = ServiceEvent::kAlive, .service = id});
  else if (what < 37)
    Send({.kind = ServiceEvent::kReady, .service = id});
  else
    Progress(id, false);
  rules_.CheckAll(*machine_);
}

inline void MachineWorld::Calm() {
  calm_ = true;
  for (int round = 0; round < 1000; ++round) {
    bool moved = false;
    for (ServiceId id = 0; id < services_.size(); ++id) {
      if (rules_.programs[id].state == ServiceState::kUp)
        Send({.kind = ServiceEvent::kAlive, .service = id});
      else
        moved |= FireTimer(id);
      while (Progress(id, true)) moved = true;
      rules_.CheckAll(*machine_);
    }
    if (!moved) break;
  }
  rules_.CheckQuiet(*machine_);
}

inline void MachineWorld::Shutdown() {
  rules_.open.insert(++last_request_);
  machine_->Shutdown(last_request_, now_, &actions_);
  Carry();
  AskForMode(0);
  Calm();
  for (ServiceId id = 0; id < services_.size(); ++id)
    if (machine_->StatusOf(id).target_up) rules_.Fault(id, "wanted after all");
}

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_SVCD_MACHINE_WORLD_H_
