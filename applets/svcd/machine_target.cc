// Who is to be up. A target spreads along pulls; losing it spreads to those that need the service,
// and to helpers that nobody pulls any more.
#include "applets/svcd/machine_impl.h"

namespace keelson {

std::string Machine::Impl::Name(ServiceId id) const {
  return name_ ? name_(id) : "#" + std::to_string(id);
}

std::string Machine::Impl::NeedText(ServiceId need) const {
  const Service& service = services_[need];
  std::string text = "needs " + Name(need);
  text += service.state == ServiceState::kDown ? ", which is down" : ", which failed";
  if (!service.why.empty()) text += ": " + service.why;
  return text;
}

void Machine::Impl::Want(ServiceId first, bool asked) {
  if (asked) services_[first].asked = true;
  work_.assign(1, first);
  for (size_t i = 0; i < work_.size(); ++i) {
    const ServiceId id = work_[i];
    Service& service = services_[id];
    if (service.target_up) continue;
    service.target_up = true;
    service.stopped = service.fails = service.died = false;
    service.restarts = service.streak = 0;
    service.bucket_ns = 0;
    for (const BothWays* pulls : {&needs_, &wants_}) {
      for (ServiceId other : pulls->out[id]) {
        ++services_[other].pulled;
        work_.push_back(other);
      }
    }
    // What was about to stop goes on, unless what it needs is about to stop and start again.
    bool bounces = false;
    for (ServiceId need : needs_.out[id]) bounces |= services_[need].again;
    if (bounces) bounced_.push_back(id);
    if (!service.IsUp()) AddInterest(id, Wish::kNews);
    Touch(id);
  }
  for (ServiceId id : bounced_) Bounce(id);
  bounced_.clear();
}

// Takes the target away from one that has it.
void Machine::Impl::LoseTarget(ServiceId id, Loss loss) {
  Service& service = services_[id];
  service.target_up = service.asked = service.again = service.held = false;
  service.stopped = loss == Loss::kStopped;
  service.fails = loss == Loss::kFailed;
  for (const BothWays* pulls : {&needs_, &wants_}) {
    for (ServiceId other : pulls->out[id]) {
      Service& pulled = services_[other];
      if (--pulled.pulled == 0 && pulled.policy.is_helper && pulled.target_up && !pulled.asked)
        work_.push_back(other);
    }
  }
  if (service.phase == Phase::kDelay) SetTimer(id, 0);
}

// first: is to stop, or has failed, as its state and reason say already; those that need it are
// told `others_why`.
void Machine::Impl::Drop(ServiceId first, Loss loss, std::string_view why,
                         std::string_view others_why) {
  if (!services_[first].target_up) return;
  work_.assign(1, first);
  for (size_t i = 0; i < work_.size(); ++i) {
    const ServiceId id = work_[i];
    Service& service = services_[id];
    if (!service.target_up) continue;
    // A helper that nobody pulls any more has not failed, whoever pulled it.
    const bool unneeded =
        id != first && service.policy.is_helper && service.pulled == 0 && !service.asked;
    const Loss its_loss = unneeded ? Loss::kStopped : loss;
    LoseTarget(id, its_loss);
    for (ServiceId other : needs_.in[id]) work_.push_back(other);
    if (id == first && loss == Loss::kFailed) {
      Touch(id);
      continue;
    }
    service.why = unneeded ? "nobody needs it" : id == first ? why : others_why;
    service.cause = its_loss == Loss::kFailed ? first : kNone;
    if (!service.IsDown()) AddInterest(id, Wish::kNews);
    if (service.IsDown() && service.fails) SetState(id, ServiceState::kFailed);
    Touch(id);
  }
}

// Stops what runs of it and of those that need it, to start them again.
void Machine::Impl::Bounce(ServiceId first) {
  work_.assign(1, first);
  for (size_t i = 0; i < work_.size(); ++i) {
    const ServiceId id = work_[i];
    Service& service = services_[id];
    if (!service.target_up || service.again || service.IsDown()) continue;
    if (service.state == ServiceState::kStopping) {
      service.died = false;
      continue;
    }
    service.again = true;
    if (service.phase == Phase::kDelay) SetTimer(id, 0);
    AddInterest(id, Wish::kUp);
    for (ServiceId other : needs_.in[id]) work_.push_back(other);
    Touch(id);
  }
}

void Machine::Impl::SetTargets(std::span<const ServiceId> up, ServiceRequest request) {
  Open(request, up.empty() ? 0 : up.front());
  if (is_shut_) {
    Refuse(up.empty() ? 0 : up.front());
    Close();
    return;
  }
  std::vector<bool> wanted(services_.size());
  std::vector<ServiceId> work(up.begin(), up.end());
  for (Service& service : services_) service.asked = false;
  for (ServiceId id : up) services_[id].asked = true;
  while (!work.empty()) {
    const ServiceId id = work.back();
    work.pop_back();
    if (wanted[id]) continue;
    wanted[id] = true;
    for (const BothWays* pulls : {&needs_, &wants_})
      work.insert(work.end(), pulls->out[id].begin(), pulls->out[id].end());
  }
  for (ServiceId id = 0; id < services_.size(); ++id)
    if (!wanted[id]) Drop(id, Loss::kStopped, "not of this mode", "not of this mode");
  for (ServiceId id = 0; id < services_.size(); ++id)
    if (!wanted[id] && !services_[id].IsDown()) AddInterest(id, Wish::kDown);
  for (ServiceId id : up) {
    Want(id, true);
    AddInterest(id, Wish::kUp);
    CheckInterests(id);
  }
  // What one that was up already wants, and somebody stopped.
  for (ServiceId id = 0; id < services_.size(); ++id)
    if (wanted[id]) Want(id, false);
  Close();
}

void Machine::Impl::Shutdown(ServiceRequest request) {
  is_shut_ = true;
  Open(request, 0);
  for (ServiceId id = 0; id < services_.size(); ++id)
    Drop(id, Loss::kStopped, "shutting down", "shutting down");
  for (ServiceId id = 0; id < services_.size(); ++id) {
    if (!services_[id].IsDown())
      AddInterest(id, Wish::kDown);
    else if (services_[id].has_tree)
      Act(ServiceAction::kKill, id);  // what it was allowed to leave behind
  }
  Close();
}

}  // namespace keelson
