// Who runs, who is asked to end, and the timers. Starting and ending are in runner_programs.cc,
// what services say of themselves in runner_messages.cc.
//
// A Run is made when a service first runs and stays as long as the service is known, so that
// callbacks can hold on to it; only its number changes with a new set. Starts are queued and
// carried out some milliseconds at a time, so that a thousand of them keep nobody waiting.
#include "applets/svcd/runner.h"

#include <algorithm>
#include <csignal>

#include "applets/svcd/service_run.h"
#include "core/service_digest.h"

namespace keelson {
namespace {

constexpr int64_t kSliceNs = 5 * kMillisecond;

}  // namespace

ServiceRunner::ServiceRunner(Options options, const ServiceLog::Sinks* sinks, Tell tell,
                             Condition condition)
    : options_(std::move(options)),
      sinks_(sinks),
      tell_(std::move(tell)),
      condition_(std::move(condition)),
      pid_files_(options_.loop, options_.clock, options_.root, options_.prefix) {}

ServiceRunner::~ServiceRunner() {
  options_.loop->CancelTimer(pump_);
  for (const auto& run : runs_) {
    if (run == nullptr) continue;
    options_.loop->CancelTimer(run->timer);
    if (run->ready.valid()) options_.loop->ForgetFd(run->ready.get());
  }
}

Error ServiceRunner::Open(Parts parts) {
  processes_ = std::move(parts.processes);
  trees_ = std::move(parts.trees);
  notify_ = std::move(parts.notify);
  Error error = processes_ != nullptr ? kOk : NewProcesses(options_.loop, &processes_);
  if (error.ok()) error = processes_->AdoptOrphans([this] { OnOrphans(); });
  if (error.ok() && trees_ == nullptr) {
    error = NewProcessTrees(options_.tree_label, false, &trees_);
  }
  if (!error.ok() || notify_ != nullptr) return error;
  return OpenNotifySocket(
      options_.loop, options_.notify_address,
      [this](const Peer& sender, std::string_view text) { OnMessage(sender, text); }, &notify_,
      options_.notify_bound);
}

void ServiceRunner::Use(const ServiceSet* set, std::span<const ServiceId> kept) {
  std::vector<std::unique_ptr<Run>> runs(set->services.size());
  for (ServiceId id = 0; id < kept.size(); ++id) {
    if (kept[id] >= runs_.size() || runs_[kept[id]] == nullptr) continue;
    runs[id] = std::move(runs_[kept[id]]);
    runs[id]->id = id;
    if (runs[id]->output != nullptr) {
      runs[id]->output->log().Configure(MeaningOf(set->services[id]));
    }
  }
  // What is left over is down and has nothing that could call back but its timer.
  for (const auto& run : runs_) {
    if (run == nullptr) continue;
    options_.loop->CancelTimer(run->timer);
    pid_files_.Forget(run.get());
    std::erase_if(queue_, [&](const auto& entry) { return entry.first == run.get(); });
  }
  runs_ = std::move(runs);
  set_ = set;
}

ServiceRunner::Run& ServiceRunner::RunOf(ServiceId id) {
  std::unique_ptr<Run>& run = runs_[id];
  if (run == nullptr) {
    run = std::make_unique<Run>();
    run->id = id;
  }
  return *run;
}

const ServiceDefinition& ServiceRunner::DefinitionOf(const Run& run) const {
  return set_->services[run.id];
}

void ServiceRunner::TellOf(const Run& run, ServiceEvent::Kind kind, ServiceJob job, bool ok,
                           std::string text) {
  ServiceEvent event;
  event.kind = kind;
  event.service = run.id;
  event.job = job;
  event.ok = ok;
  event.text = std::move(text);
  tell_(std::move(event));
}

void ServiceRunner::Carry(const ServiceAction& action) {
  Run& run = RunOf(action.service);
  switch (action.kind) {
    case ServiceAction::kRun:
      return Queue(run, action.job);
    case ServiceAction::kSignal:
      return Signal(run, action);
    case ServiceAction::kKill:
      return Kill(run, action);
    case ServiceAction::kTimer:
      return SetTimer(run, action.deadline_ns);
    case ServiceAction::kState:
    case ServiceAction::kProgress:
    case ServiceAction::kFinish:
      return;
  }
}

void ServiceRunner::Queue(Run& run, ServiceJob job) {
  queue_.emplace_back(&run, job);
  if (pump_ == 0) pump_ = options_.loop->StartTimer(0, [this] { Pump(); });
}

void ServiceRunner::Pump() {
  const int64_t end = options_.clock->MonotonicNs() + kSliceNs;
  do {
    if (queue_.empty()) {
      pump_ = 0;
      return;
    }
    BeginSome();
  } while (options_.clock->MonotonicNs() < end);
  pump_ = options_.loop->StartTimer(0, [this] { Pump(); });
}

bool ServiceRunner::IsQueued(const Run& run) const {
  return std::any_of(queue_.begin(), queue_.end(),
                     [&](const auto& entry) { return entry.first == &run; });
}

// What waits for its turn to start has nothing yet that a signal could end.
void ServiceRunner::Withdraw(Run& run) {
  const auto is_its = [&](const auto& entry) { return entry.first == &run; };
  for (auto at = queue_.begin();
       (at = std::find_if(queue_.begin(), queue_.end(), is_its)) != queue_.end();) {
    const ServiceJob job = at->second;
    queue_.erase(at);
    TellOf(run, ServiceEvent::kRan, job, false, "stopped before it began");
    if (!run.HasPrograms()) TellTree(run, false);
  }
}

// What cannot be signalled has ended, and its end is told of anyway.
void ServiceRunner::Signal(Run& run, const ServiceAction& action) {
  Withdraw(run);
  run.sent_signal = action.signal;
  // One that is frozen or stopped hears nothing else.
  if (action.signal == SIGTERM && run.tree != nullptr) run.tree->Thaw();
  if (action.tree && run.tree != nullptr) {
    // Marks cannot be read while a process is about to run another program.
    const ProcessId main = run.program(ServiceJob::kMain);
    const bool is_missed = main != 0 && !run.tree->Contains(main);
    static_cast<void>(run.tree->Signal(action.signal));
    if (is_missed) static_cast<void>(processes_->Signal(main, action.signal, false));
    if (action.signal == SIGTERM) static_cast<void>(run.tree->Signal(SIGCONT));
  } else if (const ProcessId pid = run.program(action.job); pid != 0) {
    static_cast<void>(processes_->Signal(pid, action.signal, false));
    if (action.signal == SIGTERM) static_cast<void>(processes_->Signal(pid, SIGCONT, false));
  }
}

void ServiceRunner::Kill(Run& run, const ServiceAction& action) {
  Withdraw(run);
  if (!action.tree) {
    if (const ProcessId pid = run.program(action.job); pid != 0) {
      static_cast<void>(processes_->Signal(pid, SIGKILL, false));
    }
    return;
  }
  if (run.tree != nullptr) static_cast<void>(run.tree->Signal(SIGKILL));
  for (const ProcessId pid : run.programs) {
    if (pid != 0) static_cast<void>(processes_->Signal(pid, SIGKILL, false));
  }
  if (run.HasPrograms()) return;  // their ends come first
  if (run.tree == nullptr || run.tree->IsEmpty()) {
    Emptied(run);
  } else {
    run.awaits_empty = true;
  }
}

void ServiceRunner::SetTimer(Run& run, int64_t deadline_ns) {
  options_.loop->CancelTimer(run.timer);
  run.timer = 0;
  if (deadline_ns == 0) return;
  Run* const target = &run;
  run.timer = options_.loop->StartTimer(deadline_ns, [this, target] {
    target->timer = 0;
    TellOf(*target, ServiceEvent::kTimer);
  });
}

ProcessId ServiceRunner::MainOf(ServiceId id) const {
  return runs_[id] == nullptr ? 0 : runs_[id]->program(ServiceJob::kMain);
}

std::string ServiceRunner::ExitOf(ServiceId id) const {
  if (runs_[id] == nullptr || !runs_[id]->exit) return "-";
  return ExitText(*runs_[id]->exit);
}

std::string ServiceRunner::SaidOf(ServiceId id) const {
  const Run* const run = runs_[id].get();
  if (run == nullptr) return {};
  const std::string doing = run->doing;
  return doing + (doing.empty() || run->said.empty() ? "" : ": ") + run->said;
}

bool ServiceRunner::IsOutdated(ServiceId id) const {
  const Run* const run = runs_[id].get();
  return run != nullptr && run->digest != 0 && run->digest != LaunchDigest(set_->services[id]);
}

bool ServiceRunner::IsQuiet(ServiceId id) const {
  const Run* const run = runs_[id].get();
  return run == nullptr || (!run->HasPrograms() && run->tree == nullptr);
}

ServiceOutput& ServiceRunner::OutputOf(Run& run) {
  if (run.output == nullptr) {
    const ServiceDefinition& definition = DefinitionOf(run);
    run.output = std::make_unique<ServiceOutput>(options_.loop, sinks_, definition.name,
                                                 MeaningOf(definition));
  }
  return *run.output;
}

std::string ServiceRunner::LogFailureOf(ServiceId id) const {
  const Run* const run = runs_[id].get();
  return run == nullptr || run->output == nullptr ? "" : run->output->log().failure();
}

ServiceLog& ServiceRunner::LogOf(ServiceId id) { return OutputOf(RunOf(id)).log(); }

}  // namespace keelson
