// Inside of the machine. One object for each service, small; edges as offsets into arrays; work
// that follows from a change waits in a queue, so nothing here recurses over the graph.
//
//   machine.cc           events to the parts below
//   machine_graph.cc     who waits for whom: counted, not searched
//   machine_target.cc    who is to be up, and why no longer
//   machine_start.cc     check, before, main, ready
//   machine_stop.cc      the stop command, signals, what is left
//   machine_restart.cc   after a death: again, later, or never
//   machine_requests.cc  who waits for an answer
//   machine_replace.cc   a new set, a new svcd
#ifndef KEELSON_APPLETS_SVCD_MACHINE_IMPL_H_
#define KEELSON_APPLETS_SVCD_MACHINE_IMPL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/svcd/machine.h"

namespace keelson {

inline constexpr uint32_t kNone = UINT32_MAX;

// Neighbours of each service, one array for all.
class Neighbours {
 public:
  using Edge = std::pair<ServiceId, ServiceId>;  // from, to
  Neighbours() = default;
  // REQUIRES: ids below size.
  Neighbours(size_t size, std::span<const Edge> edges);
  std::span<const ServiceId> operator[](ServiceId id) const {
    return {to_.data() + begin_[id], to_.data() + begin_[id + 1]};
  }

 private:
  std::vector<uint32_t> begin_ = {0};
  std::vector<ServiceId> to_;
};

struct BothWays {
  Neighbours out, in;
};

// What exactly it does in its state.
enum class Phase : uint8_t {
  kIdle,     // down, failed, done, up
  kDelay,    // starting: waits for its next try
  kCheck,    // starting: the job of that name runs
  kBefore,   // the same
  kMain,     // starting: main runs, or is a daemon by now, and is not ready
  kDied,     // a program has ended that should not have: kEmpty or kRemain is about to come
  kStopJob,  // stopping: the stop command runs
  kTerm,     // stopping: was signalled
  kKilled,   // stopping: SIGKILL was sent
};

struct Service {
  ServicePolicy policy;
  std::string why;
  int64_t since_ns = 0, bucket_ns = 0, deadline_ns = 0;
  uint32_t restarts = 0;
  uint32_t pulled = 0;          // by so many that are to be up
  uint32_t start_blockers = 0;  // of those it waits for at start, so many are about to change
  uint32_t stop_blockers = 0;
  uint32_t first_interest = kNone;
  ServiceId cause = kNone;  // whose fault `why` is, if it is another one's
  uint16_t streak = 0;      // restarts without a healthy interval
  ServiceState state = ServiceState::kDown;
  Phase phase = Phase::kIdle;
  uint8_t jobs = 0;  // which run, a bit each; kMain: also a daemon that is watched
  bool target_up : 1 = false;
  bool asked : 1 = false;
  bool again : 1 = false;    // is to stop, and to start after that
  bool fails : 1 = false;    // failed, not down, when it has stopped
  bool stopped : 1 = false;  // the target is down because somebody wanted that
  bool died : 1 = false;     // not asked to end, or asked because it hangs: the policy decides
  bool died_well : 1 = false;
  bool unmet : 1 = false;     // its conditions
  bool has_tree : 1 = false;  // something of it may run
  bool tree_signalled : 1 = false;
  bool is_settled : 1 = false;  // starting: what has to run runs
  bool said_ready : 1 = false;
  bool backs_off : 1 = false;     // waits long for its next try
  bool held : 1 = false;          // waits for one that backs off
  bool reload_again : 1 = false;  // once the reload that runs is over
  bool counts_as_unsettled : 1 = false, counts_as_departing : 1 = false;
  bool is_queued : 1 = false;

  bool Runs(ServiceJob job) const { return jobs & Bit(job); }
  static uint8_t Bit(ServiceJob job) { return static_cast<uint8_t>(1 << static_cast<int>(job)); }
  bool IsUp() const { return state == ServiceState::kUp || state == ServiceState::kDone; }
  bool IsDown() const { return state == ServiceState::kDown || state == ServiceState::kFailed; }
  // Its start program ends; what it has left behind is the service.
  bool LeavesDaemon() const {
    return policy.kind == ServiceKind::kForking || policy.kind == ServiceKind::kScript;
  }
  // Down, and nobody is about to change that.
  bool IsGone() const { return IsDown() && !target_up; }
  // Is to stop and has not begun to.
  bool IsLeaving() const {
    return (IsUp() || state == ServiceState::kStarting) && (!target_up || again);
  }
};
static_assert(sizeof(Service) <= 200, "what one of a thousand services costs");

// A request that somebody waits for, and which services it wants to hear of.
struct Request {
  ServiceRequest id = 0;   // 0: this place is free
  uint32_t pending = 0;    // subjects that have not got there
  uint32_t first = kNone;  // interest
  ServiceId service = 0;
  ServiceId failed = kNone, failed_of = kNone;  // whose fault it is, whose text
  bool is_lost = false;                         // one of its subjects is gone
  std::string text;
};

enum class Wish : uint8_t { kNews, kUp, kDown, kReload };  // kNews: not a subject, or no longer

struct Interest {
  ServiceId service;
  uint32_t request;  // its place
  uint32_t next_of_service, next_of_request;
  Wish wish;
};

class Machine::Impl {
 public:
  explicit Impl(std::function<std::string(ServiceId)> name) : name_(std::move(name)) {}

