// What svcd does about what happens: services, their states, who waits for whom. No system call, no
// clock: events in, actions out.
//
// A service has a target (up or down) and a state:
//
//   down      nothing of it runs; with target up it waits for others    -> starting, failed
//   starting  its programs begin: check, before, main; or it waits for its next try
//                                                       -> up, done, down, failed, stopping
//   up        ready                                     -> stopping; starting when it dies
//   done      a oneshot or a script has ended well; nothing runs        -> stopping, down
//   stopping  asked to end; killed when late            -> down, starting (restart), failed
//   failed    could not start or gave up                -> starting, when it is wanted anew; down
//
// Someone wants it up: the mode, a request, or what needs or wants it. What came up stays up until
// it is stopped, but a helper goes down when nobody wants it any more. Stopping a service stops
// those that need it first; restarting it restarts them. A service waits for another only while
// that one is about to change; so a wait for what nobody starts is no wait.
//
// One that dies comes back by its policy. Its restarts fill a bucket, one drop each; one drop leaks
// out for each restart_interval that it was up. Up to the burst it comes back after restart_delay,
// above that after 1 s, 2 s, 4 s ... up to restart_max_delay. While it waits that long, and the
// start requests for it have failed, only those that need it wait on; the others begin.
//
// A reload command has as long as a start; while it runs the watchdog waits.
//
// Which programs of a service run the machine knows from what it has asked for and kEnded. Of what
// else runs in the tree it hears so: right after a kEnded, or a kRan that is not ok, that leaves no
// program of the service running that the machine knows of, comes one of
//   kEmpty   nothing of it runs any more
//   kDaemon  kForking, kScript: a main process is known and watched; its end is a kEnded of kMain
//   kRemain  something of it runs
// and kEmpty again when the last process has gone. After kRemain a kDaemon may still come, from a
// pid file that is written late. A script that has ended well is done with kEmpty, and up with the
// other two, as a forking service is; with `ready: pid-file` that one waits for kDaemon.
#ifndef KEELSON_APPLETS_SVCD_MACHINE_H_
#define KEELSON_APPLETS_SVCD_MACHINE_H_

#include <cstdint>
#include <functional>
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
  bool has_check = false;   // conditions to be asked before it starts: they are kCheck's kEnded
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
    kStart,    // request; each of these four has a number of its own
    kStop,     // request
    kRestart,  // request; of one that is down: start
    kReload,   // request; of one that is not up: fails
    kReset,    // of a failed one: down
    kForget,   // request: nobody listens any more; what it began goes on
    kRan,      // the action kRun was carried out: `ok`, or could not begin (text says why)
    kEnded,  // a program ended: job, ok (exit 0, or the stop signal while stopping); text: "exit 1"
    kReady,  // it said so, or the pid file of a kProcess is there
    kAlive,  // it answered the watchdog
    kEmpty,  // see above; also after each kKill
    kRemain,
    kDaemon,
    kTimer,    // the time that kTimer asked for has come
    kTrigger,  // an event that it starts on; text "watch": a file that it watches has changed;
               // "circle": it is not to be started that way any more and fails
  };
  Kind kind;
  ServiceId service = 0;
  ServiceRequest request = 0;
  ServiceJob job = ServiceJob::kMain;
  bool ok = true;
  bool reload = false;  // kTrigger by a watched file: reload, not restart
  std::string text = {};
};

// What is said of a service that a new set does not have.
inline constexpr char kGoneText[] = "its definition is gone";

struct ServiceAction {
  enum Kind : uint8_t {
    kRun,       // the job; answered by kRan, later kEnded
    kSignal,    // the program of `job`, or with `tree` every process of the service
    kKill,      // SIGKILL, to the same; with `tree` kEmpty follows even if there was none
    kTimer,     // one for each service: at deadline_ns; 0: none any more
    kState,     // it has another state; text: why
    kProgress,  // a request wants to know: service, its state `to`, and text
    kFinish,    // a request is done; or not ok: service, whose fault it is, and text, why, of
                // the service `of`, that was asked for ("needs b, which failed: exit 1"); both
                // are UINT32_MAX if it is gone
  };
  Kind kind;
  ServiceId service = 0, of = 0;
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
  int64_t bucket_ns = 0;    // drops in the bucket, in restart_intervals
  int64_t deadline_ns = 0;  // of its timer; 0: none
  uint64_t inner = 0;       // what else Restore has to know
  std::string why;  // the reason of the state: "exit 1", "needs b, which failed: exit 1" ...
};

class Machine {
 public:
  // name: of a service of the present set (in Replace: of the new one), for texts. Without it they
  // are told by number.
  explicit Machine(std::function<std::string(ServiceId)> name = {});
  ~Machine();

  // A whole new set. kept[i]: which service of the old set is number i (UINT32_MAX: a new one); its
  // state, jobs and timer carry over. A hard need that is new to one that is wanted is wanted too.
  // REQUIRES: whatever is not down is kept; no cycle of waits; who needs another waits for it.
  void Replace(std::vector<ServicePolicy> policies, const ServiceGraph& graph,
               std::span<const ServiceId> kept, int64_t now_ns,
               std::vector<ServiceAction>* actions);

  void Handle(const ServiceEvent& event, int64_t now_ns, std::vector<ServiceAction>* actions);

  // These are to be up, all others down but what these need: the fewest stops and starts. The
  // request finishes when all have got there.
  void SetTargets(std::span<const ServiceId> up, ServiceRequest request, int64_t now_ns,
                  std::vector<ServiceAction>* actions);
  // Everything down, in order, and nothing starts any more. What services left behind is killed.
  void Shutdown(ServiceRequest request, int64_t now_ns, std::vector<ServiceAction>* actions);

  size_t size() const;
  ServiceStatus StatusOf(ServiceId id) const;
  ServiceState StateOf(ServiceId id) const;
  // For a new svcd in this one's place. Restore comes after Replace and before any event.
  void Restore(ServiceId id, const ServiceStatus& status);
  // Who keeps it from starting or stopping: ids that it waits for now.
  std::vector<ServiceId> WaitsFor(ServiceId id) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_MACHINE_H_
