// A new set is taken in one step between two events. A service that is not down and whose
// definition went gets its old one back for as long as it runs, without edges.
#include "applets/svcd/supervisor.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

constexpr ServiceId kNew = UINT32_MAX;

bool IsResting(ServiceState state) {
  return state == ServiceState::kDown || state == ServiceState::kFailed;
}

}  // namespace

void InsertService(ServiceSet* set, ServiceDefinition definition) {
  auto& services = set->services;
  const auto place = std::lower_bound(services.begin(), services.end(), definition.name,
                                      [](const ServiceDefinition& service,
                                         const std::string& name) { return service.name < name; });
  const ServiceId id = static_cast<ServiceId>(place - services.begin());
  const auto move = [&](ServiceId* other) { *other += *other >= id; };
  for (ServicePull& pull : set->graph.pulls) move(&pull.from), move(&pull.to);
  for (MissingNeed& missing : set->graph.missing) move(&missing.service);
  for (auto* waits : {&set->graph.start, &set->graph.stop}) {
    for (ServiceWait& wait : *waits) move(&wait.waits), move(&wait.awaited);
  }
  set->graph.numbers.insert(set->graph.numbers.begin() + id, 1);
  set->lsb_levels.insert(set->lsb_levels.begin() + id, 0);
  set->rc_reasons.insert(set->rc_reasons.begin() + id, std::string());
  services.insert(place, std::move(definition));
}

Supervisor::Supervisor(ServiceRunner::Options options, const ServiceLog::Sinks* sinks,
                       ServiceRunner::Condition condition, ServiceSources* sources)
    : clock_(options.clock),
      log_(options.log),
      sources_(sources),
      machine_([this](ServiceId id) { return set_->services[id].name; }),
      runner_(
          std::move(options), sinks, [this](ServiceEvent event) { Post(std::move(event)); },
          std::move(condition)) {}

ServiceWish Supervisor::WishOf(ServiceId id) const {
  if (is_gone_[id]) return {.why = kGoneText};
  return WishFor(*set_, id, mode_);
}

bool Supervisor::IsOver(ServiceId id) const {
  return is_gone_[id] && IsResting(machine_.StateOf(id));
}

bool Supervisor::HasAnything() const {
  for (ServiceId id = 0; id < machine_.size(); ++id) {
    const ServiceValue* const kind = set_->services[id].Find(ServiceKey::kKind);
    if (kind != nullptr && kind->text == ServiceKindName(ServiceKind::kGroup)) continue;
    const ServiceState state = machine_.StateOf(id);
    if (!IsResting(state)) return true;
    if (state == ServiceState::kDown && WishOf(id).on_event) return true;
  }
  return false;
}

std::vector<ServicePolicy> Supervisor::Policies(const ServiceSet& set) const {
  std::vector<ServicePolicy> policies;
  policies.reserve(set.services.size());
  for (const ServiceDefinition& service : set.services) {
    const ServiceSettings settings = MeaningOf(service);
    policies.push_back(PolicyOf(settings));
    policies.back().has_check |= settings.type == ServiceType::kNetwork;
  }
  return policies;
}

std::unique_ptr<ServiceSet> Supervisor::Read(ServiceMode* mode,
                                             std::vector<std::string>* findings) {
  auto set = std::make_unique<ServiceSet>(sources_->ReadWithModes(mode_.name, mode));
  *findings = set->findings;
  return set;
}

bool Supervisor::Check(std::vector<std::string>* findings) {
  ServiceMode mode;
  return Read(&mode, findings)->is_sound;
}

bool Supervisor::Load(Taken taken, std::vector<std::string>* findings) {
  ServiceMode mode;
  std::unique_ptr<ServiceSet> set = Read(&mode, findings);
  if (taken == Taken::kWhole && !set->is_sound) return false;
  Take(std::move(set), std::move(mode));
  return true;
}

