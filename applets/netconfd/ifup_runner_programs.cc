// Hooks, DHCP clients, methods and mappings: each is waited for, and ended when we are to end.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/ifup_runner.h"
#include "applets/netconfd/interfaces_source.h"
#include "applets/netconfd/mapping_script.h"
#include "core/interface_name.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr int64_t kGrace = 5 * kSecond;  // from SIGTERM to SIGKILL

std::string Ending(const ProcessExit& exit) {
  return (exit.signaled ? "ended by signal " : "ended with ") + std::to_string(exit.value);
}

}  // namespace

std::optional<ProcessExit> IfupRunner::Wait(const SpawnRequest& request, Error* error) {
  std::optional<ProcessExit> exit;
  is_view_known_ = false;
  hooks_.Forget();
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
  bool all_ok = true;
  const std::vector<std::string> files = hooks_.Files(root_.get(), kHooksTop, hook.phase);
  for (const std::string& path : files) {
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
  MappingScript script;
  SpawnRequest request;
  std::optional<ProcessExit> exit;
  Error error = script.Prepare(mapping, name, &request);
  if (error.ok()) exit = Wait(request, &error);
  script.Begun();
  std::string fault;
  if (!error.ok()) fault = script.NoStartText(error);
  const std::string answer = error.ok() ? script.Answer(*exit, &fault) : "";
  if (!fault.empty()) Tell(fault);
  return fault.empty() ? std::optional(answer) : std::nullopt;
}

}  // namespace keelson
