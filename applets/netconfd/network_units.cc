// Events are handled one after the other, however deep in a callback they came up; what they
// want done in the kernel is done in turns, so that a thousand interfaces do not keep clients
// waiting.
#include "applets/netconfd/network_units.h"

#include <algorithm>
#include <utility>

#include "applets/netconfd/bridge_ports.h"
#include "applets/netconfd/change_text.h"
#include "core/interface_name.h"

namespace keelson {
namespace {

constexpr int64_t kTurnNs = 4 * kMillisecond;
constexpr size_t kUnitsAtOnce = 64;
constexpr int64_t kResyncNs = 10 * kMillisecond;

std::string DeviceOf(std::string_view name) {
  return std::string(SplitInterfaceLabel(name).device);
}

// Its device comes by its own steps, or by what its hooks do.
bool IsMade(const DesiredInterface& interface) {
  if (interface.made || !interface.wireguard.empty() || interface.is_loopback) return true;
  return std::any_of(interface.setups.begin(), interface.setups.end(),
                     [](const DesiredSetup& setup) {
                       return !setup.pre_up.empty() || !setup.tunnel.kind.empty();
                     });
}

}  // namespace

NetworkUnits::NetworkUnits(Options options)
    : options_(std::move(options)),
      rest_(options_.tools.loop, options_.tools.clock),
      view_({[this](const std::string& name, bool is_there) { OnDevice(name, is_there); },
             [this](const std::string& name, bool has_carrier) { OnCarrier(name, has_carrier); },
             [this](const std::string& name) { OnAddresses(name); }}),
      mappings_(&options_.tools) {
  options_.tools.view = &view_;
  options_.tools.hooks = &hooks_;
}

NetworkUnits::~NetworkUnits() {
  options_.tools.loop->CancelTimer(timer_);
  options_.tools.loop->CancelTimer(turn_);
  options_.tools.loop->CancelTimer(lost_);
}

Error NetworkUnits::Open() {
  const Error error =
      options_.tools.net_if->Listen(options_.tools.loop, options_.receive_bytes,
                                    [this](const NetEvent& event) { OnNetEvent(event); });
  if (!error.ok()) return error;
  LookAgain();
  return kOk;
}

NetState NetworkUnits::Dump() {
  NetState state;
  rest_.Busy();
  if (Error error = options_.tools.net_if->Dump(&state); !error.ok()) {
    options_.log.Error("the kernel's network cannot be read: " + error.Text());
  }
  return state;
}

// --- Units ---

NetworkUnits::Unit& NetworkUnits::UnitOf(const std::string& name, NetUnit* number) {
  const auto [found, is_new] = numbers_.try_emplace(name, last_unit_ + 1);
  *number = found->second;
  Unit& unit = units_[found->second];
  if (!is_new) return unit;
  ++last_unit_;
  unit.name = unit.logical = name;
  machine_.Add(found->second, name, false);
  LearnLater(found->second);
  if (const NetworkView::Device* const device = view_.Find(DeviceOf(name))) {
    events_.push_back({.kind = NetMachineEvent::kDevice, .unit = found->second});
    if ((device->link.flags & kIfRunning) != 0) {
      events_.push_back({.kind = NetMachineEvent::kCarrier, .unit = found->second});
    }
  }
  return unit;
}

// What it needs may be new as well, and need others; so that is no recursion.
void NetworkUnits::LearnLater(NetUnit number) {
  unlearned_.push_back(number);
  if (unlearned_.size() > 1) return;
  for (; !unlearned_.empty(); unlearned_.pop_front()) {
    Learn(unlearned_.front(), units_.at(unlearned_.front()));
  }
}

// What its current configuration says of it that the machine has to know.
void NetworkUnits::Learn(NetUnit number, Unit& unit) {
  DesiredInterface interface;
  if (current_ == nullptr || !Desire(*current_, {unit.name, unit.logical}, &interface)) return;
  machine_.Add(number, unit.name, IsMade(interface));
  std::vector<NetUnit> needs;
  const std::string name = unit.name;
  for (const std::string& need : current_->NeedsOf(interface)) {
    UnitOf(need, &needs.emplace_back());
  }
  if (!machine_.SetNeeds(number, std::move(needs))) {
    options_.log.Warning(name + ": what it needs needs it");
  }
}

// Those that no configuration speaks of any more.
void NetworkUnits::Forsake() {
  for (auto it = units_.begin(); it != units_.end();) {
    const Unit& unit = it->second;
    const bool is_known = current_->Defines(unit.logical) || unit.stays_down;
    const bool is_down = machine_.StatusOf(it->first).phase == NetPhase::kDown;
    if (is_known || !is_down || !machine_.IsIdle(it->first)) {
      ++it;
      continue;
    }
    machine_.Remove(it->first);
    numbers_.erase(unit.name);
    it = units_.erase(it);
  }
}

template <typename Callback>
void NetworkUnits::ForDevice(std::string_view device, Callback callback) {
  for (auto found = numbers_.lower_bound(device);
       found != numbers_.end() && found->first.starts_with(device); ++found) {
    if (SplitInterfaceLabel(found->first).device == device) callback(found->second);
  }
}

void NetworkUnits::Start(std::shared_ptr<const NetworkSet> set, const NetworkRecord& record) {
  current_ = std::move(set);
  Restore(record);
  is_started_ = true;
  NetUnit number = 0;
  for (const std::string& name : current_->Names()) UnitOf(name, &number);
  Pump();
  is_changed_ = true;
  Record();
}

void NetworkUnits::SetCurrent(std::shared_ptr<const NetworkSet> set) {
  current_ = std::move(set);
  for (auto& [number, unit] : units_) {
    const bool is_same = unit.set != nullptr && !IsOutdated(unit.name);
    if (is_same) unit.set = current_;
  }
  Forsake();
  std::vector<NetUnit> numbers;
  for (auto& [number, unit] : units_) numbers.push_back(number);
  for (const NetUnit number : numbers) Learn(number, units_[number]);
  NetUnit number = 0;
  for (const std::string& name : current_->Names()) UnitOf(name, &number);
  Pump();
}

// --- Requests ---

void NetworkUnits::Ask(NetRequest request, const std::vector<Item>& items, const Manner& manner) {
  for (const Item& item : items) {
    if (!item.up) mappings_.End(item.choice.name);
  }
  Map(request, items, manner);
}

void NetworkUnits::AskNow(NetRequest request, const std::vector<Item>& items,
                          const Manner& manner) {
  std::vector<NetUnit> within;
  for (std::string_view left = manner.within; !left.empty();) {
    const size_t blank = std::min(left.find(' '), left.size());
    const auto found = numbers_.find(left.substr(0, blank));
    if (found != numbers_.end()) within.push_back(found->second);
    left.remove_prefix(std::min(blank + 1, left.size()));
  }
  for (const Item& item : items) {
    NetMachineEvent event{.kind = NetMachineEvent::kRequest, .request = request};
    Unit& unit = UnitOf(item.choice.name, &event.unit);
    event.up = item.up;
    event.force = item.force;
    event.may_wait = item.may_wait;
    event.within = within;
    unit.fault = item.fault;
    unit.all_class = manner.all_class;
    unit.within = manner.within;
    if (item.up && unit.set == nullptr && unit.logical != item.choice.logical) {
      unit.logical = item.choice.logical;
      Learn(event.unit, unit);
    }
    if (item.up || manner.is_asked) unit.stays_down = !item.up;
    events_.push_back(std::move(event));
  }
  Post({.kind = NetMachineEvent::kGo, .request = request, .deadline_ns = manner.deadline_ns});
}

void NetworkUnits::Forget(NetRequest request) {
  if (const auto found = asking_.find(request); found != asking_.end()) {
    const Asking asking = std::move(found->second);
    asking_.erase(found);
    for (const Item& item : asking.items) mappings_.End(item.choice.name);
  }
  Post({.kind = NetMachineEvent::kForget, .request = request});
}

void NetworkUnits::Detach(NetRequest request) {
  Post({.kind = NetMachineEvent::kDetach, .request = request});
}

std::vector<NetworkUnits::Item> NetworkUnits::WantedItems() {
  std::vector<Item> items;
  std::set<std::string> seen;
  for (const char* const allow_class : {"auto", "hotplug"}) {
    for (NetworkSet::Choice& choice : current_->Select(allow_class, view_)) {
      const auto found = numbers_.find(choice.name);
      if (found != numbers_.end() && units_[found->second].stays_down) continue;
      if (!current_->Knows(choice.logical)) continue;
      if (!seen.insert(choice.name).second) continue;
      items.push_back({std::move(choice), true, false, true});
    }
  }
  return items;
}

// --- The machine ---

void NetworkUnits::Post(NetMachineEvent event) {
  events_.push_back(std::move(event));
  Pump();
}

void NetworkUnits::Pump() {
  if (std::exchange(is_pumping_, true)) return;
  rest_.Busy();
  hooks_.Forget();
  std::vector<NetMachineAction> actions;
  while (!events_.empty()) {
    NetMachineEvent event = std::move(events_.front());
    events_.pop_front();
    actions.clear();
    machine_.Handle(std::move(event), options_.tools.clock->MonotonicNs(), &actions);
    for (NetMachineAction& action : actions) Do(action);
  }
  is_pumping_ = false;
  if (is_changed_) AskForTurn();  // records it, in case that nobody waits for the end
  if (!finished_.empty()) Record();
  for (const NetMachineAction& action : std::exchange(finished_, {})) {
    const bool is_over = action.kind == NetMachineAction::kFinish;
    const auto unit = units_.find(action.unit);
    const std::string name = unit == units_.end() ? "" : unit->second.name;
    for (Listener* const listener : listeners_) {
      is_over ? listener->OnFinish(action.request, action.ok)
              : listener->OnFault(action.request, name, action.text);
    }
  }
}

void NetworkUnits::Do(NetMachineAction& action) {
  switch (action.kind) {
    case NetMachineAction::kPlan:
      return Plan(action.unit, action.up);
    case NetMachineAction::kRun:
      return Run(action);
    case NetMachineAction::kAbort: {
      Unit& unit = units_[action.unit];
      unit.run->Abort();
      if (!std::exchange(unit.is_runnable, true)) runnable_.push_back(action.unit);
      return AskForTurn();
    }
    case NetMachineAction::kConfigure:
      return Configure(action.unit);
    case NetMachineAction::kTimer:
      return SetTimer(action.deadline_ns);
    case NetMachineAction::kState:
      return Enter(action);
    case NetMachineAction::kProgress:
      for (Listener* const listener : listeners_) {
        listener->OnProgress(action.request, units_[action.unit].name, action.to, action.text);
      }
      return;
    case NetMachineAction::kFault:
    case NetMachineAction::kFinish:
      finished_.push_back(std::move(action));
      return;
  }
}

void NetworkUnits::Configure(NetUnit number) {
  options_.tools.providers->Configure(units_[number].name, [this, number](std::string fault) {
    Post({.kind = NetMachineEvent::kConfigured,
          .unit = number,
          .ok = fault.empty(),
          .text = std::move(fault)});
  });
}

void NetworkUnits::OnLease(const std::string& name) {
  const auto found = numbers_.find(name);
  if (found != numbers_.end()) Post({.kind = NetMachineEvent::kLease, .unit = found->second});
}

int64_t NetworkUnits::LeaseLeft(const std::string& name) const {
  return options_.tools.providers == nullptr ? -1 : options_.tools.providers->LeaseLeft(name);
}

void NetworkUnits::SetTimer(int64_t deadline_ns) {
  options_.tools.loop->CancelTimer(std::exchange(timer_, 0));
  if (deadline_ns == 0) return;
  timer_ = options_.tools.loop->StartTimer(deadline_ns, [this] {
    timer_ = 0;
    Post({.kind = NetMachineEvent::kTimer});
  });
}

void NetworkUnits::Plan(NetUnit number, bool up) {
  Unit& unit = units_[number];
  NetMachineEvent answer{.kind = NetMachineEvent::kPlanned, .unit = number};
  answer.ok = MakePlan(unit, up, &answer);
  is_begun_ = is_changed_ = true;
  events_.push_back(std::move(answer));
}

bool NetworkUnits::MakePlan(Unit& unit, bool up, NetMachineEvent* answer) {
  auto interface = std::make_shared<DesiredInterface>();
  const std::shared_ptr<const NetworkSet> set = up || unit.set == nullptr ? current_ : unit.set;
  PlanOptions options;
  answer->text = std::exchange(unit.fault, "");
  if (up && !answer->text.empty()) return false;
  if (up) {
    if (!PlanOf(*set, {unit.name, unit.logical}, interface.get(), &answer->steps, &answer->text)) {
      return false;
    }
    unit.set = set;
    if (const std::string lack = set->LackOf(*interface); !lack.empty()) {
      options_.log.Warning(unit.name + ": " + lack);
      for (Listener* const listener : listeners_) listener->OnWarning(unit.name, lack);
    }
  } else {
    if (!Desire(*set, {unit.name, unit.logical}, interface.get())) {
      answer->text = "nothing is said of " + unit.logical;
      return false;
    }
    const std::string device = DeviceOf(unit.name);
    ForDevice(device, [&](NetUnit other) {
      const NetPhase phase = machine_.StatusOf(other).phase;
      options.keeps_link |= units_[other].name != unit.name && phase != NetPhase::kDown;
    });
    std::vector<NetStep> steps = PlanDown(*interface, options);
    const NetState part = view_.Part(steps);
    answer->steps = WhatIsLeft(std::move(steps), part);
  }
  DropEmptyHooks(&answer->steps);
  unit.desired = std::move(interface);
  if (up && unit.desired->port_wait_s > 0) port_waiters_.insert(numbers_[unit.name]);
  StepRun::Context context;
  context.all_class = unit.all_class;
  context.within = unit.within;
  context.output = [this, name = unit.name](std::string_view line) {
    options_.log.Info(name + ": " + std::string(line));
    for (Listener* const listener : listeners_) listener->OnOutput(name, line);
  };
  unit.run = std::make_unique<StepRun>(&options_.tools, unit.desired, std::move(context));
  return true;
}

// Of a plan whose programs are none, since the folders of hooks are empty, only the changes are
// left: one round in place of three. Something has to be left, or the interface would seem
// untouched.
void NetworkUnits::DropEmptyHooks(std::vector<NetStep>* steps) {
  const auto is_change = [](const NetStep& step) { return step.kind == NetStep::kChange; };
  const StepTools& tools = options_.tools;
  const auto is_nothing = [&](const NetStep& step) {
    return step.kind == NetStep::kHooks &&
           hooks_.Files(tools.root, tools.hooks_folder, step.phase).empty();
  };
  const bool are_changes = std::all_of(steps->begin(), steps->end(), [&](const NetStep& step) {
    return is_change(step) || is_nothing(step);
  });
  if (are_changes && std::any_of(steps->begin(), steps->end(), is_change)) {
    std::erase_if(*steps, is_nothing);
  }
}

bool NetworkUnits::Desire(const NetworkSet& set, const NetworkSet::Choice& choice,
                          DesiredInterface* interface) const {
  if (!set.Desire(choice.name, choice.logical, interface)) return false;
  if (interface->port_patterns.empty() && interface->hardware_from.empty()) return true;
  std::vector<Interface> present;
  for (const std::string& name : view_.Names()) present.push_back(view_.Find(name)->link);
  TakePorts(present, interface);
  return true;
}

bool NetworkUnits::PlanOf(const NetworkSet& set, const NetworkSet::Choice& choice,
                          DesiredInterface* interface, std::vector<NetStep>* steps,
                          std::string* fault) const {
  if (!Desire(set, choice, interface)) {
    *fault = "nothing is said of " + choice.logical;
    return false;
  }
  for (const DesiredSetup& setup : interface->setups) {
    if (setup.errors.empty()) continue;
    *fault = setup.errors.front();
    return false;
  }
  *steps = PlanUp(*interface, {});
  const NetState part = view_.Part(*steps);
  *steps = WhatIsLeft(std::move(*steps), part);
  return true;
}

void NetworkUnits::Run(const NetMachineAction& action) {
  const NetUnit number = action.unit;
  Unit& unit = units_[number];
  const auto resume = [this, number] {
    const auto found = units_.find(number);
    if (found == units_.end()) return;
    if (!std::exchange(found->second.is_runnable, true)) runnable_.push_back(number);
    AskForTurn();
  };
  // The machine keeps them until it has heard of the end.
  unit.run->Begin(
      std::span(machine_.StepsOf(number)).subspan(action.first, action.count), action.up,
      [this, number](std::string fault) {
        const bool is_ok = fault.empty();
        Post({.kind = NetMachineEvent::kDone,
              .unit = number,
              .ok = is_ok,
              .text = std::move(fault)});
      },
      resume);
  resume();
}

void NetworkUnits::AskForTurn() {
  if (turn_ != 0) return;
  turn_ = options_.tools.loop->StartTimer(0, [this] {
    turn_ = 0;
    RunSome();
  });
}

void NetworkUnits::RunSome() {
  if (is_begun_) Record();
  hooks_.Forget();
  const int64_t until_ns = options_.tools.clock->MonotonicNs() + kTurnNs;
  while (!runnable_.empty() && options_.tools.clock->MonotonicNs() < until_ns) RunNext();
  if (!runnable_.empty()) {
    AskForTurn();
  } else if (is_changed_ && machine_.IsQuiet()) {
    Record();
  }
}

// The next change of each of many interfaces, all of them as one. What others have to do may change
// any of them, so that comes afterwards.
void NetworkUnits::RunNext() {
  std::vector<NetChange> changes;
  std::vector<NetUnit> changing, others;
  const size_t count = std::min(runnable_.size(), kUnitsAtOnce);
  changes.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const NetUnit number = runnable_.front();
    runnable_.pop_front();
    const auto found = units_.find(number);
    if (found == units_.end()) continue;
    found->second.is_runnable = false;
    if (found->second.run == nullptr) continue;
    const NetChange* const change = found->second.run->NextChange();
    (change == nullptr ? others : changing).push_back(number);
    if (change != nullptr) changes.push_back(*change);
  }
  const auto again = [this](NetUnit number) {
    if (!std::exchange(units_[number].is_runnable, true)) runnable_.push_back(number);
  };
  std::vector<Error> errors;
  if (!changes.empty()) {
    const Error error = options_.tools.net_if->Apply(changes, &errors);
    for (size_t i = 0; i < changing.size(); ++i) {
      units_[changing[i]].run->Changed(error.ok() ? errors[i] : error);
      again(changing[i]);
    }
  }
  for (const NetUnit number : others) {
    const auto found = units_.find(number);
    if (found == units_.end() || found->second.run == nullptr) continue;
    if (found->second.run->Continue()) again(number);
  }
}

