// Who waits for whom. Each service counts how many of those it waits for are about to change; when
// one of them gets there its waiters count down, and who has come to zero is looked at.
#include <algorithm>

#include "applets/svcd/machine_impl.h"

namespace keelson {
namespace {

using Edges = std::vector<Neighbours::Edge>;

Edges Reversed(const Edges& edges) {
  Edges reversed;
  reversed.reserve(edges.size());
  for (auto [from, to] : edges) reversed.emplace_back(to, from);
  return reversed;
}

BothWays MakeBothWays(size_t size, const Edges& edges) {
  return {Neighbours(size, edges), Neighbours(size, Reversed(edges))};
}

Edges Pairs(const std::vector<ServiceWait>& waits) {
  Edges pairs;
  pairs.reserve(waits.size());
  for (const ServiceWait& wait : waits) pairs.emplace_back(wait.waits, wait.awaited);
  return pairs;
}

}  // namespace

Neighbours::Neighbours(size_t size, std::span<const Edge> edges)
    : begin_(size + 1), to_(edges.size()) {
  for (auto [from, to] : edges) ++begin_[from + 1];
  for (size_t i = 0; i < size; ++i) begin_[i + 1] += begin_[i];
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (auto [from, to] : edges) to_[next[from]++] = to;
}

void Machine::Impl::Link(const ServiceGraph& graph) {
  const size_t size = services_.size();
  Edges needs, wants;
  for (const ServicePull& pull : graph.pulls)
    (pull.is_hard ? needs : wants).emplace_back(pull.from, pull.to);
  missing_.clear();
  for (const MissingNeed& missing : graph.missing)
    missing_.try_emplace(missing.service, missing.name);
  needs_ = MakeBothWays(size, needs);
  wants_ = MakeBothWays(size, wants);
  Edges start = Pairs(graph.start), stop = Pairs(graph.stop);
  start_ = MakeBothWays(size, start);
  Edges reverse = Reversed(start);
  std::sort(reverse.begin(), reverse.end());
  std::sort(stop.begin(), stop.end());
  stop_is_reverse_ = stop == reverse;
  stop_ = stop_is_reverse_ ? BothWays() : MakeBothWays(size, stop);
}

std::span<const ServiceId> Machine::Impl::StopWaits(ServiceId id) const {
  return stop_is_reverse_ ? start_.in[id] : stop_.out[id];
}

std::span<const ServiceId> Machine::Impl::StopWaiters(ServiceId id) const {
  return stop_is_reverse_ ? start_.out[id] : stop_.in[id];
}

bool Machine::Impl::IsUnsettled(const Service& service) const {
  switch (service.state) {
    case ServiceState::kDown:
    case ServiceState::kFailed:
      return service.target_up && !service.held;
    case ServiceState::kStarting:
      return !service.backs_off || service.IsLeaving();
    case ServiceState::kUp:
    case ServiceState::kDone:
      return service.IsLeaving();
    case ServiceState::kStopping:
      return true;
  }
  return false;
}

bool Machine::Impl::IsDeparting(const Service& service) const {
  return service.state == ServiceState::kStopping || service.IsLeaving();
}

void Machine::Impl::Queue(ServiceId id) {
  if (services_[id].is_queued) return;
  services_[id].is_queued = true;
  queue_.push_back(id);
}

void Machine::Impl::Count(ServiceId id) {
  Service& service = services_[id];
  if (const bool unsettled = IsUnsettled(service); unsettled != service.counts_as_unsettled) {
    service.counts_as_unsettled = unsettled;
    for (ServiceId waiter : start_.in[id])
      if ((services_[waiter].start_blockers += unsettled ? 1 : -1) == 0) Queue(waiter);
  }
  if (const bool departing = IsDeparting(service); departing != service.counts_as_departing) {
    service.counts_as_departing = departing;
    for (ServiceId waiter : StopWaiters(id))
      if ((services_[waiter].stop_blockers += departing ? 1 : -1) == 0) Queue(waiter);
  }
}

void Machine::Impl::Touch(ServiceId id) {
  Count(id);
  for (ServiceId other : needs_.in[id])
    if (services_[other].held) Queue(other);
  Queue(id);
  CheckInterests(id);
}

void Machine::Impl::Settle() {
  while (queue_head_ < queue_.size()) {
    const ServiceId id = queue_[queue_head_++];
    Service& service = services_[id];
    service.is_queued = false;
    if (service.IsLeaving()) {
      if (service.stop_blockers == 0) Stop(id);
    } else if (service.phase == Phase::kDelay && service.deadline_ns == 0) {
      StartAgain(id);  // was to stop or not to wait any longer
    } else if (service.IsDown() && service.target_up) {
      if (service.start_blockers == 0) {
        Try(id);
      } else if (service.held) {  // what held it tries again
        service.held = false;
        Touch(id);
      }
    }
  }
  queue_.clear();
  queue_head_ = 0;
}

std::vector<ServiceId> Machine::Impl::WaitsFor(ServiceId id) const {
  std::vector<ServiceId> ids;
  const Service& service = services_[id];
  if (service.IsLeaving()) {
    for (ServiceId other : StopWaits(id))
      if (services_[other].counts_as_departing) ids.push_back(other);
  } else if (service.IsDown() && service.target_up) {
    for (ServiceId other : start_.out[id])
      if (services_[other].counts_as_unsettled) ids.push_back(other);
    for (ServiceId other : needs_.out[id])
      if (!services_[other].counts_as_unsettled && !services_[other].IsUp()) ids.push_back(other);
  }
  return ids;
}

}  // namespace keelson
