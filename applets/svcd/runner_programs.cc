// Programs of services: begun, followed, ended; and what is left of a tree then.
#include <algorithm>
#include <utility>

#include "applets/svcd/launch.h"
#include "applets/svcd/runner.h"
#include "applets/svcd/service_run.h"
#include "core/service_digest.h"
#include "platform/pipe.h"
#include "platform/privilege.h"
#include "platform/process_search.h"
#include "platform/random.h"

namespace keelson {
namespace {

constexpr size_t kAtOnce = 8;
constexpr size_t kMaxNumbers = 200;  // bytes of a line
// Descriptors that a start leaves for whoever wants to talk to svcd, and has some of itself.
constexpr uint64_t kKeptBack = 12;

bool LeavesDaemon(ServiceKind kind) {
  return kind == ServiceKind::kForking || kind == ServiceKind::kScript;
}

}  // namespace

std::string ExitText(ProcessExit exit) {
  if (exit.value < 0) return "ended";  // not our child: nobody knows how
  return (exit.signaled ? "signal " : "exit ") + std::to_string(exit.value);
}

// What of its conditions does not hold; empty: all do.
std::string ServiceRunner::Unmet(const ServiceSettings& settings) const {
  for (const std::string& condition : settings.condition_files) {
    const bool is_negated = condition.starts_with('!');
    const std::string path = condition.substr(is_negated ? 1 : 0);
    FileInfo info;
    const bool is_there = options_.root->Stat(path, &info).ok();
    if (is_there == is_negated) return path + (is_there ? " is there" : " is not there");
  }
  return condition_ ? condition_(settings) : std::string();
}

// One that is to begin. Nothing is told before all that begin at once have a program, or have not:
// whoever hears of one may at once want something of the others.
struct ServiceRunner::Attempt {
  Run* run;
  ServiceJob job;
  ServiceSettings settings;
  bool needs_none = false;  // a check that is over already
  std::string why = {};     // it could not be started, or the check's condition does not hold
  Processes::Spawning spawning = {};
  Descriptor ready = {};
};

void ServiceRunner::BeginSome() {
  std::vector<Attempt> attempts;
  attempts.reserve(kAtOnce);
  std::vector<Processes::Spawning> programs;
  std::vector<Attempt*> begun;
  while (!queue_.empty() && attempts.size() < kAtOnce) {
    const auto [run, job] = queue_.front();
    const auto is_same = [run = run](const Attempt& other) { return other.run == run; };
    if (std::any_of(attempts.begin(), attempts.end(), is_same)) break;
    queue_.pop_front();
    Attempt& attempt = attempts.emplace_back(Attempt{run, job, MeaningOf(DefinitionOf(*run))});
    if (!Prepare(&attempt)) continue;
    programs.push_back(std::move(attempt.spawning));
    begun.push_back(&attempt);
  }
  processes_->SpawnAll(programs, [this] {  // a tree costs about as much as a start
    for (size_t i = 0; i < std::min(queue_.size(), kAtOnce); ++i) {
      const auto [run, job] = queue_[i];
      if (job != ServiceJob::kCheck && HasDescriptorsLeft(kKeptBack)) {
        static_cast<void>(OpenTree(*run));
      }
    }
  });
  for (size_t i = 0; i < begun.size(); ++i) {
    if (programs[i].error.ok()) {
      Note(begun[i], programs[i].pid);
    } else {
      begun[i]->why = programs[i].failed + ": " + programs[i].error.Text();
    }
    begun[i]->ready.Reset();
  }
  for (const Attempt& attempt : attempts) TellOfAttempt(attempt);
}

// False: there is no program to be started.
bool ServiceRunner::Prepare(Attempt* attempt) {
  Run& run = *attempt->run;
  if (attempt->job == ServiceJob::kCheck) {
    attempt->why = Unmet(attempt->settings);
    attempt->needs_none =
        !attempt->why.empty() || CommandOf(attempt->settings, attempt->job).empty();
    if (attempt->needs_none) return false;
  }
  if (attempt->job == ServiceJob::kMain) run.exit.reset();
  attempt->why = MakeRequest(attempt);
  if (!attempt->why.empty()) return false;
  attempt->spawning.on_exit = [this, target = &run](ProcessExit exit) { OnEnd(*target, exit); };
  return true;
}

void ServiceRunner::TellOfAttempt(const Attempt& attempt) {
  Run& run = *attempt.run;
  if (attempt.needs_none) {
    TellOf(run, ServiceEvent::kRan, attempt.job);
    TellOf(run, ServiceEvent::kEnded, attempt.job, attempt.why.empty(), attempt.why);
    return TellTree(run, false);
  }
  if (attempt.why.empty()) return TellOf(run, ServiceEvent::kRan, attempt.job);
  options_.log.Warning(DefinitionOf(run).name + ": " + attempt.why);
  TellOf(run, ServiceEvent::kRan, attempt.job, false, attempt.why);
  if (!run.HasPrograms()) TellTree(run, false);
}

Error ServiceRunner::OpenTree(Run& run) {
  const std::string& name = DefinitionOf(run).name;
  if (!run.invocation.empty()) {
    if (run.tree == nullptr || !run.tree->IsGone()) return kOk;
    TellIfLost(run);
    return trees_->Open(name, "INVOCATION_ID=" + run.invocation, &run.tree);
  }
  std::string invocation;
  if (Error error = RandomId(&invocation); !error.ok()) return error;
  Error error = trees_->Open(name, "INVOCATION_ID=" + invocation, &run.tree);
  if (error.ok()) run.invocation = std::move(invocation);
  return error;
}

// Empty, or why the program cannot be started.
std::string ServiceRunner::MakeRequest(Attempt* attempt) {
  Run& run = *attempt->run;
  const ServiceSettings& settings = attempt->settings;
  SpawnRequest& request = attempt->spawning.request;
  const std::string& name = DefinitionOf(run).name;
  // What ends a service may have the last ones.
  const bool is_beginning = !run.HasPrograms();
  if (is_beginning && !HasDescriptorsLeft(kKeptBack)) return "no descriptor left for it";
  if (const Error error = OpenTree(run); !error.ok()) {
    return "a process tree cannot be made: " + error.Text();
  }
  std::string why;
  const std::string address = notify_->address();
  const LaunchContext context{options_.root,
                              mode_,
                              options_.socket,
                              run.invocation,
                              address,
                              run.program(ServiceJob::kMain),
                              options_.descriptor_limit};
  if (!MakeLaunch(context, name, settings, attempt->job, &request, &why)) return why;
  request.tree = run.tree->descriptor();
  if (const std::optional<SpawnRequest::Limit> mark = run.tree->limit()) {
    std::erase_if(request.limits, [&](const auto& limit) { return limit.name == mark->name; });
    request.limits.push_back(*mark);
  }
  if (settings.log != ServiceLogKind::kNone && request.terminal.empty()) {
    const int writer = OutputOf(run).Writer();
    if (writer >= 0) request.descriptors = {{writer, 1}, {writer, 2}};
  }
  if (attempt->job == ServiceJob::kMain && settings.ready == ServiceReady::kDescriptor) {
    if (!OpenReady(run, &attempt->ready)) return "no descriptor left for its readiness";
    std::erase_if(request.descriptors,
                  [&](const auto& move) { return move.second == settings.ready_descriptor; });
    request.descriptors.emplace_back(attempt->ready.get(), settings.ready_descriptor);
  }
  return {};
}

void ServiceRunner::Note(Attempt* attempt, ProcessId pid) {
  Run& run = *attempt->run;
  run.program(attempt->job) = pid;
  by_pid_[pid] = &run;
  run.awaits_empty = false;
  if (attempt->job != ServiceJob::kMain) return;
  run.is_daemon = false;
  run.sent_signal = 0;
  run.digest = LaunchDigest(DefinitionOf(run));
  run.said.clear();
  run.doing = "";
  const ServiceSettings& settings = attempt->settings;
  if (settings.ready == ServiceReady::kPidFile && !LeavesDaemon(settings.kind)) {
    AwaitPidFile(run, settings.pid_file);
  }
}

bool ServiceRunner::OpenReady(Run& run, Descriptor* writer) {
  if (run.ready.valid()) options_.loop->ForgetFd(run.ready.get());
  if (!MakePipe(&run.ready, writer).ok()) return false;
  return ListenReady(run);
}

bool ServiceRunner::ListenReady(Run& run) {
  Run* const target = &run;
  return options_.loop
      ->WatchFd(run.ready.get(), kReadable, [this, target](unsigned) { OnReady(*target); })
      .ok();
}

void ServiceRunner::OnReady(Run& run) {
  std::string bytes;
  const Error error = ReadPipe(run.ready.get(), 256, &bytes);
  if (error.code() == EAGAIN) return;
  const bool is_ready = bytes.find('\n') != bytes.npos;
  if (!is_ready && !bytes.empty()) return;
  options_.loop->ForgetFd(run.ready.get());
  run.ready.Reset();
  if (is_ready) TellOf(run, ServiceEvent::kReady);
}

// The start of a kProcess whose pid file says that it is ready. Nobody but itself may be in it.
void ServiceRunner::AwaitPidFile(Run& run, const std::string& path) {
  Run* const target = &run;
  pid_files_.Await(target, path, [this, target, path] {
    if (target->program(ServiceJob::kMain) == 0) return true;
    const ProcessId pid = pid_files_.Read(path);
    if (pid == 0 || target->tree == nullptr || !target->tree->Contains(pid)) return false;
    TellOf(*target, ServiceEvent::kReady);
    return true;
  });
}

void ServiceRunner::OnEnd(Run& run, ProcessExit exit) {
  notify_->Poll();  // what it said before it ended counts
  if (run.output != nullptr) run.output->Drain();
  by_pid_.erase(exit.pid);
  const auto program = std::find(run.programs.begin(), run.programs.end(), exit.pid);
  if (program == run.programs.end()) {  // it had said that another is the main one
    if (!run.HasPrograms()) OnOrphans();
    return;
  }
  *program = 0;
  const auto job = static_cast<ServiceJob>(program - run.programs.begin());
  const bool was_daemon = job == ServiceJob::kMain && std::exchange(run.is_daemon, false);
  if (job == ServiceJob::kMain) {
    run.exit = exit;
    if (run.ready.valid()) options_.loop->ForgetFd(run.ready.get());
    run.ready.Reset();
  }
  const bool is_ok = !exit.signaled && exit.value == 0;
  // Ended by the signal that it is stopped with is as good as by itself.
  const bool is_stopped = job == ServiceJob::kMain && exit.signaled &&
                          exit.value == run.sent_signal &&
                          exit.value == MeaningOf(DefinitionOf(run)).stop_signal;
  TellOf(run, ServiceEvent::kEnded, job, is_ok || is_stopped, ExitText(exit));
  if (!run.HasPrograms()) TellTree(run, job == ServiceJob::kMain && is_ok && !was_daemon);
}

// No program of it that we know of runs: what else does?
void ServiceRunner::TellTree(Run& run, bool may_be_daemon) {
  if (run.HasPrograms()) return;
  if (run.tree == nullptr || run.tree->IsEmpty()) return Emptied(run);
  run.awaits_empty = true;
  const ServiceSettings settings = MeaningOf(DefinitionOf(run));
  if (!may_be_daemon || !LeavesDaemon(settings.kind)) return TellOf(run, ServiceEvent::kRemain);
  if (FindDaemon(run, settings.pid_file)) return;
  TellOf(run, ServiceEvent::kRemain);
  if (settings.pid_file.empty()) return;
  Run* const target = &run;
  pid_files_.Await(target, settings.pid_file, [this, target, path = settings.pid_file] {
    const bool is_over = target->tree == nullptr || target->program(ServiceJob::kMain) != 0;
    return is_over || FindDaemon(*target, path);
  });
}

// The one that the pid file names, or the only one there is.
bool ServiceRunner::FindDaemon(Run& run, const std::string& pid_file) {
  ProcessId pid = 0;
  if (!pid_file.empty()) {
    pid = pid_files_.Read(pid_file);
    if (pid == 0 || !run.tree->Contains(pid)) return false;
  } else {
    const std::vector<ProcessId> members = run.tree->Members(2);
    if (members.size() != 1) return false;
    pid = members[0];
  }
  if (!TakeMain(run, pid)) return false;
  TellOf(run, ServiceEvent::kDaemon);
  return true;
}

// REQUIRES: a process of its tree.
bool ServiceRunner::TakeMain(Run& run, ProcessId pid) {
  Run* const target = &run;
  const Error error =
      processes_->Follow(pid, [this, target](ProcessExit exit) { OnEnd(*target, exit); });
  if (!error.ok()) return false;
  run.program(ServiceJob::kMain) = pid;
  run.is_daemon = true;
  by_pid_[pid] = target;
  return true;
}

void ServiceRunner::OnOrphans() {
  for (size_t i = 0; i < runs_.size(); ++i) {
    Run* const run = runs_[i].get();
    if (run == nullptr || !run->awaits_empty || run->HasPrograms()) continue;
    if (run->tree == nullptr || run->tree->IsEmpty()) Emptied(*run);
  }
}

// Its tree seems empty then, though what was in it may run on. What still carries its mark is
// named.
void ServiceRunner::TellIfLost(const Run& run) {
  if (run.tree == nullptr || run.invocation.empty() || !run.tree->IsGone()) return;
  std::string numbers;
  for (const FoundProcess& found : FindProcesses("INVOCATION_ID=" + run.invocation, "SVC_NAME")) {
    const auto& programs = run.programs;
    if (std::find(programs.begin(), programs.end(), found.pid) != programs.end()) continue;
    if (numbers.size() < kMaxNumbers) numbers += " " + std::to_string(found.pid);
  }
  options_.log.Warning(DefinitionOf(run).name + ": its control group is gone" +
                       (numbers.empty() ? "" : ", and these are left alone:" + numbers));
}

void ServiceRunner::Emptied(Run& run) {
  TellIfLost(run);
  run.awaits_empty = false;
  run.invocation.clear();
  run.said.clear();
  run.doing = "";
  pid_files_.Forget(&run);
  if (run.output != nullptr) run.output->EndLine();
  TellOf(run, ServiceEvent::kEmpty);
  // What begins again at once does so with the same.
  if (IsQueued(run)) return;
  run.tree.reset();
  if (run.output != nullptr) run.output->Close();
}

}  // namespace keelson
