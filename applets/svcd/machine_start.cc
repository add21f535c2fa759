// From down to up: what is needed is there, check, before, main, ready.
#include "applets/svcd/machine_impl.h"

namespace keelson {

// Of one that waits for nothing that is about to change. False: it goes on waiting, or has failed.
bool Machine::Impl::AreNeedsMet(ServiceId id) {
  Service& service = services_[id];
  if (const auto missing = missing_.find(id); missing != missing_.end()) {
    service.why = "needs " + missing->second + ", which nobody provides";
    service.cause = kNone;
    GiveUp(id, ServiceState::kFailed);
    return false;
  }
  for (ServiceId need : needs_.out[id]) {
    const Service& needed = services_[need];
    if (needed.IsUp() || (service.held && !needed.IsGone())) continue;
    // The first cause is told along a chain, not the whole chain.
    const bool is_first = needed.cause == kNone;
    service.why = is_first ? NeedText(need) : needed.why;
    service.cause = is_first ? need : needed.cause;
    if (needed.IsGone()) {
      GiveUp(id, ServiceState::kFailed);
      return false;
    }
    service.held = true;
    Touch(id);
  }
  if (service.held) {
    for (ServiceId need : needs_.out[id])
      if (!services_[need].IsUp()) return false;
    service.held = false;
  }
  return true;
}

void Machine::Impl::Try(ServiceId id) {
  if (AreNeedsMet(id)) Start(id);
}

void Machine::Impl::Start(ServiceId id) {
  Service& service = services_[id];
  if (service.IsDown()) {  // otherwise it tells why it starts again
    service.why.clear();
    service.cause = kNone;
  }
  service.phase = Phase::kIdle;
  service.died = service.unmet = service.tree_signalled = service.is_settled = false;
  service.said_ready = service.backs_off = false;
  const int64_t timeout = service.policy.start_timeout_ns;
  SetState(id, ServiceState::kStarting);
  SetTimer(id, timeout > 0 ? now_ns_ + timeout : 0);
  NextJob(id);
}

// REQUIRES: the job before it, if any, has ended well.
void Machine::Impl::NextJob(ServiceId id) {
  Service& service = services_[id];
  const ServicePolicy& policy = service.policy;
  if (service.phase < Phase::kCheck && policy.has_check) {
    service.phase = Phase::kCheck;
    Run(id, ServiceJob::kCheck);
  } else if (service.phase < Phase::kBefore && policy.has_before) {
    service.phase = Phase::kBefore;
    Run(id, ServiceJob::kBefore);
  } else {
    service.phase = Phase::kMain;
    service.is_settled = policy.kind == ServiceKind::kGroup;
    if (policy.kind == ServiceKind::kGroup)
      BecomeReady(id);
    else
      Run(id, ServiceJob::kMain);
  }
}

// Up, if all has been seen that its readiness asks for.
void Machine::Impl::BecomeReady(ServiceId id) {
  Service& service = services_[id];
  if (service.phase != Phase::kMain || !service.is_settled) return;
  const ServicePolicy& policy = service.policy;
  switch (policy.kind == ServiceKind::kGroup ? ServiceReady::kExec : policy.ready) {
    case ServiceReady::kNotify:
    case ServiceReady::kDescriptor:
      if (!service.said_ready) return;
      break;
    case ServiceReady::kPidFile:
      if (service.LeavesDaemon() ? !service.Runs(ServiceJob::kMain) : !service.said_ready) return;
      break;
    case ServiceReady::kExec:
    case ServiceReady::kEnd:
      break;
  }
  service.phase = Phase::kIdle;
  if (!service.IsLeaving()) {
    service.why.clear();
    service.cause = kNone;
  }
  Watch(id);
  SetState(id, ServiceState::kUp);
}

// A program of its start has ended.
void Machine::Impl::HandleStartEnded(ServiceId id, const ServiceEvent& event) {
  Service& service = services_[id];
  if (event.job == ServiceJob::kCheck && !event.ok) {
    service.unmet = true;
    Died(id, false, event.text.empty() ? "condition not met" : event.text);
  } else if (!event.ok) {
    Died(id, false, event.job == ServiceJob::kBefore ? "before: " + event.text : event.text);
  } else if (event.job != ServiceJob::kMain) {
    NextJob(id);
  } else if (service.policy.kind == ServiceKind::kOneshot) {
    service.phase = Phase::kIdle;
    SetTimer(id, 0);
    SetState(id, ServiceState::kDone);
  } else if (!service.LeavesDaemon() || service.is_settled) {
    Died(id, false, event.text + " before it was ready");
  }
}

}  // namespace keelson
