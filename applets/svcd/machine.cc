// Events to what they mean in the present state. The table, by the phase of the service; what is
// not in it changes nothing (it was on its way when things changed):
//
//            kRan failed, kEnded             kEmpty        kRemain         kTimer
//   check    next job, or it died            -             -               abort
//   before   next job, or it died            -             -               abort
//   main     done, daemon expected, or died  done, died    up (a daemon)   abort
//   up       died; a reload is over          died          -               abort (watchdog), or
//                                                                          end the reload
//   died     -                               over          kill, or over   -
//   delay    -                               -             -               start again
//   stop     signal what still runs          over          signal the rest kill
//   term     -                               over          signal the rest kill
//   killed   -                               over          -               -
#include "applets/svcd/machine.h"

#include <csignal>

#include "applets/svcd/machine_impl.h"

namespace keelson {

std::string_view ServiceStateName(ServiceState state) {
  constexpr std::string_view kNames[] = {"down", "starting", "up", "stopping", "failed", "done"};
  return kNames[static_cast<size_t>(state)];
}

void Machine::Impl::Begin(int64_t now_ns, std::vector<ServiceAction>* actions) {
  now_ns_ = now_ns;
  actions_ = actions;
}

void Machine::Impl::Handle(const ServiceEvent& event) {
  if (event.kind == ServiceEvent::kForget) {
    HandleRequest(event);
    return;
  }
  if (event.service >= services_.size()) return;
  Service& service = services_[event.service];
  switch (event.kind) {
    case ServiceEvent::kRan:
      HandleRan(event);
      break;
    case ServiceEvent::kEnded:
      if (service.Runs(event.job)) HandleEnded(event);
      break;
    case ServiceEvent::kReady:
      service.said_ready = true;
      BecomeReady(event.service);
      break;
    case ServiceEvent::kAlive:
      if (service.state == ServiceState::kUp && service.phase == Phase::kIdle) Watch(event.service);
      break;
    case ServiceEvent::kEmpty:
    case ServiceEvent::kRemain:
    case ServiceEvent::kDaemon:
      HandleTree(event.kind, event.service);
      break;
    case ServiceEvent::kTimer:
      if (service.deadline_ns != 0 && now_ns_ >= service.deadline_ns) HandleTimer(event.service);
      break;
    case ServiceEvent::kTrigger:
      HandleTrigger(event);
      break;
    default:
      HandleRequest(event);
  }
}

void Machine::Impl::HandleRan(const ServiceEvent& event) {
  Service& service = services_[event.service];
  if (!service.Runs(event.job)) return;
  if (!event.ok) {
    if (event.job == ServiceJob::kCheck && service.phase == Phase::kCheck) {
      // A check that could not be asked says nothing of the condition.
      service.jobs = 0;
      Died(event.service, false, event.text);
    } else {
      HandleEnded(event);
    }
    return;
  }
  if (event.job != ServiceJob::kMain || service.phase != Phase::kMain) return;
  if (service.policy.kind == ServiceKind::kOneshot || service.LeavesDaemon()) return;
  service.is_settled = true;
  BecomeReady(event.service);
}

void Machine::Impl::HandleEnded(const ServiceEvent& event) {
  const ServiceId id = event.service;
  Service& service = services_[id];
  service.jobs &= static_cast<uint8_t>(~Service::Bit(event.job));
  if (event.job == ServiceJob::kReload) {
    if (service.phase == Phase::kIdle) Watch(id);
    EndReload(id, event.ok, event.text);
  }
  switch (service.phase) {
    case Phase::kCheck:
    case Phase::kBefore:
    case Phase::kMain:
      HandleStartEnded(id, event);
      break;
    case Phase::kIdle:
      if (event.job == ServiceJob::kMain) Died(id, event.ok, event.text);
      break;
    case Phase::kStopJob:
      if (event.job != ServiceJob::kStop) break;
      service.phase = Phase::kTerm;
      if (service.jobs != 0) Terminate(id, service.policy.stop_signal);
      break;
    case Phase::kKilled:
      // With the whole tree the others were killed too.
      if (service.jobs != 0 && !KillsTree(service)) Kill(id);
      break;
    case Phase::kDelay:
    case Phase::kDied:
    case Phase::kTerm:
      break;
  }
}

void Machine::Impl::HandleTree(ServiceEvent::Kind kind, ServiceId id) {
  Service& service = services_[id];
  if (service.jobs != 0) return;  // said before that job began
  const bool is_empty = kind == ServiceEvent::kEmpty;
  if (is_empty) service.has_tree = false;
  const bool is_running = !service.IsDown() && service.state != ServiceState::kDone;
  if (kind == ServiceEvent::kDaemon && is_running && service.phase != Phase::kDelay)
    service.jobs |= Service::Bit(ServiceJob::kMain);
  switch (service.phase) {
    case Phase::kMain:
      if (is_empty && service.policy.kind == ServiceKind::kScript && !service.is_settled) {
        service.phase = Phase::kIdle;
        SetTimer(id, 0);
        SetState(id, ServiceState::kDone);
      } else if (is_empty) {
        Died(id, false, "nothing of it stayed");
        Over(id);
      } else {
        service.is_settled = true;
        BecomeReady(id);
      }
      break;
    case Phase::kIdle:
      if (!is_empty || service.state != ServiceState::kUp ||
          service.policy.kind == ServiceKind::kGroup)
        break;
      Died(id, false, "nothing of it runs any more");
      Over(id);
      break;
    case Phase::kDied:
      if (is_empty || (kind == ServiceEvent::kRemain && !KillsTree(service))) {
        Over(id);
      } else {
        SetState(id, ServiceState::kStopping);
        Kill(id);
      }
      break;
    case Phase::kStopJob:
    case Phase::kTerm:
      if (is_empty || (kind == ServiceEvent::kRemain && !KillsTree(service)))
        Over(id);
      else if (!service.tree_signalled || service.jobs != 0)
        Terminate(id, service.policy.stop_signal);
      break;
    case Phase::kKilled:
      if (is_empty || (kind == ServiceEvent::kRemain && !KillsTree(service))) Over(id);
      break;
    default:
      break;
  }
}

void Machine::Impl::HandleTimer(ServiceId id) {
  Service& service = services_[id];
  service.deadline_ns = 0;
  switch (service.phase) {
    case Phase::kCheck:
    case Phase::kBefore:
    case Phase::kMain:
      Abort(id, service.policy.stop_signal, "not ready in time");
      break;
    case Phase::kIdle:
      if (service.Runs(ServiceJob::kReload))
        AbortReload(id);
      else
        Abort(id, SIGABRT, "did not answer the watchdog");
      break;
    case Phase::kDelay:
      StartAgain(id);
      break;
    case Phase::kStopJob:
    case Phase::kTerm:
      Kill(id);
      break;
    case Phase::kDied:
    case Phase::kKilled:
      break;
  }
}

void Machine::Impl::HandleTrigger(const ServiceEvent& event) {
  const ServiceId id = event.service;
  Service& service = services_[id];
  if (is_shut_) return;
  if (event.text == "circle") {
    service.why = "events of others start it again and again";
    service.cause = kNone;
    if (service.IsDown()) {
      GiveUp(id, ServiceState::kFailed);
    } else {
      Drop(id, Loss::kFailed, "", NeedText(id));
    }
  } else if (event.text != "watch") {
    if (service.IsDown()) Want(id, true);
    if (service.state == ServiceState::kDone) Bounce(id);
  } else if (service.state == ServiceState::kUp && event.reload) {
    Reload(id);
  } else if (service.IsUp()) {
    Bounce(id);
  }
}

ServiceAction* Machine::Impl::Act(ServiceAction::Kind kind, ServiceId id) {
  actions_->push_back({.kind = kind, .service = id});
  return &actions_->back();
}

void Machine::Impl::Run(ServiceId id, ServiceJob job) {
  Service& service = services_[id];
  service.jobs |= Service::Bit(job);
  service.has_tree = true;
  Act(ServiceAction::kRun, id)->job = job;
}

void Machine::Impl::SetTimer(ServiceId id, int64_t deadline_ns) {
  Service& service = services_[id];
  if (service.deadline_ns == deadline_ns) return;
  service.deadline_ns = deadline_ns;
  Act(ServiceAction::kTimer, id)->deadline_ns = deadline_ns;
}

// REQUIRES: it is up. A reload has the timer for itself.
void Machine::Impl::Watch(ServiceId id) {
  const Service& service = services_[id];
  const int64_t watchdog = service.policy.watchdog_ns;
  if (!service.Runs(ServiceJob::kReload)) SetTimer(id, watchdog > 0 ? now_ns_ + watchdog : 0);
}

// Phase and reason are set before.
void Machine::Impl::SetState(ServiceId id, ServiceState state) {
  Service& service = services_[id];
  if (service.state != state) {
    ServiceAction* action = Act(ServiceAction::kState, id);
    action->from = service.state;
    action->to = state;
    action->text = service.why;
    service.state = state;
    service.since_ns = now_ns_;
    TellProgress(id);
  }
  Touch(id);
}

Machine::Machine(std::function<std::string(ServiceId)> name)
    : impl_(std::make_unique<Impl>(std::move(name))) {}
Machine::~Machine() = default;

void Machine::Handle(const ServiceEvent& event, int64_t now_ns,
                     std::vector<ServiceAction>* actions) {
  impl_->Begin(now_ns, actions);
  impl_->Handle(event);
  impl_->Settle();
}

void Machine::Replace(std::vector<ServicePolicy> policies, const ServiceGraph& graph,
                      std::span<const ServiceId> kept, int64_t now_ns,
                      std::vector<ServiceAction>* actions) {
  impl_->Begin(now_ns, actions);
  impl_->Replace(std::move(policies), graph, kept);
  impl_->Settle();
}

void Machine::SetTargets(std::span<const ServiceId> up, ServiceRequest request, int64_t now_ns,
                         std::vector<ServiceAction>* actions) {
  impl_->Begin(now_ns, actions);
  impl_->SetTargets(up, request);
  impl_->Settle();
}

void Machine::Shutdown(ServiceRequest request, int64_t now_ns,
                       std::vector<ServiceAction>* actions) {
  impl_->Begin(now_ns, actions);
  impl_->Shutdown(request);
  impl_->Settle();
}

size_t Machine::size() const { return impl_->services_.size(); }
ServiceStatus Machine::StatusOf(ServiceId id) const { return impl_->StatusOf(id); }
ServiceState Machine::StateOf(ServiceId id) const { return impl_->services_[id].state; }
void Machine::Restore(ServiceId id, const ServiceStatus& status) { impl_->Restore(id, status); }
std::vector<ServiceId> Machine::WaitsFor(ServiceId id) const { return impl_->WaitsFor(id); }

}  // namespace keelson
