// What services say over the notification socket, and what a svcd hands down to the next one.
//
// A message counts for the service whose process sent it, as the system says, not the text.

#include "applets/svcd/runner.h"
#include "applets/svcd/service_run.h"
#include "core/config.h"
#include "core/flat_file.h"

namespace keelson {
namespace {

constexpr size_t kMaxSaid = 200;  // bytes of a STATUS=

}  // namespace

ServiceRunner::Run* ServiceRunner::SenderOf(ProcessId pid) {
  if (pid <= 0) return nullptr;
  if (const auto found = by_pid_.find(pid); found != by_pid_.end()) return found->second;
  std::string name;
  if (trees_->NameOf(pid, &name)) {
    ServiceId id = 0;
    return set_->IdOf(name, &id) ? runs_[id].get() : nullptr;
  }
  for (const auto& run : runs_) {
    if (run != nullptr && run->tree != nullptr && run->tree->Contains(pid)) return run.get();
  }
  return nullptr;
}

void ServiceRunner::OnMessage(const Peer& sender, std::string_view text) {
  Run* const run = SenderOf(sender.pid);
  if (run == nullptr) {
    options_.log.Info("notification from process " + std::to_string(sender.pid) +
                      ", which is of no service: ignored");
    return;
  }
  LineReader lines(text);
  // The main process first, since READY=1 in the same message speaks for it.
  for (Line line; lines.Next(&line);) {
    if (line.text.starts_with("MAINPID=")) OnLine(*run, line.text);
  }
  lines = LineReader(text);
  for (Line line; lines.Next(&line);) {
    if (!line.text.starts_with("MAINPID=")) OnLine(*run, line.text);
  }
}

void ServiceRunner::OnLine(Run& run, std::string_view line) {
  constexpr std::string_view kStatus = "STATUS=";
  if (line.starts_with(kStatus)) {
    run.said = line.substr(kStatus.size(), kMaxSaid);  // whoever shows it makes it harmless
    return;
  }
  if (line == "READY=1") {
    run.doing = "";
    return TellOf(run, ServiceEvent::kReady);
  }
  const bool is_stopping = line == "STOPPING=1", is_reloading = line == "RELOADING=1";
  if (is_stopping || is_reloading) run.doing = is_stopping ? "stopping" : "reloading";
  // Whoever says what it is about to do is alive.
  if (is_stopping || is_reloading || line == "WATCHDOG=1") {
    return TellOf(run, ServiceEvent::kAlive);
  }
  constexpr std::string_view kMainPid = "MAINPID=";
  if (!line.starts_with(kMainPid)) return;
  const std::optional<uint64_t> number = ParseUnsigned(line.substr(kMainPid.size()));
  const ProcessId pid = number && *number <= INT32_MAX ? static_cast<ProcessId>(*number) : 0;
  if (pid <= 1 || pid == run.program(ServiceJob::kMain)) return;
  if (run.tree == nullptr || !run.tree->Contains(pid) || !TakeMain(run, pid)) {
    options_.log.Warning(DefinitionOf(run).name + ": " + std::string(line) +
                         " is no process of it: ignored");
  }
}

bool ServiceRunner::HandDown(ServiceId id, Handed* handed) {
  Run* const run = runs_[id].get();
  if (run == nullptr) return false;
  handed->invocation = run->invocation;
  for (size_t job = 0; job < kServiceJobs; ++job) {
    if (run->programs[job] == 0) continue;
    handed->programs.emplace_back(static_cast<ServiceJob>(job), run->programs[job]);
  }
  for (const auto& [queued, job] : queue_) {
    if (queued == run) handed->programs.emplace_back(job, 0);
  }
  handed->is_daemon = run->is_daemon;
  if (run->output != nullptr) {
    run->output->Drain();
    handed->log = run->output->log().Held();
    handed->output_reader = run->output->reader();
    handed->output_writer = run->output->writer();
  }
  handed->ready = run->ready.get();
  handed->exit = run->exit;
  handed->digest = run->digest;
  handed->said = run->said;
  return true;
}

void ServiceRunner::TakeOver(ServiceId id, const Handed& handed, int64_t timer_ns) {
  Run& run = RunOf(id);
  SetTimer(run, timer_ns);
  const ServiceDefinition& definition = DefinitionOf(run);
  run.exit = handed.exit;
  run.digest = handed.digest;
  run.said = handed.said;
  if (!handed.log.empty()) OutputOf(run).log().Restore(handed.log);
  if (handed.output_reader >= 0 && handed.output_writer >= 0) {
    OutputOf(run).Restore(Descriptor(handed.output_reader), Descriptor(handed.output_writer));
  }
  if (handed.ready >= 0) {
    run.ready.Reset(handed.ready);
    if (!ListenReady(run)) run.ready.Reset();
  }
  for (const auto& [job, pid] : handed.programs) {
    if (pid == 0) Queue(run, job);
  }
  if (handed.invocation.empty()) return;
  run.invocation = handed.invocation;
  const Error error = trees_->Open(definition.name, "INVOCATION_ID=" + run.invocation, &run.tree);
  if (!error.ok()) options_.log.Warning(definition.name + ": its tree: " + error.Text());
  for (const auto& [job, pid] : handed.programs) {
    if (pid != 0) FollowHanded(run, job, pid);
  }
  run.is_daemon = handed.is_daemon;
  run.awaits_empty = handed.programs.empty();
}

// A child that ended during the exec has waited for us; its end is heard as any other.
void ServiceRunner::FollowHanded(Run& run, ServiceJob job, ProcessId pid) {
  Run* const target = &run;
  const Error error =
      processes_->Follow(pid, [this, target](ProcessExit exit) { OnEnd(*target, exit); });
  if (error.ok()) {
    run.program(job) = pid;
    by_pid_[pid] = target;
    return;
  }
  options_.loop->StartTimer(0, [this, target, job] {
    TellOf(*target, ServiceEvent::kEnded, job, false, "ended");
    TellTree(*target, false);
  });
}

}  // namespace keelson