void NetworkUnits::Enter(const NetMachineAction& action) {
  Unit& unit = units_[action.unit];
  is_changed_ = true;
  told_.insert(unit.name);
  if (action.to == NetPhase::kDown) {
    unit.set = nullptr;
    if (!unit.stays_down) unit.within.clear();
  }
  if (action.to != NetPhase::kRising && action.to != NetPhase::kFalling) {
    unit.run.reset();
    unit.desired.reset();
  }
  const std::string line = unit.name + ": " + std::string(NetPhaseName(action.to)) +
                           (action.text.empty() ? "" : ", " + action.text);
  action.to == NetPhase::kFailed ? options_.log.Warning(line) : options_.log.Info(line);
  for (Listener* const listener : listeners_) {
    listener->OnState(unit.name, action.from, action.to, action.text);
  }
}

// --- The kernel ---

void NetworkUnits::OnNetEvent(const NetEvent& event) {
  rest_.Busy();
  if (event.kind == NetEvent::kLost) {
    if (lost_ != 0) return;  // where they are lost, more will be
    options_.log.Warning("events of the kernel were lost; everything is looked at again");
    const int64_t soon_ns = options_.tools.clock->MonotonicNs() + kResyncNs;
    lost_ = options_.tools.loop->StartTimer(soon_ns, [this] {
      lost_ = 0;
      LookAgain();
    });
    return;
  }
  view_.Take(event);
  const bool is_route = event.kind == NetEvent::kRoute || event.kind == NetEvent::kRouteGone;
  if (!is_route || event.route.table != kMainTable) return;
  const std::string what = event.kind == NetEvent::kRoute ? "added " : "removed ";
  TellEvent("route", view_.NameOf(event.route.index), what + RouteText(event.route));
}

