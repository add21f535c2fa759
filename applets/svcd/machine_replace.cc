// A new set takes over what runs of the old one; a new svcd takes over from its predecessor.
#include "applets/svcd/machine_impl.h"

namespace keelson {

ServicePolicy PolicyOf(const ServiceSettings& settings) {
  const auto has = [&settings](ServiceCommand command) {
    return !settings.commands[static_cast<size_t>(command)].empty();
  };
  ServicePolicy policy;
  policy.kind = settings.kind;
  policy.ready = settings.ready;
  policy.restart = settings.restart;
  policy.is_helper = settings.type == ServiceType::kHelper;
  policy.restart_with_needs = settings.restart_with_needs;
  policy.has_check = has(ServiceCommand::kCheck) || !settings.condition_files.empty() ||
                     settings.type == ServiceType::kNetwork;
  policy.has_before = has(ServiceCommand::kBefore);
  // A script is called with "stop" and "reload", whether or not a command of its own says so.
  const bool is_script = settings.kind == ServiceKind::kScript;
  policy.has_stop = has(ServiceCommand::kStop) || is_script;
  policy.has_reload_command = has(ServiceCommand::kReload) || is_script;
  policy.kill_tree = settings.kill_tree;
  policy.stop_signal = static_cast<uint8_t>(settings.stop_signal);
  policy.reload_signal = static_cast<uint8_t>(settings.reload_signal);
  const auto count = [](uint32_t value) {
    return static_cast<uint16_t>(value < UINT16_MAX ? value : UINT16_MAX);
  };
  policy.restart_burst = count(settings.restart_burst);
  policy.restart_limit = count(settings.restart_limit);
  policy.restart_delay_ns = settings.restart_delay_ns;
  policy.restart_interval_ns = settings.restart_interval_ns;
  policy.restart_max_delay_ns = settings.restart_max_delay_ns;
  policy.start_timeout_ns = settings.start_timeout_ns;
  policy.stop_timeout_ns = settings.stop_timeout_ns;
  policy.watchdog_ns = settings.watchdog_ns;
  return policy;
}

void Machine::Impl::Replace(std::vector<ServicePolicy> policies, const ServiceGraph& graph,
                            std::span<const ServiceId> kept) {
  std::vector<Service> old = std::move(services_);
  std::vector<ServiceId> new_id(old.size(), kNone);
  std::vector<ServiceKind> old_kinds;
  services_ = std::vector<Service>(policies.size());
  for (ServiceId id = 0; id < services_.size(); ++id) {
    if (id < kept.size() && kept[id] < old.size()) {
      new_id[kept[id]] = id;
      services_[id] = std::move(old[kept[id]]);
    }
    Service& service = services_[id];
    old_kinds.push_back(service.policy.kind);
    service.policy = policies[id];
    service.first_interest = kNone;
    service.pulled = service.start_blockers = service.stop_blockers = 0;
    service.counts_as_unsettled = service.counts_as_departing = service.is_queued = false;
  }
  for (Service& service : services_)
    service.cause = service.cause < new_id.size() ? new_id[service.cause] : kNone;
  MoveRequests(new_id);
  queue_.clear();
  Link(graph);
  for (ServiceId id = 0; id < services_.size(); ++id) {
    if (!services_[id].target_up) continue;
    for (const BothWays* pulls : {&needs_, &wants_})
      for (ServiceId other : pulls->out[id]) ++services_[other].pulled;
  }
  for (ServiceId id = 0; id < services_.size(); ++id) Count(id);
  open_ = kNone;
  for (ServiceId id = 0; id < services_.size(); ++id) Adapt(id, old_kinds[id]);
  for (uint32_t request : finished_) Finish(request);
  finished_.clear();
}

// Who asked goes on waiting; what is gone has got nowhere.
void Machine::Impl::MoveRequests(std::span<const ServiceId> new_id) {
  const auto moved = [&new_id](ServiceId id) { return id < new_id.size() ? new_id[id] : kNone; };
  for (Request& request : requests_) {
    if (request.id == 0) continue;
    request.service = moved(request.service) == kNone ? 0 : moved(request.service);
    if (request.failed != kNone) {
      request.failed = moved(request.failed);
      request.failed_of = moved(request.failed_of);
      request.is_lost |= request.failed == kNone;
    }
    for (uint32_t* link = &request.first; *link != kNone;) {
      Interest& interest = interests_[*link];
      interest.service = moved(interest.service);
      if (interest.service != kNone) {
        interest.next_of_service = services_[interest.service].first_interest;
        services_[interest.service].first_interest = *link;
        link = &interest.next_of_request;
        continue;
      }
      request.is_lost |= interest.wish == Wish::kUp || interest.wish == Wish::kReload;
      if (interest.wish != Wish::kNews) Resolve(*link, kNone, "");
      free_interests_.push_back(*link);
      *link = interest.next_of_request;
    }
  }
}

// To its new policy and edges.
void Machine::Impl::Adapt(ServiceId id, ServiceKind old_kind) {
  Service& service = services_[id];
  const ServicePolicy& policy = service.policy;
  if (service.target_up && policy.is_helper && service.pulled == 0 && !service.asked)
    Drop(id, Loss::kStopped, "nobody needs it", "nobody needs it");
  for (ServiceId need : needs_.out[id]) {
    if (!service.target_up) break;
    if (!services_[need].target_up) Want(need, false);
    if (services_[need].again) Bounce(id);  // it, too, is to stop and to start again
  }
  if (service.phase == Phase::kMain) {
    if (policy.kind != old_kind)
      service.is_settled = policy.kind == ServiceKind::kGroup ||
                           (service.Runs(ServiceJob::kMain)
                                ? policy.kind != ServiceKind::kOneshot && !service.LeavesDaemon()
                                : service.is_settled);
    BecomeReady(id);
  } else if (service.state == ServiceState::kUp && service.phase == Phase::kIdle &&
             policy.watchdog_ns == 0 && !service.Runs(ServiceJob::kReload)) {
    SetTimer(id, 0);
  }
  Touch(id);
}

ServiceStatus Machine::Impl::StatusOf(ServiceId id) const {
  const Service& service = services_[id];
  uint64_t inner = service.streak;
  inner = inner << 8 | static_cast<uint8_t>(service.phase);
  inner = inner << 8 | service.jobs;
  for (bool flag : {service.again, service.fails, service.stopped, service.died, service.died_well,
                    service.unmet, service.has_tree, service.tree_signalled, service.is_settled,
                    service.said_ready, service.backs_off, service.held, service.reload_again})
    inner = inner << 1 | flag;
  return {.state = service.state,
          .target_up = service.target_up,
          .is_asked = service.asked,
          .is_main_alive = service.Runs(ServiceJob::kMain),
          .restarts = service.restarts,
          .since_ns = service.since_ns,
          .bucket_ns = service.bucket_ns,
          .deadline_ns = service.deadline_ns,
          .inner = inner,
          .why = service.why};
}

void Machine::Impl::Restore(ServiceId id, const ServiceStatus& status) {
  Service& service = services_[id];
  service.state = status.state;
  service.asked = status.is_asked;
  service.restarts = status.restarts;
  service.since_ns = status.since_ns;
  service.bucket_ns = status.bucket_ns;
  service.deadline_ns = status.deadline_ns;
  service.why = status.why;
  uint64_t inner = status.inner;
  const auto next = [&inner] {
    const bool flag = inner & 1;
    inner >>= 1;
    return flag;
  };
  service.reload_again = next();
  service.held = next();
  service.backs_off = next();
  service.said_ready = next();
  service.is_settled = next();
  service.tree_signalled = next();
  service.has_tree = next();
  service.unmet = next();
  service.died_well = next();
  service.died = next();
  service.stopped = next();
  service.fails = next();
  service.again = next();
  service.jobs = static_cast<uint8_t>(inner);
  service.phase = static_cast<Phase>(inner >> 8 & 0xff);
  service.streak = static_cast<uint16_t>(inner >> 16);
  if (status.target_up && !service.target_up) {
    service.target_up = true;
    for (const BothWays* pulls : {&needs_, &wants_})
      for (ServiceId other : pulls->out[id]) ++services_[other].pulled;
  }
  Count(id);
  Queue(id);
}

}  // namespace keelson
