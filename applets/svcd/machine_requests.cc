// Who asked, and for what they wait. A request has an interest in each service that it changes;
// an interest with a wish is a subject: the request is done when all its subjects have got there.
#include "applets/svcd/machine_impl.h"

namespace keelson {

void Machine::Impl::HandleRequest(const ServiceEvent& event) {
  const ServiceId id = event.service;
  if (event.kind == ServiceEvent::kForget) {
    for (uint32_t i = 0; event.request != 0 && i < requests_.size(); ++i)
      if (requests_[i].id == event.request) Remove(i);
    return;
  }
  Service& service = services_[id];
  Open(event.request, id);
  switch (event.kind) {
    case ServiceEvent::kStart:
    case ServiceEvent::kRestart: {
      if (is_shut_) {
        Refuse(id);
        break;
      }
      const bool was_wanted = service.target_up;
      Want(id, event.kind == ServiceEvent::kStart || !was_wanted);
      service.restarts = 0, service.streak = 0, service.bucket_ns = 0;
      if (event.kind == ServiceEvent::kRestart) Bounce(id);
      // Somebody wants it now: it waits for its next try no longer.
      if (service.phase == Phase::kDelay && !service.IsLeaving()) {
        SetTimer(id, 0);
        Touch(id);
      }
      AddInterest(id, Wish::kUp);
      break;
    }
    case ServiceEvent::kStop:
      Drop(id, Loss::kStopped, "stopped", "needs " + Name(id) + ", which is stopped");
      AddInterest(id, Wish::kDown);
      break;
    case ServiceEvent::kReload:
      AddInterest(id, Wish::kReload);
      Reload(id);
      break;
    case ServiceEvent::kReset:
      service.bucket_ns = 0, service.streak = 0;
      if (service.state == ServiceState::kFailed && !service.target_up) {
        service.why.clear();
        service.cause = kNone;
        SetState(id, ServiceState::kDown);
      }
      break;
    default:
      break;
  }
  CheckInterests(id);
  Close();
}

// The request that is being begun, because nothing starts any more.
void Machine::Impl::Refuse(ServiceId id) {
  if (open_ == kNone) return;
  requests_[open_].failed = requests_[open_].failed_of = id;
  requests_[open_].text = "shutting down";
}

void Machine::Impl::Reload(ServiceId id) {
  Service& service = services_[id];
  if (service.state != ServiceState::kUp || service.phase != Phase::kIdle || service.IsLeaving()) {
    EndReload(id, false, "is not up");
  } else if (service.Runs(ServiceJob::kReload)) {
    service.reload_again = true;
  } else if (service.policy.has_reload_command) {
    Run(id, ServiceJob::kReload);
    const int64_t timeout = service.policy.start_timeout_ns;
    SetTimer(id, timeout > 0 ? now_ns_ + timeout : 0);
  } else if (service.policy.reload_signal == 0 || !service.Runs(ServiceJob::kMain)) {
    EndReload(id, false, "cannot be reloaded");
  } else {
    ServiceAction* action = Act(ServiceAction::kSignal, id);
    action->tree = false;
    action->signal = service.policy.reload_signal;
    EndReload(id, true, "");
  }
}

// It takes too long; the service itself goes on.
void Machine::Impl::AbortReload(ServiceId id) {
  ServiceAction* action = Act(ServiceAction::kKill, id);
  action->job = ServiceJob::kReload;
  action->tree = false;
  if (!services_[id].reload_again) EndReload(id, false, "not reloaded in time");
}

void Machine::Impl::EndReload(ServiceId id, bool ok, std::string_view text) {
  Service& service = services_[id];
  if (service.reload_again) {
    service.reload_again = false;
    Reload(id);
    return;
  }
  for (uint32_t i = service.first_interest; i != kNone; i = interests_[i].next_of_service)
    if (interests_[i].wish == Wish::kReload) Resolve(i, ok ? kNone : id, text);
  CheckInterests(id);
}

void Machine::Impl::Open(ServiceRequest request, ServiceId id) {
  open_ = kNone;
  if (request == 0) return;
  if (free_requests_.empty()) {
    free_requests_.push_back(static_cast<uint32_t>(requests_.size()));
    requests_.emplace_back();
  }
  open_ = free_requests_.back();
  free_requests_.pop_back();
  requests_[open_] = {.id = request, .pending = 1, .service = id, .text = {}};
}

// Without a subject it is done.
void Machine::Impl::Close() {
  if (open_ == kNone) return;
  const uint32_t request = open_;
  open_ = kNone;
  if (--requests_[request].pending == 0) Finish(request);
}

void Machine::Impl::AddInterest(ServiceId id, Wish wish) {
  if (open_ == kNone) return;
  std::string text;
  if (wish != Wish::kNews && wish != Wish::kReload &&
      Judge(services_[id], wish, &text) == Verdict::kOk)
    return;
  const uint32_t last = services_[id].first_interest;
  if (last != kNone && interests_[last].request == open_) {
    if (wish == Wish::kNews || interests_[last].wish != Wish::kNews) return;
    interests_[last].wish = wish;
    ++requests_[open_].pending;
    return;
  }
  if (free_interests_.empty()) {
    free_interests_.push_back(static_cast<uint32_t>(interests_.size()));
    interests_.emplace_back();
  }
  const uint32_t place = free_interests_.back();
  free_interests_.pop_back();
  Request& request = requests_[open_];
  interests_[place] = {id, open_, services_[id].first_interest, request.first, wish};
  services_[id].first_interest = place;
  request.first = place;
  if (wish != Wish::kNews) ++request.pending;
}

Machine::Impl::Verdict Machine::Impl::Judge(const Service& service, Wish wish,
                                            std::string* text) const {
  if (wish == Wish::kDown) {
    if (service.target_up) {
      *text = "started meanwhile";
      return Verdict::kFailed;
    }
    return service.IsDown() ? Verdict::kOk : Verdict::kPending;
  }
  if (wish != Wish::kUp) return Verdict::kPending;
  if (service.target_up) {
    if (service.IsUp() && !service.again && service.phase == Phase::kIdle) return Verdict::kOk;
    if (!service.held && !(service.backs_off && service.phase == Phase::kDelay))
      return Verdict::kPending;
    *text = service.why;
    return Verdict::kFailed;
  }
  if (!service.IsDown() && service.fails) return Verdict::kPending;
  *text = service.stopped ? "stopped meanwhile" : service.why;
  return Verdict::kFailed;
}

void Machine::Impl::CheckInterests(ServiceId id) {
  const Service& service = services_[id];
  if (service.first_interest == kNone) return;
  std::string text;
  for (uint32_t i = service.first_interest; i != kNone; i = interests_[i].next_of_service) {
    const Verdict verdict = Judge(service, interests_[i].wish, &text);
    if (verdict == Verdict::kPending) continue;
    const ServiceId failed = service.cause == kNone ? id : service.cause;
    Resolve(i, verdict == Verdict::kOk ? kNone : failed, text);
  }
  for (uint32_t request : finished_) Finish(request);
  finished_.clear();
}

// The subject has got there, or never will.
void Machine::Impl::Resolve(uint32_t interest, ServiceId failed, std::string_view text) {
  Request& request = requests_[interests_[interest].request];
  interests_[interest].wish = Wish::kNews;
  if (failed != kNone && request.failed == kNone) {
    request.failed = failed;
    request.failed_of = interests_[interest].service;
    request.text = text;
  }
  if (--request.pending == 0) finished_.push_back(interests_[interest].request);
}

void Machine::Impl::TellProgress(ServiceId id) {
  const Service& service = services_[id];
  for (uint32_t i = service.first_interest; i != kNone; i = interests_[i].next_of_service) {
    ServiceAction* action = Act(ServiceAction::kProgress, id);
    action->request = requests_[interests_[i].request].id;
    action->to = service.state;
    action->text = service.why;
  }
}

void Machine::Impl::Finish(uint32_t place) {
  const Request& request = requests_[place];
  const bool ok = request.failed == kNone && !request.is_lost;
  ServiceAction* action = Act(ServiceAction::kFinish, ok ? request.service : request.failed);
  action->of = ok ? request.service : request.failed_of;
  action->request = request.id;
  action->ok = ok;
  action->text = !ok && request.failed == kNone ? kGoneText : request.text;
  Remove(place);
}

void Machine::Impl::Remove(uint32_t place) {
  Request& request = requests_[place];
  for (uint32_t i = request.first; i != kNone;) {
    uint32_t* link = &services_[interests_[i].service].first_interest;
    while (*link != i) link = &interests_[*link].next_of_service;
    *link = interests_[i].next_of_service;
    free_interests_.push_back(i);
    i = interests_[i].next_of_request;
  }
  request = {};
  free_requests_.push_back(place);
}

}  // namespace keelson