  // What Machine has, with `actions` and the time as members while it runs.
  void Begin(int64_t now_ns, std::vector<ServiceAction>* actions);
  void Handle(const ServiceEvent& event);
  void Replace(std::vector<ServicePolicy> policies, const ServiceGraph& graph,
               std::span<const ServiceId> kept);
  void SetTargets(std::span<const ServiceId> up, ServiceRequest request);
  void Shutdown(ServiceRequest request);
  void Settle();  // does what has become possible; ends each of the above
  ServiceStatus StatusOf(ServiceId id) const;
  void Restore(ServiceId id, const ServiceStatus& status);
  std::vector<ServiceId> WaitsFor(ServiceId id) const;

  std::vector<Service> services_;

 private:
  // machine.cc
  void HandleRan(const ServiceEvent& event);
  void HandleEnded(const ServiceEvent& event);
  void HandleTree(ServiceEvent::Kind kind, ServiceId id);
  void HandleTimer(ServiceId id);
  void HandleTrigger(const ServiceEvent& event);
  ServiceAction* Act(ServiceAction::Kind kind, ServiceId id);
  void Run(ServiceId id, ServiceJob job);
  void SetTimer(ServiceId id, int64_t deadline_ns);
  void Watch(ServiceId id);
  void SetState(ServiceId id, ServiceState state);

  // machine_replace.cc
  void MoveRequests(std::span<const ServiceId> new_id);
  void Adapt(ServiceId id, ServiceKind old_kind);

  // machine_graph.cc
  void Link(const ServiceGraph& graph);
  std::span<const ServiceId> StopWaits(ServiceId id) const;    // it waits for these
  std::span<const ServiceId> StopWaiters(ServiceId id) const;  // these wait for it
  void Touch(ServiceId id);  // after each change: counts, requests
  void Count(ServiceId id);
  void Queue(ServiceId id);
  bool IsUnsettled(const Service& service) const;
  bool IsDeparting(const Service& service) const;

  // machine_target.cc
  void Want(ServiceId id, bool asked);
  enum class Loss : uint8_t { kStopped, kFailed };
  void Drop(ServiceId id, Loss loss, std::string_view why, std::string_view others_why);
  void LoseTarget(ServiceId id, Loss loss);
  void Bounce(ServiceId id);
  std::string Name(ServiceId id) const;
  std::string NeedText(ServiceId need) const;

  // machine_start.cc
  void Try(ServiceId id);
  bool AreNeedsMet(ServiceId id);
  void Start(ServiceId id);
  void NextJob(ServiceId id);
  void BecomeReady(ServiceId id);
  void HandleStartEnded(ServiceId id, const ServiceEvent& event);

  // machine_stop.cc
  void Stop(ServiceId id);
  // Nothing is left to run when everything goes down.
  bool KillsTree(const Service& service) const { return service.policy.kill_tree || is_shut_; }
  void Terminate(ServiceId id, int signal);
  void Kill(ServiceId id);
  void Over(ServiceId id);

  // machine_restart.cc
  void NoteDeath(ServiceId id, bool well, std::string_view why);
  void Died(ServiceId id, bool well, std::string_view why);
  void Abort(ServiceId id, int signal, std::string_view why);
  void AfterDeath(ServiceId id);
  void GiveUp(ServiceId id, ServiceState state);
  int64_t NextDelay(ServiceId id);
  void StartAgain(ServiceId id);

  // machine_requests.cc
  void HandleRequest(const ServiceEvent& event);
  void Refuse(ServiceId id);
  void Reload(ServiceId id);
  void AbortReload(ServiceId id);
  void EndReload(ServiceId id, bool ok, std::string_view text);
  void Open(ServiceRequest request, ServiceId id);
  void Close();
  void AddInterest(ServiceId id, Wish wish);
  enum class Verdict : uint8_t { kPending, kOk, kFailed };
  Verdict Judge(const Service& service, Wish wish, std::string* text) const;
  void CheckInterests(ServiceId id);
  void TellProgress(ServiceId id);
  void Resolve(uint32_t interest, ServiceId failed, std::string_view text);
  void Finish(uint32_t request);
  void Remove(uint32_t request);

  std::function<std::string(ServiceId)> name_;
  BothWays needs_, wants_, start_, stop_;
  std::map<ServiceId, std::string> missing_;  // what it needs and nobody provides
  bool stop_is_reverse_ = true;  // stop_ is empty: the edges of start_, the other way round
  bool is_shut_ = false;
  std::vector<ServiceId> queue_;
  size_t queue_head_ = 0;
  std::vector<ServiceId> work_, bounced_;  // of Want, Drop, Bounce
  std::vector<Request> requests_;
  std::vector<uint32_t> free_requests_, free_interests_, finished_;
  std::vector<Interest> interests_;
  uint32_t open_ = kNone;  // the request that is being begun
  int64_t now_ns_ = 0;
  std::vector<ServiceAction>* actions_ = nullptr;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_MACHINE_IMPL_H_