void NetworkUnits::TellEvent(std::string_view kind, const std::string& name,
                             const std::string& text) {
  for (Listener* const listener : listeners_) listener->OnEvent(kind, name, text);
}

void NetworkUnits::LookAgain(NetUnit number) {
  const auto found = units_.find(number);
  if (found != units_.end() && found->second.run != nullptr) found->second.run->LookAgain();
}

void NetworkUnits::OnDevice(const std::string& name, bool is_there) {
  const NetworkView::Device* const device = view_.Find(name);
  if (!is_there && options_.tools.providers != nullptr) {
    options_.tools.providers->OnDeviceGone(name);
  }
  ForDevice(name, [&](NetUnit number) {
    events_.push_back({.kind = NetMachineEvent::kDevice, .unit = number, .ok = is_there});
    if (!is_there || device == nullptr || (device->link.flags & kIfRunning) == 0) return;
    events_.push_back({.kind = NetMachineEvent::kCarrier, .unit = number});
  });
  for (const NetUnit waiter : port_waiters_) LookAgain(waiter);
  TellEvent("device", name, is_there ? "added" : "removed");
  if (is_started_ && is_there) {
    std::vector<Item> items;
    for (Item& item : WantedItems()) {
      if (item.choice.name == name) items.push_back(std::move(item));
    }
    if (!items.empty()) Ask(NewRequest(), items, {});
  }
  Pump();
}

