// Events are names, "net:eth0"; who starts on one is found by it. A service that its mode does not
// want is not started by an event either.
#include "applets/svcd/service_events.h"

#include <algorithm>
#include <utility>

#include "core/config.h"

namespace keelson {
namespace {

constexpr int64_t kSlowed = 3;  // so many starts, before one that events start in a circle fails
constexpr uint32_t kMostBurst = UINT16_MAX;
constexpr uint64_t kHandedHolder = UINT64_MAX;  // one of before an exec
constexpr int64_t kHandedNs = 5 * kSecond;
constexpr size_t kMostHeld = 65536;
constexpr int64_t kMostNs = INT64_MAX / (kMostBurst + 20);

}  // namespace

ServiceEvents::ServiceEvents(Loop* loop, Clock* clock, Root* root, std::string prefix,
                             Supervisor* supervisor, int64_t began_ns, Log log,
                             HearDevicesCall hear_devices)
    : loop_(loop),
      clock_(clock),
      root_(root),
      supervisor_(supervisor),
      began_ns_(began_ns),
      log_(log),
      hear_devices_(hear_devices),
      files_(loop, clock, root, std::move(prefix),
             [this](const FileWatches::Wish& wish) { OnFile(wish); }),
      lookup_news_(loop, clock, log,
                   [this](const std::set<std::string>& databases) { OnLookups(databases); }) {}

ServiceEvents::~ServiceEvents() {
  for (const auto& [key, timer] : timers_) loop_->CancelTimer(timer);
  loop_->CancelTimer(look_);
  loop_->CancelTimer(handed_timer_);
  for (const auto& [service, turn] : turns_) loop_->CancelTimer(turn.timer);
}

void ServiceEvents::Begin(Handed handed) {
  std::map<std::string, std::string> lookups;
  for (const std::string& event : handed.is_so) {
    if (event.starts_with("net:")) up_.insert(event.substr(4));
    if (event.starts_with("device:")) present_.insert(event.substr(7));
    if (event.starts_with("held-")) TakeOverHeld(event.substr(5));
    if (event.starts_with(kLookupEvent)) {
      const size_t blank = std::min(event.find(' '), event.size() - 1);
      lookups[event.substr(kLookupEvent.size(), blank - kLookupEvent.size())] =
          event.substr(blank + 1);
    }
  }
  files_.TakeOver(std::move(handed.files));
  lookup_news_.TakeOver(std::move(lookups));
  resumed_ns_ = handed.until_ns;
  Learn(false);
  resumed_ns_.reset();
  LookAtDevices();
}

// "up:eth0"
void ServiceEvents::TakeOverHeld(const std::string& event) {
  const size_t colon = event.find(':');
  if (colon == event.npos) return;
  held_[event.substr(colon + 1)] = {kHandedHolder, event.starts_with("up:")};
  if (handed_timer_ != 0) return;
  handed_timer_ = loop_->StartTimer(clock_->MonotonicNs() + kHandedNs, [this] {
    handed_timer_ = 0;
    EndHolding(kHandedHolder);
  });
}

ServiceEvents::Handed ServiceEvents::HandDown(int64_t until_ns) const {
  Handed handed{until_ns, {}, files_.known()};
  for (const std::string& name : up_) handed.is_so.insert("net:" + name);
  for (const std::string& name : present_) handed.is_so.insert("device:" + name);
  for (const auto& [name, held] : held_) {
    handed.is_so.insert((held.is_up ? "held-up:" : "held-down:") + name);
  }
  for (const auto& [database, version] : lookup_news_.known()) {
    handed.is_so.insert(std::string(kLookupEvent) + database + " " + version);
  }
  return handed;
}

void ServiceEvents::Learn(bool is_fresh) {
  const int64_t now_ns = resumed_ns_.value_or(clock_->MonotonicNs());
  starts_.clear();
  network_.clear();
  lookups_.clear();
  std::vector<FileWatches::Wish> wishes;
  std::set<std::string> databases;
  const auto old_timers = std::exchange(timers_, {});
  for (const auto& [key, timer] : old_timers) loop_->CancelTimer(timer);
  for (const ServiceDefinition& service : supervisor_->set().services) {
    const bool has_events = service.Find(ServiceKey::kStartOn) != nullptr ||
                            service.Find(ServiceKey::kWatch) != nullptr;
    const ServiceValue* const type = service.Find(ServiceKey::kType);
    if (!has_events && (type == nullptr || type->text != "network")) continue;
    const ServiceSettings settings = MeaningOf(service);
    for (const std::string& event : settings.start_on) {
      starts_.emplace(event, service.name);
      LearnTimes(service.name, event, is_fresh, now_ns);
      if (event.starts_with(kLookupEvent)) databases.insert(event.substr(kLookupEvent.size()));
      if (event.starts_with("file:")) {
        wishes.push_back({FileWatches::Wish::kAppears, event.substr(5), service.name});
      }
    }
    for (const std::string& watch : settings.watch) {
      if (watch.starts_with(kLookupEvent)) {
        lookups_.emplace(watch, service.name);
        databases.insert(watch.substr(kLookupEvent.size()));
      } else {
        wishes.push_back({FileWatches::Wish::kChanges, watch, service.name});
      }
    }
    if (settings.type == ServiceType::kNetwork) network_.emplace(settings.interface, service.name);
  }
  files_.Set(std::move(wishes), is_fresh);
  Hear();
  lookup_news_.Set(databases);
  if (!is_fresh) return;
  const auto starts = starts_;
  for (const auto& [event, service] : starts) {
    if (event.starts_with("net:") && IsLinkUp(event.substr(4))) Trigger(service);
  }
  present_.clear();
  LookAtDevices();
}

// Those that have come unheard of.
void ServiceEvents::LookAtDevices() {
  FileInfo info;
  std::vector<std::string> services;
  std::set<std::string> present;
  for (const auto& [event, service] : starts_) {
    if (!event.starts_with("device:")) continue;
    const std::string name = event.substr(7);
    if (!root_->Stat("/dev/" + name, &info).ok()) continue;
    present.insert(name);
    if (!present_.contains(name)) services.push_back(service);
  }
  present_ = std::move(present);
  for (const std::string& service : services) Trigger(service);
}

// The kernel's news, as far as anybody waits for them.
void ServiceEvents::Hear() {
  const auto has = [&](std::string_view kind) {
    const auto next = starts_.lower_bound(std::string(kind));
    return next != starts_.end() && next->first.starts_with(kind);
  };
  const bool wants_links = has("net:") || !network_.empty();
  if (wants_links && net_if_ == nullptr && NewNetIf(&net_if_).ok()) {
    const Error error =
        net_if_->Listen(loop_, 0, [this](const NetEvent& event) { OnNetwork(event); });
    if (!error.ok()) log_.Warning("network interfaces: " + error.Text());
  }
  if (wants_links && net_if_ != nullptr) LookAtLinks();
  if (!has("device:") || devices_ != nullptr) return;
  const Error error = hear_devices_(
      loop_, [this](const DeviceEvent& event) { OnDevice(event); }, &devices_);
  if (!error.ok()) log_.Warning("devices: " + error.Text());
}

void ServiceEvents::LearnTimes(const std::string& service, std::string_view event, bool is_fresh,
                               int64_t now_ns) {
  const bool is_every = event.starts_with("every:");
  if (!is_every && !event.starts_with("at-boot:")) return;
  const std::optional<int64_t> time = ParseDuration(event.substr(event.find(':') + 1));
  if (!time) return;
  // Every period since the beginning, so that a new configuration does not put it off.
  const int64_t passed = is_every && *time > 0 ? (now_ns - began_ns_) / *time : 0;
  const int64_t due_ns = began_ns_ + *time * (passed + 1);
  if (!is_every && due_ns < now_ns && !is_fresh) return;
  if (!is_every && due_ns + kSecond < now_ns) return;  // it has been
  timers_[{service, std::string(event)}] =
      loop_->StartTimer(due_ns, [this, service, text = std::string(event), is_every] {
        timers_.erase({service, text});
        Trigger(service);
        if (is_every) LearnTimes(service, text, false, clock_->MonotonicNs());
      });
}

void ServiceEvents::Trigger(const std::string& service) {
  ServiceId id = 0;
  if (!supervisor_->set().IdOf(service, &id)) return;
  const ServiceWish wish = supervisor_->WishOf(id);
  if (!wish.wanted && !wish.on_event) return;
  ServiceEvent event;
  event.kind = ServiceEvent::kTrigger;
  event.service = id;
  supervisor_->Post(std::move(event));
}

void ServiceEvents::TriggerAll(const std::string& event) {
  const auto [begin, end] = starts_.equal_range(event);
  std::vector<std::string> services;
  for (auto at = begin; at != end; ++at) services.push_back(at->second);
  for (const std::string& service : services) Trigger(service);
}

void ServiceEvents::TriggerAllFrom(const std::string& source, const std::string& event) {
  const auto [begin, end] = starts_.equal_range(event);
  if (begin == end) return;
  std::vector<std::string> services;
  for (auto at = begin; at != end; ++at) services.push_back(at->second);
  const uint64_t origin = turns_[source].origin;
  for (const std::string& service : services) TriggerInTurn(service, origin);
}

// Up to the burst at once, then slowed, then failed.
void ServiceEvents::TriggerInTurn(const std::string& service, uint64_t origin) {
  ServiceId id = 0;
  if (!supervisor_->set().IdOf(service, &id)) return;
  const ServiceState state = supervisor_->machine().StateOf(id);
  if (state == ServiceState::kUp || state == ServiceState::kStarting) return;
  Turn& turn = turns_[service];
  if (turn.timer != 0) return;
  const ServiceSettings settings = MeaningOf(supervisor_->set().services[id]);
  const int64_t interval_ns = std::clamp<int64_t>(settings.restart_interval_ns, 1, kMostNs);
  const int64_t now_ns = clock_->MonotonicNs();
  if (turn.origin != origin) turn.bucket_ns = 0;
  turn.bucket_ns = std::max<int64_t>(turn.bucket_ns - (now_ns - turn.since_ns), 0) + interval_ns;
  turn.origin = origin;
  turn.since_ns = now_ns;
  turn.is_triggered = true;
  const int64_t over = turn.bucket_ns / interval_ns - std::min(settings.restart_burst, kMostBurst);
  if (over <= 0) return Trigger(service);
  if (over > kSlowed) {
    log_.Warning(service + ": events of others start it again and again: no more of that");
    turn.bucket_ns = 0;
    return supervisor_->Post({.kind = ServiceEvent::kTrigger, .service = id, .text = "circle"});
  }
  const int64_t delay_ns = std::min(kSecond << (over - 1), settings.restart_max_delay_ns);
  turn.timer = loop_->StartTimer(now_ns + delay_ns, [this, service] {
    turns_[service].timer = 0;
    Trigger(service);
  });
}

std::string ServiceEvents::Unmet(const ServiceSettings& settings) {
  if (settings.type != ServiceType::kNetwork) return {};
  if (net_if_ != nullptr) LookAtLinks();
  if (settings.interface.empty()) return up_.empty() ? "no network interface is up" : "";
  return IsLinkUp(settings.interface) ? "" : settings.interface + " is not up";
}

bool ServiceEvents::Tell(std::string_view event, bool is_up, uint64_t holder) {
  if (!event.starts_with("net:")) return false;
  const std::string name(event.substr(4));
  if (holder != 0 && held_.size() >= kMostHeld && !held_.contains(name)) return false;
  if (holder != 0) held_[name] = {holder, is_up};
  LinkChanged(name, is_up);
  return true;
}

void ServiceEvents::EndHolding(uint64_t holder) {
  std::erase_if(held_, [holder](const auto& held) { return held.second.holder == holder; });
  if (net_if_ != nullptr) LookAtLinks();
}

bool ServiceEvents::IsLinkUp(const std::string& name) {
  Interface link;
  if (up_.contains(name)) return true;
  if (held_.contains(name)) return false;
  return net_if_ != nullptr && net_if_->Get(name, &link).ok() && (link.flags & kIfUp) != 0 &&
         (link.flags & kIfRunning) != 0;
}

// A hint: what has come meanwhile is looked at together.
void ServiceEvents::OnNetwork(const NetEvent& event) {
  const bool is_of_links = event.kind == NetEvent::kLink || event.kind == NetEvent::kLinkGone ||
                           event.kind == NetEvent::kLost;
  if (!is_of_links || look_ != 0) return;
  look_ = loop_->StartTimer(0, [this] {
    look_ = 0;
    LookAtLinks();
  });
}

void ServiceEvents::LookAtLinks() {
  std::vector<Interface> links;
  if (!net_if_->List(&links).ok()) return;
  for (const Interface& link : links) {
    constexpr uint32_t kBoth = kIfUp | kIfRunning;
    if ((link.flags & kIfLoopback) != 0 && !starts_.contains("net:" + link.name)) continue;
    if (!held_.contains(link.name)) LinkChanged(link.name, (link.flags & kBoth) == kBoth);
  }
  std::erase_if(up_, [&](const std::string& name) {
    const auto is_it = [&](const Interface& link) { return link.name == name; };
    return !held_.contains(name) && std::none_of(links.begin(), links.end(), is_it);
  });
}

void ServiceEvents::LinkChanged(const std::string& name, bool is_up) {
  if (!is_up) {
    up_.erase(name);
    return;
  }
  if (!up_.insert(name).second) return;
  TriggerAll("net:" + name);
  std::vector<std::string> services;
  for (const auto& [interface, service] : network_) {
    if (interface.empty() || interface == name) services.push_back(service);
  }
  for (const std::string& service : services) Trigger(service);
}

void ServiceEvents::OnFile(const FileWatches::Wish& wish) {
  if (wish.kind == FileWatches::Wish::kAppears) return Trigger(wish.service);
  TriggerWatch(wish.service, wish.path);
}

void ServiceEvents::TriggerWatch(const std::string& service, const std::string& what) {
  ServiceId id = 0;
  if (!supervisor_->set().IdOf(service, &id)) return;
  ServiceEvent event;
  event.kind = ServiceEvent::kTrigger;
  event.service = id;
  event.text = "watch";
  event.reload =
      MeaningOf(supervisor_->set().services[id]).watch_action == ServiceWatchAction::kReload;
  log_.Info(service + ": " + what + " has changed");
  supervisor_->Post(std::move(event));
}

void ServiceEvents::OnLookups(const std::set<std::string>& databases) {
  std::map<std::string, std::string> watching;  // service -> the event
  for (const auto& [event, service] : lookups_) {
    if (databases.contains(event.substr(kLookupEvent.size()))) watching[service] = event;
  }
  for (const auto& [service, event] : watching) TriggerWatch(service, event);
  for (const std::string& database : databases) TriggerAll(std::string(kLookupEvent) + database);
}

void ServiceEvents::OnDevice(const DeviceEvent& event) {
  const std::string name = "device:" + event.name;
  if (event.kind == DeviceEvent::kRemoved) present_.erase(event.name);
  if (event.kind == DeviceEvent::kAdded) {
    if (starts_.contains(name)) present_.insert(event.name);
    TriggerAll(name);
  }
  if (event.kind != DeviceEvent::kLost) return;
  present_.clear();
  LookAtDevices();
}

void ServiceEvents::OnState(ServiceId service, ServiceState, ServiceState to, std::string_view) {
  const std::string name = supervisor_->set().services[service].name;
  switch (to) {
    case ServiceState::kUp:
    case ServiceState::kDone:
      return TriggerAllFrom(name, "up:" + name);
    case ServiceState::kDown:
      return TriggerAllFrom(name, "down:" + name);
    case ServiceState::kFailed:
      return TriggerAllFrom(name, "failed:" + name);
    case ServiceState::kStarting: {
      Turn& turn = turns_[name];
      if (!std::exchange(turn.is_triggered, false)) turn.origin = ++last_origin_;
      return;
    }
    case ServiceState::kStopping:
      return;
  }
}

}  // namespace keelson
