// Who asks for what, who gives up, and when.
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "applets/netconfd/machine_impl.h"

namespace keelson {

using Impl = NetMachine::Impl;

namespace {

bool IsOneOf(NetUnit unit, const std::vector<NetUnit>& units) {
  return std::find(units.begin(), units.end(), unit) != units.end();
}

}  // namespace

void Impl::Go(NetRequest id, int64_t deadline_ns) {
  Request& request = requests[id];
  request.deadline_ns = deadline_ns;
  const std::vector<NetMachineEvent> items = std::move(request.items);
  request.items.clear();
  request.is_going = true;
  for (const NetMachineEvent& item : items) request.left[item.unit] = item.up;
  for (const NetMachineEvent& item : items) {
    if (item.up) {
      WantUp(item);
    } else {
      WantDown(item.unit, item.force, item.within);
    }
  }
  // Those that are where they are wanted, and those for which this one will not wait.
  for (const NetMachineEvent& item : items) {
    const Unit& unit = units.at(item.unit);
    const bool is_so = unit.phase == (item.up ? NetPhase::kUp : NetPhase::kDown);
    if (unit.goal == Goal::kNone && is_so) FinishItems(item.unit, item.up, true, "");
    const bool lacks = item.up && unit.may_wait && !unit.has_device && !unit.is_made;
    if (lacks && !item.may_wait) FinishItem(id, item.unit, false, "no such device");
  }
  request.is_going = false;
  if (request.left.empty()) Finish(requests.find(id));
}

// With what it needs: chains may be long, so it is no recursion.
void Impl::WantUp(const NetMachineEvent& item) {
  std::vector<NetUnit> left = {item.unit};
  for (bool force = item.force; !left.empty(); force = false) {
    const NetUnit number = left.back();
    left.pop_back();
    if (!WantOneUp(item, number, force)) continue;
    const std::vector<NetUnit>& needs = units.at(number).needs;
    std::copy_if(needs.rbegin(), needs.rend(), std::back_inserter(left),
                 [&](NetUnit need) { return !IsOneOf(need, item.within); });
  }
}

// False: so it is, or is wanted already, with all that it needs.
bool Impl::WantOneUp(const NetMachineEvent& item, NetUnit number, bool force) {
  Unit& unit = units.at(number);
  unit.may_wait |= item.may_wait;
  if (unit.goal == Goal::kDown && unit.phase != NetPhase::kFalling) {
    FinishItems(number, false, false, "it is brought up again");
    if (unit.phase == NetPhase::kUp) unit.goal = Goal::kNone;
  }
  if (unit.phase == NetPhase::kUp && unit.goal == Goal::kNone && !force) return false;
  const bool is_wanted = !unit.wanted_by.insert(item.request).second && unit.goal == Goal::kUp;
  if (is_wanted && !force) return false;  // there may be many ways to it
  unit.within = item.within;
  unit.goal = Goal::kUp;
  unsettled.push_back(number);
  return true;
}

// With all that stand on it.
void Impl::WantDown(NetUnit number, bool force, const std::vector<NetUnit>& within) {
  const auto stands_on_it = [&](NetUnit user) {
    const Unit& unit = units.at(user);
    if (unit.goal == Goal::kDown || IsOneOf(user, within)) return false;
    return unit.phase == NetPhase::kUp || unit.phase == NetPhase::kRising || unit.goal == Goal::kUp;
  };
  std::vector<NetUnit> left;
  for (bool goes = WantOneDown(number, force); goes || !left.empty();) {
    const std::vector<NetUnit>& users = units.at(number).needed_by;
    if (goes) left.insert(left.end(), users.rbegin(), users.rend());
    if (left.empty()) break;
    number = left.back();
    left.pop_back();
    goes = stands_on_it(number) && WantOneDown(number, false);
  }
}

// False: it is.
bool Impl::WantOneDown(NetUnit number, bool force) {
  Unit& unit = units.at(number);
  const bool is_down = unit.phase == NetPhase::kDown && unit.goal == Goal::kNone;
  if (is_down && !force) return false;
  if (force) unit.is_touched = true;
  if (unit.goal != Goal::kDown) FinishItems(number, true, false, "it is taken down");
  unit.goal = Goal::kDown;
  unit.wanted_by.clear();
  unsettled.push_back(number);
  if (unit.phase == NetPhase::kRising) Abort(number, unit, "taken down");
  return true;
}

// What it alone wanted up comes up no more.
void Impl::Abandon(NetRequest id, const std::string& why) {
  for (auto& [number, unit] : units) {
    if (unit.wanted_by.erase(id) == 0 || !unit.wanted_by.empty() || unit.goal != Goal::kUp)
      continue;
    unit.goal = Goal::kNone;
    if (unit.phase == NetPhase::kRising) {
      Abort(number, unit, why);
    } else if (unit.phase == NetPhase::kWaiting) {
      Rest(number, unit.is_touched ? NetPhase::kFailed : NetPhase::kDown, why);
    }
  }
}

void Impl::Expire(NetRequest id) {
  const auto found = requests.find(id);
  if (found == requests.end()) return;
  Request& request = found->second;
  for (const auto& [number, up] : request.left) {
    const std::string& why = units.at(number).why;
    Fault(id, number,
          (up ? "not up in time" : "not down in time") + (why.empty() ? "" : ": " + why));
  }
  for (const auto& [number, up] : std::map<NetUnit, bool>(request.left)) {
    Unit& unit = units.at(number);
    if (!up && unit.phase == NetPhase::kFalling) Abort(number, unit, "not down in time");
  }
  Finish(found);
  Abandon(id, "not up in time");
}

void Impl::RunTimers() {
  std::vector<NetRequest> late;
  for (const auto& [id, request] : requests) {
    if (request.deadline_ns != 0 && request.deadline_ns <= now) late.push_back(id);
  }
  for (const NetRequest id : late) Expire(id);
  if (!late.empty()) SettleAll();
}

void Impl::AskTimer() {
  int64_t first = 0;
  for (const auto& [id, request] : requests) {
    if (request.deadline_ns == 0) continue;
    if (first == 0 || request.deadline_ns < first) first = request.deadline_ns;
  }
  if (first == timer) return;
  timer = first;
  Do(NetMachineAction::kTimer, 0).deadline_ns = first;
}

bool Impl::Needs(NetUnit number, NetUnit wanted) const {
  std::vector<NetUnit> left = {number};
  std::set<NetUnit> seen;
  while (!left.empty()) {
    const NetUnit unit = left.back();
    left.pop_back();
    if (unit == wanted) return true;
    if (!seen.insert(unit).second) continue;
    const std::vector<NetUnit>& needs = units.at(unit).needs;
    left.insert(left.end(), needs.begin(), needs.end());
  }
  return false;
}

bool Impl::SetNeeds(NetUnit number, std::vector<NetUnit> needs) {
  Unit& unit = units.at(number);
  for (const NetUnit need : unit.needs) std::erase(units.at(need).needed_by, number);
  unit.needs.clear();
  for (const NetUnit need : needs) {
    if (Needs(need, number)) return false;
  }
  unit.needs = std::move(needs);
  for (const NetUnit need : unit.needs) units.at(need).needed_by.push_back(number);
  return true;
}

}  // namespace keelson