void Supervisor::Take(std::unique_ptr<ServiceSet> set, ServiceMode mode) {
  std::vector<std::string> gone;
  for (ServiceId id = 0; id < machine_.size(); ++id) {
    const ServiceDefinition& old = set_->services[id];
    if (set->Find(old.name) != nullptr) continue;
    if (IsResting(machine_.StateOf(id)) && runner_.IsQuiet(id)) continue;
    gone.push_back(old.name);
    InsertService(set.get(), old);
  }
  std::vector<ServiceId> kept(set->services.size(), kNew);
  std::vector<bool> was_wanted(set->services.size());
  is_gone_.resize(set_->services.size());
  for (ServiceId id = 0; id < kept.size(); ++id) {
    const ServiceDefinition* old = set_->Find(set->services[id].name);
    if (old == nullptr) continue;
    kept[id] = static_cast<ServiceId>(old - set_->services.data());
    was_wanted[id] = WishOf(kept[id]).wanted;
  }
  const bool is_first = !std::exchange(has_loaded_, true);
  mode_ = std::move(mode);
  is_busy_ = true;  // what happens meanwhile waits until all is exchanged
  std::vector<ServiceAction> actions;
  const std::unique_ptr<ServiceSet> old = std::exchange(set_, std::move(set));
  is_gone_.assign(kept.size(), false);
  std::vector<Times> times(kept.size());
  for (ServiceId id = 0; id < kept.size(); ++id) {
    if (kept[id] != kNew) times[id] = times_[kept[id]];
  }
  times_ = std::move(times);
  for (const std::string& name : gone) {
    is_gone_[static_cast<size_t>(set_->Find(name) - set_->services.data())] = true;
  }
  runner_.Use(set_.get(), kept);
  machine_.Replace(Policies(*set_), set_->graph, kept, clock_->MonotonicNs(), &actions);
  for (Listener* listener : listeners_) listener->OnNewSet();
  Carry(actions);
  is_busy_ = false;
  Run();
  if (is_first) return;
  for (ServiceId id = 0; id < kept.size(); ++id) {  // wanted now, and not before
    if (was_wanted[id] || !WishOf(id).wanted) continue;
    ServiceEvent event;
    event.kind = ServiceEvent::kStart;
    event.service = id;
    Post(std::move(event));
  }
}

void Supervisor::NameMode(std::string_view mode) {
  mode_.name = mode;
  runner_.SetMode(mode);
}

bool Supervisor::ReadMode(std::string_view name, ServiceMode* mode,
                          std::vector<std::string>* findings) {
  *mode = sources_->ReadMode(name, findings);
  for (std::string& odd : OddNames(*set_, *mode)) findings->push_back(std::move(odd));
  return mode->is_sound;
}

void Supervisor::SetMode(ServiceMode mode, ServiceRequest request) {
  mode_ = std::move(mode);
  runner_.SetMode(mode_.name);
  std::vector<ServiceId> up;
  for (ServiceId id = 0; id < set_->services.size(); ++id) {
    const ServiceWish wish = WishOf(id);
    const bool has_begun = wish.on_event && machine_.StatusOf(id).target_up;
    if (wish.wanted || has_begun) up.push_back(id);
  }
  queue_.push_back([this, up, request](int64_t now_ns, std::vector<ServiceAction>* actions) {
    machine_.SetTargets(up, request, now_ns, actions);
  });
  Run();
}

void Supervisor::Post(ServiceEvent event) {
  queue_.push_back(
      [this, event = std::move(event)](int64_t now_ns, std::vector<ServiceAction>* actions) {
        machine_.Handle(event, now_ns, actions);
      });
  Run();
}

void Supervisor::Shutdown(ServiceRequest request) {
  is_shutting_down_ = true;
  queue_.push_back([this, request](int64_t now_ns, std::vector<ServiceAction>* actions) {
    machine_.Shutdown(request, now_ns, actions);
  });
  Run();
}

void Supervisor::Run() {
  if (std::exchange(is_busy_, true)) return;
  std::vector<ServiceAction> actions;
  while (!queue_.empty()) {
    const auto step = std::move(queue_.front());
    queue_.pop_front();
    actions.clear();
    step(clock_->MonotonicNs(), &actions);
    Carry(actions);
  }
  is_busy_ = false;
}

void Supervisor::Changed(const ServiceAction& action) {
  if (action.to == ServiceState::kFailed) {
    log_.Warning(set_->services[action.service].name + ": failed: " + action.text);
  }
  const int64_t now_ns = clock_->MonotonicNs();
  Times& times = times_[action.service];
  if (action.to == ServiceState::kStarting) times = {now_ns, 0, 0};
  const bool is_done = action.to == ServiceState::kDone;
  if (action.to == ServiceState::kUp || is_done) times.up_ns = now_ns;
  if (IsResting(action.to) || is_done) times.ended_ns = now_ns;
  for (Listener* listener : listeners_) {
    listener->OnState(action.service, action.from, action.to, action.text);
  }
}

void Supervisor::Carry(const std::vector<ServiceAction>& actions) {
  for (const ServiceAction& action : actions) {
    switch (action.kind) {
      case ServiceAction::kState:
        Changed(action);
        break;
      case ServiceAction::kProgress:
        for (Listener* listener : listeners_) {
          listener->OnProgress(action.request, action.service, action.to, action.text);
        }
        break;
      case ServiceAction::kFinish:
        for (Listener* listener : listeners_) {
          listener->OnFinish(action);
        }
        break;
      default:
        runner_.Carry(action);
    }
  }
}

}  // namespace keelson
