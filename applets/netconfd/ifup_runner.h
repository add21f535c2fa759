// Carries out the steps of a plan, one after the other, without netconfd.
//
// A signal that ends programs (INT, TERM, HUP) ends what runs, and then nothing more is done.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_RUNNER_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_RUNNER_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/network_plan.h"
#include "applets/netconfd/network_view.h"
#include "platform/loop.h"
#include "platform/net_if.h"
#include "platform/process.h"

namespace keelson {

// A line of stderr that is no message of the applet's.
void ShowLine(std::string_view line);

struct IfupRunnerOptions {
  std::string applet = {};
  bool shows = false;           // the lines of each step, before it
  bool acts = true;             // false: lines are all
  bool ignores_errors = false;  // of every step
  bool ignores_hooks = false;   // what hooks end with is told and does not count
  bool is_verbose = false;
  std::string all_class = {};               // CLASS of hooks; empty: none
  std::vector<std::string> inherited = {};  // IFUPDOWN_... of our own environment
};

class IfupRunner {
 public:
  explicit IfupRunner(IfupRunnerOptions options);
  ~IfupRunner();

  // The system is looked at and listened to from now on. Nothing to do when nothing acts.
  Error Open();

  // Those steps, which are of a plan for up or for down. Up: the first that fails ends it. False: a
  // step failed (told of), or the runner was interrupted.
  bool Run(const DesiredInterface& interface, std::span<const StepLines> steps);

  // Whether they are changes of the kernel alone: neither a program nor a wait.
  bool AreChanges(std::span<const StepLines> steps);

  // What the mapping's script answers on its first line, for the interface; told of otherwise.
  std::optional<std::string> AskMapping(const InterfaceMapping& mapping, const std::string& name);

  // The system's interfaces; none when they cannot be seen.
  std::vector<Interface> Interfaces();

  Error Rename(const std::string& from, const std::string& to);

  // Signals that have come count now.
  void HearSignals();
  bool is_interrupted() const { return interrupted_; }

 private:
  struct Hook {
    const DesiredInterface& interface;
    const DesiredSetup& setup;
    HookPhase phase;
  };
  bool RunStep(const DesiredInterface& interface, const NetStep& step, const StepLines& shown);
  bool RunChanges(const DesiredInterface& interface, std::span<const StepLines> steps);
  bool ReadView(std::span<const NetStep> steps);
  bool Finish(const NetStep& step, bool ok) const;

  bool RunShell(const std::string& command, const Hook& hook);
  // One of the system, by the line that is shown.
  bool RunDhcpClient(const std::string& line, const Hook& hook);
  bool RunFolder(const Hook& hook);
  bool RunMethod(const Hook& hook, bool starts);
  // The exit status is 0. what: for the line that says it is not.
  bool RunProgram(std::vector<std::string> words, const Hook& hook, const std::string& what);
  std::optional<ProcessExit> Wait(const SpawnRequest& request, Error* error);

  bool WaitDad(const DesiredInterface& interface, const DesiredSetup& setup);
  bool WaitLinkLocal(const DesiredInterface& interface, const DesiredSetup& setup);
  void WaitPorts(const DesiredInterface& interface);
  void WaitForward(const DesiredInterface& interface);
  // Until `done` says so of what the kernel has, or of the interface's addresses of v6. False: time
  // is up, it is gone, or the runner was interrupted.
  bool Await(int64_t patience_ns, const std::function<bool(const NetState&)>& done);
  bool AwaitAddresses(const DesiredInterface& interface, const DesiredSetup& setup,
                      const std::function<bool(const std::vector<InterfaceAddress>&)>& done);
  void Tell(const std::string& text) const;

  const IfupRunnerOptions options_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<NetIf> net_if_;
  std::unique_ptr<Root> root_;
  HookFolders hooks_;  // until a program was run
  NetworkView view_;
  bool is_view_known_ = false;
  std::set<std::string> changed_;  // interfaces of which view_ is not true any more
  bool is_listening_ = false, has_heard_ = false;
  bool interrupted_ = false;
  ProcessId running_ = 0;  // 0: none
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_RUNNER_H_