void NetworkUnits::OnCarrier(const std::string& name, bool has_carrier) {
  ForDevice(name, [&](NetUnit number) {
    events_.push_back({.kind = NetMachineEvent::kCarrier, .unit = number, .ok = has_carrier});
    LookAgain(number);
  });
  if (options_.tools.providers != nullptr) {
    options_.tools.providers->SetCarrier(name, has_carrier);
  }
  TellEvent("carrier", name, has_carrier ? "up" : "down");
  Pump();
}

void NetworkUnits::OnAddresses(const std::string& name) {
  ForDevice(name, [&](NetUnit number) { LookAgain(number); });
  TellEvent("address", name, "changed");
}

// --- What is known from outside ---

std::vector<std::string> NetworkUnits::UnitNames() const {
  std::vector<std::string> names;
  for (const auto& [name, number] : numbers_) names.push_back(name);
  return names;
}

NetworkUnits::Status NetworkUnits::StatusOf(const std::string& name) const {
  Status status;
  status.name = status.logical = name;
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return status;
  status.logical = units_.at(found->second).logical;
  status.state = machine_.StatusOf(found->second);
  status.has_unit = true;
  return status;
}

bool NetworkUnits::IsOutdated(const std::string& name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return false;
  const Unit& unit = units_.at(found->second);
  if (unit.set == nullptr || unit.set == current_) return false;
  DesiredInterface old, now;
  const bool had = unit.set->Desire(unit.name, unit.logical, &old);
  const bool has = current_->Desire(unit.name, unit.logical, &now);
  for (DesiredSetup& setup : old.setups) setup.place.clear();
  for (DesiredSetup& setup : now.setups) setup.place.clear();
  return had != has || !(old == now);
}

}  // namespace keelson
