// What svcd does about what happens: services, their states, who waits for whom. No system call, no
// clock: events in, actions out.
//
// A service has a target (up or down) and a state:
//
//   down      nothing of it runs                        -> starting (target up, what it waits for
//   is settled) starting  its program begins: check, before, main   -> up, done, failed, stopping
//   up        ready                                     -> stopping; starting again when it dies
//   and restarts done      a oneshot or a script has ended well; nothing runs -> stopping or down
//   stopping  asked to end; killed when late            -> down, starting (restart), failed
//   failed    could not start or gave up                -> starting, when it is wanted anew
//
// Someone wants it up: the mode, a request, or what needs or wants it. When nobody does, a helper
// goes down. Stopping a service stops those that need it first. One that dies comes back by its
// policy: a leaky bucket that forgets with each healthy interval. A service waits for another only
// while that one is about to change; so a wait for what nobody starts is no wait.
#ifndef KEELSON_APPLETS_SVCD_MACHINE_H_
#define KEELSON_APPLETS_SVCD_MACHINE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/service_definition.h"
#include "core/service_graph.h"

namespace keelson {

enum class ServiceState : uint8_t { kDown, kStarting, kUp, kStopping, kFailed, kDone };
std::string_view ServiceStateName(ServiceState state);

// What the machine has to know of a service, small because there may be many.
struct ServicePolicy {
  ServiceKind kind = ServiceKind::kProcess;
  ServiceReady ready = ServiceReady::kExec;
  ServiceRestart restart = ServiceRestart::kAlways;
  bool is_helper = false;
  bool restart_with_needs = false;
  bool has_check = false;   // conditions to be asked before it starts
  bool has_before = false;  // a command before the main one
  bool has_stop = false;    // a command that stops it
  bool has_reload_command = false;
  bool kill_tree = true;
  uint8_t stop_signal = 15, reload_signal = 1;
  uint16_t restart_burst = 5;
  uint16_t restart_limit = 0;
  int64_t restart_delay_ns = 0, restart_interval_ns = 0, restart_max_delay_ns = 0;
  int64_t start_timeout_ns = 0, stop_timeout_ns = 0, watchdog_ns = 0;
};
ServicePolicy PolicyOf(const ServiceSettings& settings);

// Which program of a service runs.
enum class ServiceJob : uint8_t { kCheck, kBefore, kMain, kStop, kReload };

using ServiceRequest = uint32_t;  // who asked; 0: nobody in particular

struct ServiceEvent {
  enum Kind : uint8_t {
    kStart,    // request
    kStop,     // request
    kRestart,  // request; of one that is down: start
    kReload,   // request; of one that is not up: fails
    kReset,    // of a failed one: down
    kForget,   // request: nobody listens any more; what it began goes on
    kRan,      // the action kRun was carried out: `ok`, or could not begin (text says why)
    kEnded,  // a program ended: job, ok (exit 0, or the stop signal while stopping); text: "exit 1"
    kReady,  // it said so
    kAlive,  // it answered the watchdog
    kEmpty,  // nothing of it runs any more
    kDaemon,   // kForking, kScript: a main process has been found (text empty) and is watched from
               // now on
    kTimer,    // the time that kTimer asked for has come
    kTrigger,  // an event that it starts on, or a file that it watches (text: "watch")
  };
  Kind kind;
  ServiceId service = 0;
  ServiceRequest request = 0;
  ServiceJob job = ServiceJob::kMain;
  bool ok = true;
  bool reload = false;  // kTrigger by a watched file: reload, not restart
  std::string text = {};
};

struct ServiceAction {
  enum Kind : uint8_t {
    kRun,       // the job; answered by kRan, later kEnded
    kSignal,    // the main process, or with `tree` every process of the service
    kKill,      // SIGKILL to every process of it, or to the main one alone without `tree`; kEmpty
                // follows
    kTimer,     // one for each service: at deadline_ns; 0: none any more
    kState,     // it has another state; text: why
    kProgress,  // a request wants to know: service and text
    kFinish,    // a request is done: ok, text: which one failed and why
  };
  Kind kind;
  ServiceId service = 0;
  ServiceRequest request = 0;
  ServiceJob job = ServiceJob::kMain;
  ServiceState from = ServiceState::kDown, to = ServiceState::kDown;
  bool ok = true;
  bool tree = true;
  int signal = 0;
  int64_t deadline_ns = 0;
  std::string text = {};
};

// What others may see of a service, and what a new svcd has to know.
struct ServiceStatus {
  ServiceState state = ServiceState::kDown;
  bool target_up = false;  // somebody wants it up
  bool is_asked = false;   // by a request or the mode, not only by others that need it
  bool is_main_alive = false;
  uint32_t restarts = 0;    // since it was started by somebody
  int64_t since_ns = 0;     // when the state began
  int64_t bucket_ns = 0;    // the restarts that are not forgotten yet, in intervals
  int64_t deadline_ns = 0;  // of its timer; 0: none
  std::string why;          // the reason of the state: "exit 1", "b failed" ...
};

class Machine {
 public:
  Machine();
  ~Machine();

  // A whole new set. kept[i]: which service of the old set is number i (UINT32_MAX: a new one); its
  // state carries over. REQUIRES: whatever is not down is kept.
  void Replace(std::vector<ServicePolicy> policies, const ServiceGraph& graph,
               std::span<const ServiceId> kept, int64_t now_ns,
               std::vector<ServiceAction>* actions);

  void Handle(const ServiceEvent& event, int64_t now_ns, std::vector<ServiceAction>* actions);

  // These are to be up, all others down but what these need: the fewest stops and starts. The
  // request finishes when all have got there.
  void SetTargets(std::span<const ServiceId> up, ServiceRequest request, int64_t now_ns,
                  std::vector<ServiceAction>* actions);
  // Everything down, in order, and nothing starts any more.
  void Shutdown(ServiceRequest request, int64_t now_ns, std::vector<ServiceAction>* actions);

  size_t size() const;
  ServiceStatus StatusOf(ServiceId id) const;
  ServiceState StateOf(ServiceId id) const;
  // For a new svcd in this one's place. Restore comes before any event.
  void Restore(ServiceId id, const ServiceStatus& status);
  // Who keeps it from starting or stopping: ids that it waits for now.
  std::vector<ServiceId> WaitsFor(ServiceId id) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_MACHINE_H_
