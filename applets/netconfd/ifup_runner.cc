// Changes that follow each other go to the kernel as one, less what it has already. What it has is
// read again when a program has run since, or when the interfaces are those just changed.
#include "applets/netconfd/ifup_runner.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "applets/netconfd/change_text.h"
#include "applets/run.h"
#include "core/log.h"
#include "platform/clock.h"

namespace keelson {
namespace {

bool IsChange(const NetStep& step) {
  return step.kind == NetStep::kChange || step.kind == NetStep::kFlush;
}

// What was to go is gone.
bool IsDone(const NetChange& change, Error error) {
  switch (change.kind) {
    case NetChange::kDeleteAddress:
      return error.code() == EADDRNOTAVAIL || error.code() == ENODEV;
    case NetChange::kDeleteRoute:
      return error.code() == ESRCH || error.code() == ENODEV;
    case NetChange::kDeleteLink:
      return error.code() == ENODEV;
    case NetChange::kSetLink:  // what stood on a link that went has gone with it
      return error.code() == ENODEV && change.up == false;
    default:
      return false;
  }
}

}  // namespace

void ShowLine(std::string_view line) {
  (void)FlushOutput();
  const std::string text = Printable(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

// Nobody is told of what the view sees.
IfupRunner::IfupRunner(IfupRunnerOptions options)
    : options_(std::move(options)),
      view_({[](const std::string&, bool) {}, [](const std::string&, bool) {},
             [](const std::string&) {}}) {}
IfupRunner::~IfupRunner() = default;

Error IfupRunner::Open() {
  if (loop_ != nullptr) return kOk;
  if (Error error = OpenRoot("/", &root_); !error.ok()) return error;
  if (Error error = NewLoop(&loop_); !error.ok()) return error;
  if (Error error = NewProcesses(loop_.get(), &processes_); !error.ok()) return error;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Error error = loop_->OnSignal(signal, [this, signal] {
      if (!interrupted_) Tell("got signal " + std::to_string(signal) + ", ending");
      interrupted_ = true;
      if (running_ != 0) (void)processes_->Signal(running_, SIGTERM, true);
    });
    if (!error.ok()) return error;
  }
  return NewNetIf(&net_if_);
}

void IfupRunner::Tell(const std::string& text) const { PrintError(options_.applet, text); }

std::vector<Interface> IfupRunner::Interfaces() {
  std::vector<Interface> interfaces;
  std::unique_ptr<NetIf> net_if;
  if (NewNetIf(&net_if).ok() && !net_if->List(&interfaces).ok()) interfaces.clear();
  return interfaces;
}

Error IfupRunner::Rename(const std::string& from, const std::string& to) {
  NetChange change;
  change.name = from;
  change.new_name = to;
  std::vector<Error> errors;
  const Error error = net_if_->Apply({&change, 1}, &errors);
  return error.ok() && !errors.empty() ? errors[0] : error;
}

void IfupRunner::HearSignals() { (void)loop_->RunOnce(SystemClock()->MonotonicNs()); }

bool IfupRunner::Run(const DesiredInterface& interface, std::span<const StepLines> steps) {
  bool all_ok = true;
  for (size_t i = 0; i < steps.size() && !interrupted_;) {
    size_t count = 1;
    const bool is_change = IsChange(*steps[i].step);
    while (is_change && i + count < steps.size() && IsChange(*steps[i + count].step)) ++count;
    const auto part = steps.subspan(i, count);
    for (const StepLines& shown : part) {
      for (const std::string& line : shown.lines) {
        if (options_.shows) ShowLine(line);
      }
    }
    i += count;
    if (!options_.acts) continue;
    const bool ok = is_change ? RunChanges(interface, part)
                              : Finish(*part[0].step, RunStep(interface, *part[0].step, part[0]));
    all_ok &= ok;
    if (!ok && part[0].step->up && !options_.ignores_errors) return false;
  }
  return (all_ok || options_.ignores_errors) && !interrupted_;
}

bool IfupRunner::AreChanges(std::span<const StepLines> steps) {
  return std::all_of(steps.begin(), steps.end(), [this](const StepLines& shown) {
    const NetStep& step = *shown.step;
    if (step.kind == NetStep::kHooks) {
      return hooks_.Files(root_.get(), kHooksTop, step.phase).empty();
    }
    return IsChange(step) || step.kind == NetStep::kDns || step.kind == NetStep::kRouters;
  });
}

bool IfupRunner::Finish(const NetStep& step, bool ok) const {
  const bool is_hook = step.kind == NetStep::kCommand || step.kind == NetStep::kHooks;
  return ok || step.may_fail || (is_hook && options_.ignores_hooks);
}

bool IfupRunner::RunStep(const DesiredInterface& interface, const NetStep& step,
                         const StepLines& shown) {
  const DesiredSetup& setup = interface.setups[step.setup];
  const Hook hook = {interface, setup, step.up ? HookPhase::kUp : HookPhase::kDown};
  switch (step.kind) {
    case NetStep::kCommand:
      return RunShell(step.text, {interface, setup, step.phase});
    case NetStep::kHooks:
      return RunFolder({interface, setup, step.phase});
    case NetStep::kDhcpStart:
    case NetStep::kDhcpStop:
      return RunDhcpClient(shown.lines.at(0), hook);
    case NetStep::kMethodStart:
    case NetStep::kMethodStop:
      return RunMethod(hook, step.kind == NetStep::kMethodStart);
    case NetStep::kWaitDad:
      return WaitDad(interface, setup);
    case NetStep::kWaitLinkLocal:
      return WaitLinkLocal(interface, setup);
    case NetStep::kWaitPorts:
      WaitPorts(interface);
      return !interrupted_;
    case NetStep::kWaitForward:
      WaitForward(interface);
      return !interrupted_;
    // Without netconfd the hooks of resolvconf tell of name servers.
    case NetStep::kDns:
    case NetStep::kRouters:
    case NetStep::kChange:
    case NetStep::kFlush:
      break;
  }
  return true;
}

bool IfupRunner::ReadView(std::span<const NetStep> steps) {
  const bool is_known = is_view_known_ && std::none_of(steps.begin(), steps.end(), [&](auto& s) {
                          return changed_.contains(s.change.name);
                        });
  if (is_known) return true;
  NetState state;
  changed_.clear();
  is_view_known_ = net_if_->Dump(&state).ok();
  view_.Reset(std::move(state));
  return is_view_known_;
}

bool IfupRunner::RunChanges(const DesiredInterface& interface, std::span<const StepLines> shown) {
  std::vector<NetStep> steps;
  for (const StepLines& one : shown) steps.push_back(*one.step);
  if (ReadView(steps)) {
    const NetState part = view_.Part(steps);
    steps = WhatIsLeft(std::move(steps), part);
  }
  std::vector<NetChange> changes;
  std::vector<bool> may_fail;
  for (const NetStep& step : steps) {
    if (step.kind == NetStep::kChange) {
      changes.push_back(step.change);
    } else if (const NetworkView::Device* const device = view_.Find(step.change.name)) {
      for (const InterfaceAddress& address : device->addresses) {
        if (!IsFlushed(step, address)) continue;
        changes.push_back({.kind = NetChange::kDeleteAddress, .name = step.change.name});
        changes.back().address = address;
      }
    }
    may_fail.resize(changes.size(), step.may_fail);
  }
  for (const NetChange& change : changes) changed_.insert(change.name);
  std::vector<Error> errors;
  if (changes.empty()) return true;
  if (Error error = net_if_->Apply(changes, &errors); !error.ok()) {
    Tell(interface.name + ": " + error.Text());
    return false;
  }
  bool all_ok = true;
  for (size_t i = 0; i < changes.size() && i < errors.size(); ++i) {
    if (errors[i].ok() || may_fail[i] || IsDone(changes[i], errors[i])) continue;
    Tell(ChangeText(changes[i]) + ": " + ChangeErrorText(changes[i], errors[i]));
    all_ok = false;
  }
  return all_ok;
}

}  // namespace keelson
