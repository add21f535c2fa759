// A script that takes too long is killed, with its process group.
#include "applets/netconfd/mapping_runs.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/name_pattern.h"

namespace keelson {
namespace {

constexpr int64_t kScriptTime = 30 * kSecond;

}  // namespace

MappingRuns::~MappingRuns() {
  *alive_ = false;
  for (const Run& run : runs_) tools_->loop->CancelTimer(run.timer);
}

void MappingRuns::Begin(std::shared_ptr<const NetworkSet> set, const NetworkSet::Choice& choice,
                        const std::string& within, int64_t deadline_ns, Done done) {
  runs_.push_back({std::move(set), choice, within, deadline_ns, std::move(done)});
  const Place run = std::prev(runs_.end());
  run->timer = tools_->loop->StartTimer(0, [this, run] {
    run->timer = 0;
    Next(run);
  });
}

void MappingRuns::Next(Place run) {
  const std::vector<InterfaceMapping>& mappings = run->set->config().mappings;
  while (run->next < mappings.size()) {
    const InterfaceMapping& mapping = mappings[run->next++];
    if (!MatchesAny(mapping.patterns, run->choice.logical)) continue;
    const Error error = Start(run, mapping);
    run->script.Begun();
    if (!error.ok()) Finish(run, run->script.NoStartText(error));
    return;
  }
  Finish(run, "");
}

Error MappingRuns::Start(Place run, const InterfaceMapping& mapping) {
  SpawnRequest request;
  Error error = run->script.Prepare(mapping, run->choice.name, &request);
  if (!error.ok()) return error;
  request.environment.push_back(std::string(kWithinVariable) + "=" + run->within +
                                run->choice.name + " ");
  error = tools_->processes->Spawn(
      request,
      [this, alive = alive_, run](ProcessExit exit) {
        if (!*alive) return;
        run->pid = 0;
        tools_->loop->CancelTimer(std::exchange(run->timer, 0));
        std::string fault;
        std::string logical = run->script.Answer(exit, &fault);
        if (!fault.empty()) return Finish(run, std::move(fault));
        run->choice.logical = std::move(logical);
        Next(run);
      },
      &run->pid);
  if (!error.ok()) return error;
  int64_t until_ns = tools_->clock->MonotonicNs() + kScriptTime;
  if (run->deadline_ns != 0) until_ns = std::min(until_ns, run->deadline_ns);
  run->timer = tools_->loop->StartTimer(until_ns, [this, run] {
    run->timer = 0;
    static_cast<void>(tools_->processes->Signal(run->pid, SIGKILL, true));
  });
  return kOk;
}

void MappingRuns::End(const std::string& name) {
  for (Run& run : runs_) {
    if (run.choice.name != name || run.pid == 0) continue;
    static_cast<void>(tools_->processes->Signal(run.pid, SIGKILL, true));
  }
}

void MappingRuns::Finish(Place run, std::string fault) {
  const Run over = std::move(*run);
  runs_.erase(run);
  over.done(over.choice.logical, std::move(fault));
}

}  // namespace keelson
