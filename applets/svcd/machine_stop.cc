// From up to down: the stop command or signals, then what is left of the tree.
#include "applets/svcd/machine_impl.h"

namespace keelson {
namespace {

// The program that a signal should reach, when one is known.
ServiceJob RunningJob(const Service& service) {
  for (ServiceJob job : {ServiceJob::kMain, ServiceJob::kBefore, ServiceJob::kCheck,
                         ServiceJob::kStop, ServiceJob::kReload})
    if (service.Runs(job)) return job;
  return ServiceJob::kMain;
}

}  // namespace

// REQUIRES: it is leaving, and nobody has to stop before it.
void Machine::Impl::Stop(ServiceId id) {
  Service& service = services_[id];
  const bool was_up = service.IsUp() && service.phase == Phase::kIdle;
  const bool has_command = was_up && service.policy.has_stop;
  const bool is_dying = service.phase == Phase::kDied;
  // What a oneshot left behind belongs to it only with the whole tree.
  const bool runs =
      service.jobs != 0 ||
      (service.has_tree && (KillsTree(service) || service.state != ServiceState::kDone));
  service.again = service.died = service.backs_off = service.tree_signalled = false;
  if (service.phase == Phase::kDelay || (!runs && !has_command)) {
    Over(id);
    return;
  }
  const int64_t timeout = service.policy.stop_timeout_ns;
  SetState(id, ServiceState::kStopping);
  SetTimer(id, timeout > 0 ? now_ns_ + timeout : 0);
  if (is_dying) {
    service.phase = Phase::kTerm;
  } else if (has_command) {
    service.phase = Phase::kStopJob;
    Run(id, ServiceJob::kStop);
  } else {
    Terminate(id, service.policy.stop_signal);
  }
}

// To the program that is known to run, or to all that is left.
void Machine::Impl::Terminate(ServiceId id, int signal) {
  Service& service = services_[id];
  service.phase = Phase::kTerm;
  service.tree_signalled = service.jobs == 0;
  ServiceAction* action = Act(ServiceAction::kSignal, id);
  action->job = RunningJob(service);
  action->tree = service.jobs == 0;
  action->signal = signal;
}

void Machine::Impl::Kill(ServiceId id) {
  Service& service = services_[id];
  service.phase = Phase::kKilled;
  SetTimer(id, 0);
  ServiceAction* action = Act(ServiceAction::kKill, id);
  action->job = RunningJob(service);
  action->tree = KillsTree(service) || service.jobs == 0;
}

// Nothing of it runs any more, or nothing that it has to wait for.
void Machine::Impl::Over(ServiceId id) {
  Service& service = services_[id];
  SetTimer(id, 0);
  service.phase = Phase::kIdle;
  if (service.target_up && !service.again && service.died) {
    AfterDeath(id);
    return;
  }
  service.again = service.died = service.backs_off = false;
  if (service.target_up) {
    service.why.clear();
    service.cause = kNone;
  }
  SetState(id, service.fails && !service.target_up ? ServiceState::kFailed : ServiceState::kDown);
}

}  // namespace keelson
