// Changes that follow each other go to the kernel as one, less what it has already. What it has is
// read again when a program has run since, or when the interfaces are those just changed.
#include "applets/netconfd/ifup_runner.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "applets/netconfd/change_text.h"
#include "applets/netconfd/hooks.h"
#include "applets/netconfd/interfaces_source.h"
#include "applets/run.h"
#include "core/flat_file.h"
#include "core/interface_name.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/pipe.h"
#include "platform/program.h"

namespace keelson {
namespace {

constexpr char kHooksTop[] = "/etc/network";
constexpr int64_t kGrace = 5 * kSecond;  // from SIGTERM to SIGKILL
constexpr size_t kMaxAnswer = 4096;      // bytes of a mapping's answer
constexpr size_t kMaxMap = 60'000;       // bytes of its lines: what a pipe holds

bool IsChange(const NetStep& step) {
  return step.kind == NetStep::kChange || step.kind == NetStep::kFlush;
}

// What was to go is gone.
bool IsDone(NetChange::Kind kind, Error error) {
  switch (kind) {
    case NetChange::kDeleteAddress:
      return error.code() == EADDRNOTAVAIL || error.code() == ENODEV;
    case NetChange::kDeleteRoute:
      return error.code() == ESRCH || error.code() == ENODEV;
    case NetChange::kDeleteLink:
      return error.code() == ENODEV;
    default:
      return false;
  }
}

std::string Ending(const ProcessExit& exit) {
  return (exit.signaled ? "ended by signal " : "ended with ") + std::to_string(exit.value);
}

}  // namespace

void ShowLine(std::string_view line) {
  (void)FlushOutput();
  const std::string text = Printable(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

IfupRunner::IfupRunner(IfupRunnerOptions options) : options_(std::move(options)) {}
IfupRunner::~IfupRunner() = default;

Error IfupRunner::Open() {
  if (loop_ != nullptr) return kOk;
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
    // Without netconfd the hooks of resolvconf tell of name servers.
    case NetStep::kDns:
    case NetStep::kChange:
    case NetStep::kFlush:
      break;
  }
  return true;
}

bool IfupRunner::ReadState(std::span<const NetStep> steps) {
  const bool is_known = is_state_known_ && std::none_of(steps.begin(), steps.end(), [&](auto& s) {
                          return changed_.contains(s.change.name);
                        });
  if (is_known) return true;
  state_ = {};
  changed_.clear();
  is_state_known_ = net_if_->Dump(&state_).ok();
  return is_state_known_;
}

bool IfupRunner::RunChanges(const DesiredInterface& interface, std::span<const StepLines> shown) {
  std::vector<NetStep> steps;
  for (const StepLines& one : shown) steps.push_back(*one.step);
  if (ReadState(steps)) steps = WhatIsLeft(std::move(steps), state_);
  std::vector<NetChange> changes;
  std::vector<bool> may_fail;
  for (const NetStep& step : steps) {
    if (step.kind == NetStep::kChange) {
      changes.push_back(step.change);
    } else {
      const Interface* device = state_.Find(step.change.name);
      for (const InterfaceAddress& address : state_.addresses) {
        if (device == nullptr || address.index != device->index || !IsFlushed(step, address)) {
          continue;
        }
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
    if (errors[i].ok() || may_fail[i] || IsDone(changes[i].kind, errors[i])) continue;
    Tell(ChangeText(changes[i]) + ": " + ChangeErrorText(changes[i], errors[i]));
    all_ok = false;
  }
  return all_ok;
}

// --- Programs ---

std::optional<ProcessExit> IfupRunner::Wait(const SpawnRequest& request, Error* error) {
  std::optional<ProcessExit> exit;
  is_state_known_ = false;
  *error = processes_->Spawn(
      request, [&](ProcessExit ended) { exit = ended; }, &running_);
  if (!error->ok()) {
    running_ = 0;
    return std::nullopt;
  }
  Loop::TimerId timer = 0;
  while (!exit && error->ok()) {
    if (interrupted_ && timer == 0) {
      timer = loop_->StartTimer(SystemClock()->MonotonicNs() + kGrace, [this] {
        if (running_ != 0) (void)processes_->Signal(running_, SIGKILL, true);
      });
    }
    *error = loop_->RunOnce(-1);
  }
  loop_->CancelTimer(timer);
  running_ = 0;
  return exit;
}

bool IfupRunner::RunProgram(std::vector<std::string> words, const Hook& hook,
                            const std::string& what) {
  SpawnRequest request;
  request.program = words[0];
  request.arguments = std::move(words);
  const bool up = hook.phase == HookPhase::kPreUp || hook.phase == HookPhase::kUp;
  HookWords said;
  said.name = hook.interface.name;
  said.is_verbose = options_.is_verbose;
  said.all_class = options_.all_class;
  said.inherited = options_.inherited;
  const size_t dot = hook.interface.name.find('.');
  if (dot != std::string::npos) {
    said.inherited.push_back(RecursionVariable(hook.interface.name.substr(0, dot)) +
                             "=parent-lock");
  }
  request.environment = HookEnvironment(hook.setup, up, hook.phase, said);
  request.descriptors = {{0, 0}, {1, 1}, {2, 2}};
  Error error;
  const auto exit = Wait(request, &error);
  if (!error.ok()) {
    Tell(hook.interface.name + ": " + what + ": " + error.Text());
  } else if (exit->signaled || exit->value != 0) {
    Tell(hook.interface.name + ": " + what + " " + Ending(*exit));
  }
  return error.ok() && !exit->signaled && exit->value == 0;
}

bool IfupRunner::RunShell(const std::string& command, const Hook& hook) {
  return RunProgram({"/bin/sh", "-c", command}, hook, "'" + command + "'");
}

bool IfupRunner::RunDhcpClient(const std::string& line, const Hook& hook) {
  const InterfaceLabel label = SplitInterfaceLabel(hook.interface.name);
  const bool is_plain = IsPlainInterfaceName(label.device) &&
                        (label.label.empty() || IsPlainInterfaceName(label.label));
  if (is_plain) return RunShell(line, hook);
  Tell(hook.interface.name + ": no DHCP client can be given that name");
  return false;
}

bool IfupRunner::RunFolder(const Hook& hook) {
  std::unique_ptr<Root> root;
  if (!OpenRoot("/", &root).ok()) return false;
  bool all_ok = true;
  for (const std::string& path : HookFiles(root.get(), kHooksTop, hook.phase)) {
    if (interrupted_) return false;
    if (options_.is_verbose) ShowLine("run-parts: executing " + path);
    const bool ok = RunProgram({path}, hook, path);
    all_ok &= ok;
    const bool starts = hook.phase == HookPhase::kPreUp || hook.phase == HookPhase::kUp;
    if (!ok && starts && !options_.ignores_errors && !options_.ignores_hooks) return false;
  }
  return all_ok;
}

bool IfupRunner::RunMethod(const Hook& hook, bool starts) {
  const std::string path = std::string(kMethodsFolder) + "/" + hook.setup.method_name;
  return RunProgram({path, starts ? "start" : "stop", hook.interface.name}, hook, path);
}

std::optional<std::string> IfupRunner::AskMapping(const InterfaceMapping& mapping,
                                                  const std::string& name) {
  Descriptor input, to_input, output, from_output;
  Error error = MakePipe(&input, &to_input);
  if (error.ok()) error = MakePipe(&output, &from_output);
  std::string lines, answer;
  for (const InterfacesText& line : mapping.map) lines += line.text + "\n";
  // Nobody reads yet.
  if (error.ok() && lines.size() > kMaxMap) error = Error(EFBIG);
  if (error.ok()) error = WritePipe(to_input.get(), lines);
  to_input.Reset();
  std::optional<ProcessExit> exit;
  if (error.ok()) {
    SpawnRequest request;
    request.program = mapping.script;
    request.arguments = {mapping.script, name};
    request.environment = OwnEnvironment();
    request.directory = "/";
    request.descriptors = {{input.get(), 0}, {from_output.get(), 1}, {2, 2}};
    exit = Wait(request, &error);
  }
  from_output.Reset();
  if (error.ok()) error = ReadPipe(output.get(), kMaxAnswer, &answer);
  if (error.code() == EAGAIN) error = kOk;
  if (!error.ok()) {
    Tell("could not execute mapping script " + mapping.script + " on " + name + ": " +
         error.Text());
    return std::nullopt;
  }
  if (exit->signaled || exit->value != 0) {
    Tell("error trying to executing mapping script " + mapping.script + " on " + name);
    return std::nullopt;
  }
  answer.resize(std::min(answer.find('\n'), answer.size()));
  if (answer.empty()) Tell("no output from mapping script " + mapping.script + " on " + name);
  return answer.empty() ? std::nullopt : std::optional(std::string(TrimBlanks(answer)));
}

// --- Waiting for addresses ---

bool IfupRunner::Poll(const std::string& device, uint32_t attempts, int64_t pause_ns,
                      const std::function<bool(const std::vector<InterfaceAddress>&)>& done) {
  for (uint32_t i = 0; i < attempts && !interrupted_; ++i) {
    NetState state;
    if (!net_if_->Dump(&state).ok()) return false;
    const Interface* interface = state.Find(device);
    if (interface == nullptr) return false;
    std::erase_if(state.addresses, [&](const InterfaceAddress& address) {
      return address.index != interface->index || !address.address.v6;
    });
    if (done(state.addresses)) return true;
    const int64_t until = SystemClock()->MonotonicNs() + pause_ns;
    while (!interrupted_ && SystemClock()->MonotonicNs() < until) {
      if (!loop_->RunOnce(until).ok()) return false;
    }
  }
  return false;
}

bool IfupRunner::WaitDad(const DesiredInterface& interface, const DesiredSetup& setup) {
  bool is_duplicate = false;
  const auto is_ours = [&](const InterfaceAddress& has) {
    return std::any_of(setup.addresses.begin(), setup.addresses.end(),
                       [&](auto& wanted) { return has.address == ToNetIp(wanted.prefix.address); });
  };
  const bool ok = Poll(std::string(SplitInterfaceLabel(interface.name).device), setup.dad_attempts,
                       setup.dad_interval_ns, [&](const std::vector<InterfaceAddress>& addresses) {
                         bool is_tentative = false;
                         for (const InterfaceAddress& address : addresses) {
                           if (!is_ours(address)) continue;
                           is_duplicate |= address.is_duplicate;
                           is_tentative |= address.is_tentative && !address.is_duplicate;
                         }
                         return !is_tentative;
                       });
  if (is_duplicate) Tell(interface.name + ": another host has the address");
  if (!ok && !interrupted_) Tell(interface.name + ": duplicate address detection takes too long");
  return ok && !is_duplicate;
}

bool IfupRunner::WaitLinkLocal(const DesiredInterface& interface, const DesiredSetup& setup) {
  const bool ok = Poll(std::string(SplitInterfaceLabel(interface.name).device), setup.dad_attempts,
                       setup.dad_interval_ns, [](const std::vector<InterfaceAddress>& addresses) {
                         return std::any_of(addresses.begin(), addresses.end(), [](auto& address) {
                           return address.scope == NetScope::kLink && !address.is_tentative;
                         });
                       });
  if (!ok && !interrupted_) Tell(interface.name + ": no link-local address");
  return ok;
}

}  // namespace keelson
