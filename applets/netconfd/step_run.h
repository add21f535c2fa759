// Carries out steps of a plan, one after the other, in a loop: changes of the kernel, programs,
// waits. What it is given to do it ends once, whatever happens.
#ifndef KEELSON_APPLETS_NETCONFD_STEP_RUN_H_
#define KEELSON_APPLETS_NETCONFD_STEP_RUN_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/network_plan.h"
#include "applets/netconfd/network_view.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/net_if.h"
#include "platform/process.h"

namespace keelson {

// Empty: it is done; otherwise why not.
using StepDone = std::function<void(std::string fault)>;

// DHCP, external methods and name servers.
class StepProviders {
 public:
  virtual ~StepProviders() = default;
  // kDhcpStart, kDhcpStop, kMethodStart, kMethodStop, kDns, kRouters. done runs once, maybe at
  // once.
  virtual void Begin(const DesiredInterface& interface, const NetStep& step, const HookWords& words,
                     StepDone done) = 0;
  // What was begun for that interface is to end; its done follows.
  virtual void Abort(const std::string& name) = 0;
  // What the last lease of the interface asks for; done runs once, maybe at once.
  virtual void Configure(const std::string& name, StepDone done) = 0;
  // It is up since before this netconfd: its DHCP client runs again, its name servers count.
  virtual void Resume(const DesiredInterface& interface) = 0;
  virtual void SetCarrier(const std::string& name, bool has_carrier) = 0;
  virtual void OnDeviceGone(const std::string& name) = 0;
  virtual int64_t LeaseLeft(const std::string& name) const = 0;  // seconds; negative: none
};

struct StepTools {
  Loop* loop;
  Clock* clock;
  Root* root;
  Processes* processes;
  NetIf* net_if;
  NetworkView* view;
  StepProviders* providers;      // null: there are none
  HookFolders* hooks = nullptr;  // of a turn of Continue
  std::string hooks_folder = kHooksTop;
  std::string mark = {};  // "NAME=value" of our programs' environment
};

class StepRun {
 public:
  // Whom its programs run for.
  struct Context {
    bool is_verbose = false;
    std::string all_class, within;
    std::function<void(std::string_view line)> output;  // of its programs; may outlive the run
  };

  // REQUIRES: tools outlive it; interface has the setups that the steps speak of.
  StepRun(const StepTools* tools, std::shared_ptr<const DesiredInterface> interface,
          Context context);
  ~StepRun();  // what runs is left alone

  // up: the first one that fails, and may not, ends all; otherwise every one is tried. done is
  // called later, never from inside. resume: Continue is to be called again. REQUIRES: steps stay
  // where they are until done is called.
  void Begin(std::span<const NetStep> steps, bool up, StepDone done, std::function<void()> resume);
  // The change of the kernel that is next: for who sends those of many as one, and tells by Changed
  // what came of it. Null: none is.
  const NetChange* NextChange() const;
  void Changed(Error error);
  // A turn's worth of the rest. False: it waits for something, and resume will be called, or is
  // done.
  bool Continue();
  void Abort();
  // Addresses or the carrier of the interface have changed, or a device has come.
  void LookAgain();

 private:
  void BeginStep(const NetStep& step);
  void EndStep(std::string fault);
  bool IsEnding() const;
  void Flush(const NetStep& step);
  bool IsSo(const NetStep& step);
  void RunProgram(SpawnRequest request, std::string what);
  void NextHook();
  void BeginWait(int64_t patience_ns);
  std::string Waited(bool* is_over);
  void Kill(int signal);
  void Later(std::function<void()> callback);
  const DesiredSetup& SetupOf(const NetStep& step) const;
  HookWords Words() const;

  const StepTools* const tools_;
  const std::shared_ptr<const DesiredInterface> interface_;
  const Context context_;
  std::span<const NetStep> steps_;
  size_t next_ = 0;
  bool up_ = true, is_busy_ = false, is_aborted_ = false, is_over_ = true;
  std::string fault_;
  StepDone done_;
  std::function<void()> resume_;
  Loop::TimerId timer_ = 0, kill_timer_ = 0;
  ProcessId program_ = 0;
  std::vector<std::string> hooks_;  // still to be run, last one first
  std::string hook_fault_;
  bool is_waiting_ = false, is_settled_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_STEP_RUN_H_
