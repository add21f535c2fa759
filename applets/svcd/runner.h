// What the machine wants done to programs, done; what becomes of them, told to the machine.
#ifndef KEELSON_APPLETS_SVCD_RUNNER_H_
#define KEELSON_APPLETS_SVCD_RUNNER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "applets/svcd/machine.h"
#include "applets/svcd/pid_files.h"
#include "applets/svcd/service_log.h"
#include "applets/svcd/service_output.h"
#include "applets/svcd/service_sources.h"
#include "core/log.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/loop.h"
#include "platform/notify_socket.h"
#include "platform/process.h"
#include "platform/process_tree.h"

namespace keelson {

std::string ExitText(ProcessExit exit);  // "exit 1", "signal 9"

class ServiceRunner {
 public:
  struct Options {
    Loop* loop;
    Clock* clock;
    Root* root;
    std::string prefix;          // where root lies in the running system, "" for "/"
    std::string socket;          // where svcd answers: what runs of it has it in its environment
    std::string notify_address;  // a path, or "@NAME"
    int notify_bound = -1;       // the socket of a svcd before this one
    std::string tree_label;
    uint64_t descriptor_limit = 0;  // what programs get
    Log log;
  };
  using Tell = std::function<void(ServiceEvent event)>;

  // Once a condition beyond files and commands holds: empty, or why not.
  using Condition = std::function<std::string(const ServiceSettings& settings)>;

  ServiceRunner(Options options, const ServiceLog::Sinks* sinks, Tell tell, Condition condition);
  ~ServiceRunner();

  // What is not given is the system's.
  struct Parts {
    std::unique_ptr<Processes> processes = {};
    std::unique_ptr<ProcessTrees> trees = {};
    std::unique_ptr<NotifySocket> notify = {};
  };
  Error Open(Parts parts);
  // The services are these from now on; kept as for Machine::Replace. REQUIRES: *set outlives its
  // use.
  void Use(const ServiceSet* set, std::span<const ServiceId> kept);
  void SetMode(std::string_view mode) { mode_ = mode; }

  // kRun, kSignal, kKill, kTimer.
  void Carry(const ServiceAction& action);

  // What of its conditions does not hold; empty: all do, but for its check command.
  std::string Unmet(const ServiceSettings& settings) const;

  // For whoever shows it. pid 0: none.
  ProcessId MainOf(ServiceId id) const;
  std::string ExitOf(ServiceId id) const;  // "exit 1", "signal 9" or "-"
  std::string SaidOf(ServiceId id) const;  // how it is, in its own words; may be empty
  // Its main program, when it was started, was another one than it would be now.
  bool IsOutdated(ServiceId id) const;
  bool IsQuiet(ServiceId id) const;  // nothing of it runs or is about to
  ServiceLog& LogOf(ServiceId id);
  std::string LogFailureOf(ServiceId id) const;  // why its log cannot be written; may be empty

  int notify_descriptor() const { return notify_->descriptor(); }

  // For who starts a program that is no service.
  Processes& processes() { return *processes_; }

  // For the svcd that takes over from this one: what runs of a service, with descriptors that exec
  // keeps. False: nothing.
  struct Handed {
    std::string invocation;
    std::vector<std::pair<ServiceJob, ProcessId>> programs;  // 0: it was still to be begun
    bool is_daemon = false;                                  // the main one is
    int output_reader = -1, output_writer = -1, ready = -1;
    std::optional<ProcessExit> exit;
    uint64_t digest = 0;
    std::string said;
    std::string log;  // ServiceLog::Held
  };
  bool HandDown(ServiceId id, Handed* handed);
  void TakeOver(ServiceId id, const Handed& handed, int64_t timer_ns);

 private:
  struct Run;
  struct Attempt;

  Run& RunOf(ServiceId id);
  const ServiceDefinition& DefinitionOf(const Run& run) const;
  ServiceOutput& OutputOf(Run& run);
  void TellOf(const Run& run, ServiceEvent::Kind kind, ServiceJob job = ServiceJob::kMain,
              bool ok = true, std::string text = {});
  void Queue(Run& run, ServiceJob job);
  bool IsQueued(const Run& run) const;
  void Pump();
  void Signal(Run& run, const ServiceAction& action);
  void Withdraw(Run& run);
  void Kill(Run& run, const ServiceAction& action);
  void SetTimer(Run& run, int64_t deadline_ns);

  void BeginSome();
  bool Prepare(Attempt* attempt);
  Error OpenTree(Run& run);
  std::string MakeRequest(Attempt* attempt);
  void Note(Attempt* attempt, ProcessId pid);
  void TellOfAttempt(const Attempt& attempt);
  bool OpenReady(Run& run, Descriptor* writer);
  bool ListenReady(Run& run);
  void OnReady(Run& run);
  void AwaitPidFile(Run& run, const std::string& path);
  void OnEnd(Run& run, ProcessExit exit);
  void TellTree(Run& run, bool may_be_daemon);
  bool FindDaemon(Run& run, const std::string& pid_file);
  bool TakeMain(Run& run, ProcessId pid);
  void OnOrphans();
  void TellIfLost(const Run& run);
  void Emptied(Run& run);

  void OnMessage(const Peer& sender, std::string_view text);
  Run* SenderOf(ProcessId pid);
  void OnLine(Run& run, std::string_view line);
  void FollowHanded(Run& run, ServiceJob job, ProcessId pid);

  const Options options_;
  const ServiceLog::Sinks* const sinks_;
  const Tell tell_;
  const Condition condition_;
  const ServiceSet* set_ = nullptr;
  std::string mode_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<ProcessTrees> trees_;
  std::unique_ptr<NotifySocket> notify_;
  PidFiles pid_files_;
  std::vector<std::unique_ptr<Run>> runs_;  // by service; null: it has never run
  std::unordered_map<ProcessId, Run*> by_pid_;
  std::deque<std::pair<Run*, ServiceJob>> queue_;
  Loop::TimerId pump_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_RUNNER_H_
