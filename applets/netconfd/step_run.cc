// One step at a time, so that nothing comes after a change that failed: those that go to the kernel
// together are of different interfaces.
#include "applets/netconfd/step_run.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "applets/netconfd/change_text.h"
#include "applets/netconfd/program_output.h"
#include "core/interface_name.h"

namespace keelson {
namespace {

constexpr size_t kStepsInTurn = 64;
constexpr int64_t kPatienceNs = 2 * kSecond;  // from SIGTERM to SIGKILL

// When a wait has taken too long; nothing: it goes on without.
std::string_view WhatIsMissing(NetStep::Kind kind) {
  if (kind == NetStep::kWaitDad) return "an address is still not known to be its own";
  return kind == NetStep::kWaitLinkLocal ? "no link-local address" : "";
}

std::string ExitText(ProcessExit exit) {
  return (exit.signaled ? "signal " : "exit code ") + std::to_string(exit.value);
}

}  // namespace

StepRun::StepRun(const StepTools* tools, std::shared_ptr<const DesiredInterface> interface,
                 Context context)
    : tools_(tools), interface_(std::move(interface)), context_(std::move(context)) {}

StepRun::~StepRun() {
  *alive_ = false;
  tools_->loop->CancelTimer(timer_);
  tools_->loop->CancelTimer(kill_timer_);
}

void StepRun::Begin(std::span<const NetStep> steps, bool up, StepDone done,
                    std::function<void()> resume) {
  resume_ = std::move(resume);
  steps_ = steps;
  next_ = 0;
  up_ = up;
  is_busy_ = is_aborted_ = is_over_ = false;
  fault_.clear();
  done_ = std::move(done);
}

// After this there is no further step.
bool StepRun::IsEnding() const {
  return next_ == steps_.size() || (up_ && !fault_.empty()) || is_aborted_;
}

const NetChange* StepRun::NextChange() const {
  if (is_over_ || is_busy_ || IsEnding()) return nullptr;
  return steps_[next_].kind == NetStep::kChange ? &steps_[next_].change : nullptr;
}

bool StepRun::Continue() {
  for (size_t i = 0; i < kStepsInTurn && NextChange() == nullptr; ++i) {
    if (is_over_ || is_busy_) return false;
    if (IsEnding()) {
      is_over_ = true;
      if (is_aborted_ && fault_.empty()) fault_ = "cancelled";
      Later([this] { std::exchange(done_, nullptr)(std::exchange(fault_, "")); });
      return false;
    }
    BeginStep(steps_[next_]);
  }
  return true;
}

void StepRun::BeginStep(const NetStep& step) {
  is_busy_ = true;
  switch (step.kind) {
    case NetStep::kChange:  // for Changed
      return;
    case NetStep::kFlush:
      return Flush(step);
    case NetStep::kCommand: {
      const bool is_lenient = step.text.starts_with('-');  // as ifupdown's own commands may
      return RunProgram(ShellRequest(step.text.substr(is_lenient ? 1 : 0),
                                     HookEnvironment(SetupOf(step), up_, step.phase, Words())),
                        is_lenient ? "" : step.text);
    }
    case NetStep::kHooks:
      hooks_ = tools_->hooks->Files(tools_->root, tools_->hooks_folder, step.phase);
      std::reverse(hooks_.begin(), hooks_.end());
      hook_fault_.clear();
      return NextHook();
    case NetStep::kWaitDad:
    case NetStep::kWaitLinkLocal: {
      const DesiredSetup& setup = SetupOf(step);
      return BeginWait(int64_t{setup.dad_attempts} * setup.dad_interval_ns);
    }
    case NetStep::kWaitPorts:
      return BeginWait(interface_->port_wait_s * kSecond);
    case NetStep::kWaitForward:
      return BeginWait(interface_->forward_wait_s * kSecond);
    case NetStep::kDhcpStart:
    case NetStep::kDhcpStop:
    case NetStep::kMethodStart:
    case NetStep::kMethodStop:
    case NetStep::kDns:
    case NetStep::kRouters:
      break;
  }
  const bool is_start = step.kind == NetStep::kDhcpStart || step.kind == NetStep::kMethodStart;
  if (tools_->providers == nullptr) {
    return EndStep(is_start ? SetupOf(step).method_name + ": there is no provider" : "");
  }
  tools_->providers->Begin(*interface_, step, Words(), [this, alive = alive_](std::string fault) {
    if (!*alive) return;
    Later([this, fault = std::move(fault)] {
      EndStep(fault);
      resume_();
    });
  });
}

// The step is over; the next one is for Continue.
void StepRun::EndStep(std::string fault) {
  const NetStep& step = steps_[next_++];
  is_busy_ = false;
  if (fault.empty() || (step.may_fail && !is_aborted_)) return;
  if (fault_.empty()) fault_ = std::move(fault);
}

const DesiredSetup& StepRun::SetupOf(const NetStep& step) const {
  return interface_->setups[std::min<size_t>(step.setup, interface_->setups.size() - 1)];
}

HookWords StepRun::Words() const {
  HookWords words;
  words.name = interface_->name;
  words.is_verbose = context_.is_verbose;
  words.all_class = context_.all_class;
  words.within = context_.within;
  if (!tools_->mark.empty()) words.inherited.push_back(tools_->mark);
  return words;
}

// Runs it from the loop, unless this is gone by then.
void StepRun::Later(std::function<void()> callback) {
  tools_->loop->StartTimer(0, [alive = alive_, callback = std::move(callback)] {
    if (*alive) callback();
  });
}

// --- Changes of the kernel ---

void StepRun::Changed(Error error) {
  const NetStep& step = steps_[next_];
  if (error.ok() || step.may_fail || IsSo(step)) return EndStep("");
  EndStep(ChangeText(step.change) + ": " + ChangeErrorText(step.change, error));
}

// Whether it was so before: a hook, or somebody else, was faster than the plan knew.
bool StepRun::IsSo(const NetStep& step) {
  NetState state;
  return tools_->net_if->Dump(&state).ok() && WhatIsLeft({step}, state).empty();
}

void StepRun::Flush(const NetStep& step) {
  std::vector<NetChange> changes;
  if (const NetworkView::Device* const device = tools_->view->Find(step.change.name)) {
    for (const InterfaceAddress& address : device->addresses) {
      if (!IsFlushed(step, address)) continue;
      NetChange& change = changes.emplace_back();
      change.kind = NetChange::kDeleteAddress;
      change.name = step.change.name;
      change.address = address;
    }
  }
  std::vector<Error> errors;
  const Error error = tools_->net_if->Apply(changes, &errors);
  // One that was gone already is gone.
  EndStep(error.ok() ? "" : step.change.name + ": its addresses: " + error.Text());
}

// --- Programs ---

void StepRun::RunProgram(SpawnRequest request, std::string what) {
  Descriptor writer;
  std::shared_ptr<ProgramOutput> output;
  Error error = ProgramOutput::Open(
      tools_->loop,
      [line = context_.output](std::string_view text) {
        if (line) line(text);
      },
      &writer, &output);
  if (error.ok()) {
    request.descriptors = {{writer.get(), 1}, {writer.get(), 2}};
    error = tools_->processes->Spawn(
        request,
        [this, alive = alive_, output, what](ProcessExit exit) {
          output->Drain();
          if (!*alive) return;
          program_ = 0;
          tools_->loop->CancelTimer(std::exchange(kill_timer_, 0));
          const bool is_fine = (!exit.signaled && exit.value == 0) || what.empty();
          std::string fault = is_fine ? "" : what + ": " + ExitText(exit);
          if (is_aborted_ && fault.empty()) fault = "cancelled";
          if (steps_[next_].kind == NetStep::kHooks) {
            if (hook_fault_.empty()) hook_fault_ = std::move(fault);
            NextHook();
          } else {
            EndStep(std::move(fault));
          }
          resume_();
        },
        &program_);
  }
  if (error.ok()) return;
  std::string fault = request.program + ": " + error.Text();
  if (steps_[next_].kind != NetStep::kHooks) return EndStep(std::move(fault));
  if (hook_fault_.empty()) hook_fault_ = std::move(fault);
  NextHook();
}

// As run-parts: all of them, even when one fails.
void StepRun::NextHook() {
  if (hooks_.empty() || is_aborted_) return EndStep(std::exchange(hook_fault_, ""));
  SpawnRequest request;
  request.program = std::move(hooks_.back());
  hooks_.pop_back();
  request.arguments = {request.program};
  const NetStep& step = steps_[next_];
  request.environment = HookEnvironment(SetupOf(step), up_, step.phase, Words());
  const std::string what = request.program;
  RunProgram(std::move(request), what);
}

void StepRun::Kill(int signal) {
  if (program_ == 0) return;
  static_cast<void>(tools_->processes->Signal(program_, signal, true));
}

// --- Waits ---

void StepRun::BeginWait(int64_t patience_ns) {
  is_waiting_ = true;
  is_settled_ = false;
  timer_ = tools_->loop->StartTimer(tools_->clock->MonotonicNs() + patience_ns, [this] {
    timer_ = 0;
    if (!is_waiting_) return;
    is_waiting_ = false;
    EndStep(std::string(WhatIsMissing(steps_[next_].kind)));
    resume_();
  });
  // What the kernel has said by now is heard in between.
  Later([this] {
    Later([this] {
      is_settled_ = true;
      LookAgain();
    });
  });
}

void StepRun::LookAgain() {
  if (!is_waiting_ || !is_settled_) return;
  bool is_over = is_aborted_;
  std::string fault = Waited(&is_over);
  if (!is_over) return;
  is_waiting_ = false;
  tools_->loop->CancelTimer(std::exchange(timer_, 0));
  EndStep(is_aborted_ ? "cancelled" : std::move(fault));
  resume_();
}

std::string StepRun::Waited(bool* is_over) {
  const NetStep& step = steps_[next_];
  if (step.kind == NetStep::kWaitPorts) {
    const auto& ports = interface_->awaited_ports;
    *is_over |= std::all_of(ports.begin(), ports.end(), [&](const std::string& port) {
      return tools_->view->Find(port) != nullptr;
    });
    return {};
  }
  const NetworkView::Device* const device =
      tools_->view->Find(SplitInterfaceLabel(interface_->name).device);
  if (device == nullptr) {
    *is_over = true;
    return "its device is gone";
  }
  if (step.kind == NetStep::kWaitForward) {
    *is_over |= (device->link.flags & kIfRunning) != 0;
    return {};
  }
  bool is_tentative = false, is_duplicate = false, has_local = false;
  for (const InterfaceAddress& address : device->addresses) {
    if (!address.address.v6) continue;
    is_tentative |= address.is_tentative && !address.is_duplicate;
    is_duplicate |= address.is_duplicate;
    has_local |= address.scope == NetScope::kLink && !address.is_tentative;
  }
  if (step.kind == NetStep::kWaitLinkLocal) {
    *is_over |= has_local;
    return {};
  }
  *is_over |= !is_tentative;
  return is_duplicate ? "somebody else has its address" : "";
}

void StepRun::Abort() {
  if (is_over_ || is_aborted_) return;
  is_aborted_ = true;
  if (program_ != 0) {
    Kill(SIGTERM);
    kill_timer_ = tools_->loop->StartTimer(tools_->clock->MonotonicNs() + kPatienceNs,
                                           [this] { Kill(SIGKILL); });
    return;
  }
  if (is_waiting_) {
    is_settled_ = true;
    return LookAgain();
  }
  if (is_busy_ && tools_->providers != nullptr) tools_->providers->Abort(interface_->name);
}

}  // namespace keelson
