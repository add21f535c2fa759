// After a death: again at once, later, or never. The bucket is measured in time, one
// restart_interval a drop, so that it leaks by the time that the service was up.
#include <algorithm>

#include "applets/svcd/machine_impl.h"

namespace keelson {
namespace {

constexpr int64_t kFirstDelay = 1'000'000'000;
constexpr int kMaxDoublings = 16;  // 18 hours

int64_t IntervalOf(const ServicePolicy& policy) {
  return std::clamp<int64_t>(policy.restart_interval_ns, 1, INT64_MAX / (UINT16_MAX + 20));
}

}  // namespace

// What has died: the time it lived leaks out of the bucket.
void Machine::Impl::NoteDeath(ServiceId id, bool well, std::string_view why) {
  Service& service = services_[id];
  if (service.state == ServiceState::kUp) {
    const int64_t lived = now_ns_ - service.since_ns;
    service.bucket_ns = std::max<int64_t>(service.bucket_ns - lived, 0);
    if (lived >= IntervalOf(service.policy)) service.streak = 0;
  }
  service.died = true;
  service.died_well = well;
  service.why = why;
  service.cause = kNone;
  service.backs_off = false;
}

// A program has ended, or could not begin, that should run. What is left of it is told next.
void Machine::Impl::Died(ServiceId id, bool well, std::string_view why) {
  Service& service = services_[id];
  NoteDeath(id, well, why);
  service.phase = Phase::kDied;
  SetTimer(id, 0);
  if (service.jobs == 0) return;
  SetState(id, ServiceState::kStopping);  // a reload, of which nobody knows how long it takes
  Kill(id);
}

// It hangs: ended by us, its policy decides on the rest.
void Machine::Impl::Abort(ServiceId id, int signal, std::string_view why) {
  NoteDeath(id, false, why);
  const int64_t timeout = services_[id].policy.stop_timeout_ns;
  SetState(id, ServiceState::kStopping);
  SetTimer(id, timeout > 0 ? now_ns_ + timeout : 0);
  Terminate(id, signal);
}

void Machine::Impl::AfterDeath(ServiceId id) {
  Service& service = services_[id];
  const ServicePolicy& policy = service.policy;
  if (service.unmet) {
    GiveUp(id, ServiceState::kDown);
    return;
  }
  const bool wanted = policy.restart == ServiceRestart::kAlways ||
                      (policy.restart == ServiceRestart::kOnFailure && !service.died_well);
  const bool tired = policy.restart_limit != 0 && service.streak >= policy.restart_limit;
  if (!wanted || tired) {
    GiveUp(id, wanted || !service.died_well ? ServiceState::kFailed : ServiceState::kDown);
    return;
  }
  ++service.restarts;
  if (service.streak < UINT16_MAX) ++service.streak;
  const int64_t delay = NextDelay(id);
  service.died = false;
  for (ServiceId other : needs_.in[id])
    if (services_[other].policy.restart_with_needs) Bounce(other);
  if (delay == 0) {
    StartAgain(id);
    return;
  }
  service.phase = Phase::kDelay;
  SetState(id, ServiceState::kStarting);
  SetTimer(id, now_ns_ + delay);
}

// Adds a drop; the bucket holds no more than leads to the longest delay. Also says whether it backs
// off.
int64_t Machine::Impl::NextDelay(ServiceId id) {
  Service& service = services_[id];
  const ServicePolicy& policy = service.policy;
  int doublings = 0;
  while (doublings < kMaxDoublings && kFirstDelay << doublings < policy.restart_max_delay_ns)
    ++doublings;
  const int64_t interval = IntervalOf(policy);
  const int64_t most = policy.restart_burst + 1 + doublings;
  service.bucket_ns = std::min(service.bucket_ns, (most - 1) * interval) + interval;
  const int64_t over = service.bucket_ns / interval - policy.restart_burst;
  service.backs_off = over > 0;
  if (over <= 0) return policy.restart_delay_ns;
  const int64_t delay = std::min(kFirstDelay << (over - 1), policy.restart_max_delay_ns);
  return std::max(delay, policy.restart_delay_ns);
}

// Now, or when what it waits for has got there.
void Machine::Impl::StartAgain(ServiceId id) {
  Service& service = services_[id];
  service.backs_off = false;
  service.phase = Phase::kIdle;
  if (service.start_blockers == 0) {
    Try(id);
    if (!service.held) return;
  }
  SetState(id, ServiceState::kDown);
}

// Its own doing or that of a need; REQUIRES: the reason is set.
void Machine::Impl::GiveUp(ServiceId id, ServiceState state) {
  Service& service = services_[id];
  service.died = service.unmet = false;
  SetState(id, state);
  // The first cause is told along a chain, not the whole chain.
  Drop(id, Loss::kFailed, "", service.cause == kNone ? NeedText(id) : service.why);
}

}  // namespace keelson
