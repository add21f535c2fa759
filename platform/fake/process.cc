// An end is a timer that is due at once, so that on_exit runs in the loop and never inside Spawn.
#include "platform/fake/process.h"

#include <algorithm>

namespace keelson {

FakeProcesses::~FakeProcesses() {
  for (const auto& [pid, child] : children_) loop_->CancelTimer(child.end);
  loop_->CancelTimer(orphans_ended_);
}

Error FakeProcesses::Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
                           ProcessId* pid) {
  auto failure = failures_.find(++spawns_);
  if (failure != failures_.end()) return failure->second;
  if (request.program.empty() || request.arguments.empty()) return Error(EINVAL);
  auto program = programs_.find(request.program);
  if (program == programs_.end()) return Error(ENOENT);
  *pid = next_++;
  children_[*pid] = {request, std::move(on_exit), 0};
  if (program->second.has_value()) Exit(*pid, *program->second);
  return kOk;
}

void FakeProcesses::Exit(ProcessId pid, ProcessExit exit) {
  Child& child = children_.at(pid);
  if (child.end != 0) return;
  exit.pid = pid;
  child.end = loop_->StartTimer(0, [this, pid, exit] {
    auto node = children_.extract(pid);
    if (node.mapped().on_exit) node.mapped().on_exit(exit);
  });
}

const SpawnRequest* FakeProcesses::RequestOf(ProcessId pid) const {
  auto found = children_.find(pid);
  return found == children_.end() ? nullptr : &found->second.request;
}

Error FakeProcesses::Signal(ProcessId pid, int signal, bool whole_group) {
  if (!children_.contains(pid)) return Error(ESRCH);
  if (signal < 0 || signal > 64) return Error(EINVAL);
  sent_.push_back({pid, signal, whole_group});
  bool ignored = std::find(ignored_.begin(), ignored_.end(), signal) != ignored_.end();
  if (signal != 0 && !ignored) Exit(pid, {true, signal});
  return kOk;
}

Error FakeProcesses::AdoptOrphans(std::function<void()> on_end) {
  if (adopting_) return Error(EALREADY);
  adopting_ = true;
  on_orphans_end_ = std::move(on_end);
  return kOk;
}

void FakeProcesses::EndOrphan() {
  if (!on_orphans_end_ || orphans_ended_ != 0) return;
  orphans_ended_ = loop_->StartTimer(0, [this] {
    orphans_ended_ = 0;
    on_orphans_end_();
  });
}

Error FakeProcesses::Follow(ProcessId pid, std::function<void(ProcessExit)> on_exit) {
  if (children_.contains(pid)) return Error(EEXIST);
  if (strangers_.erase(pid) == 0) return Error(ESRCH);
  children_[pid] = {{}, std::move(on_exit), 0};
  return kOk;
}

}  // namespace keelson
