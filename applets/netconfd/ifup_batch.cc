// Two writes of the state for each batch.
#include "applets/netconfd/ifup_batch.h"

#include <algorithm>
#include <span>
#include <utility>

#include "applets/run.h"

namespace keelson {
namespace {

constexpr size_t kAtOnce = 64;  // each has a lock, which is an open file

}  // namespace

void IfupBatch::Tell(const std::string& text) const { PrintError(call_.applet, text); }

bool IfupBatch::Take(const IfupTarget& target, DesiredInterface interface,
                     std::unique_ptr<Lock> lock, bool may_wait) {
  auto item = std::make_unique<Item>();
  item->target = target;
  item->interface = std::move(interface);
  item->lock = std::move(lock);
  item->steps = up() ? PlanUp(item->interface, options_) : PlanDown(item->interface, options_);
  item->shown = ShowPlan(item->interface, item->steps, options_);
  item->before.name = target.name;
  const bool was_up = state_.IsUp(target.name);
  (was_up ? item->before.up : item->before.failed) = state_.LogicalOf(target.name);
  item->keeps_place = up() && was_up;
  may_wait &= !call_.is_verbose && !call_.no_act && runner_.AreChanges(item->shown);
  const bool ok = may_wait || CarryOut();
  items_.push_back(std::move(item));
  return (may_wait && items_.size() < kAtOnce) || (CarryOut() && ok);
}

bool IfupBatch::Has(std::string_view name) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&](const auto& item) { return item->target.name == name; });
}

bool IfupBatch::CarryOut() {
  std::vector<std::unique_ptr<Item>> items = std::exchange(items_, {});
  std::vector<IfupState::Change> begun, became;
  for (const auto& item : items) {
    if (!item->keeps_place) begun.push_back({item->target.name, {}, item->target.logical});
  }
  Record(begun);
  bool all_ok = true;
  for (const auto& item : items) {
    item->is_begun = items.size() == 1 || !runner_.is_interrupted();
    if (item->is_begun) item->ok = RunPlan(*item);
    if (up() && !item->ok && item->is_begun) Tell("failed to bring up " + item->target.logical);
    all_ok &= item->ok;
    if (items.size() > 1) runner_.HearSignals();
  }
  for (const auto& item : items) became.push_back(Became(*item));
  return Record(became) && all_ok;
}

IfupState::Change IfupBatch::Became(const Item& item) const {
  const auto& [name, logical] = item.target;
  const IfupState::Change is_up = {name, logical, {}}, failed = {name, {}, logical};
  if (!item.is_begun) return item.before;
  if (up()) return item.ok ? is_up : failed;
  return runner_.is_interrupted() ? failed : IfupState::Change{name};
}

bool IfupBatch::Record(const std::vector<IfupState::Change>& changes) {
  const Error error = state_.Set(changes);
  if (!error.ok() && !std::exchange(has_told_, true)) {
    Tell(call_.state_dir + "/ifstate: " + error.Text());
  }
  return error.ok();
}

// The interface itself, then each setup under its headline; down: the other way round.
bool IfupBatch::RunPlan(const Item& item) {
  const std::span<const StepLines> shown = item.shown;
  bool ok = true;
  size_t at = 0;
  const auto run_while = [&](auto belongs) {
    const size_t begin = at;
    while (at < shown.size() && belongs(*shown[at].step)) ++at;
    return runner_.Run(item.interface, shown.subspan(begin, at - begin));
  };
  const auto is_link = [](const NetStep& step) { return step.is_link; };
  ok &= run_while(is_link);
  for (size_t i = 0; i < item.interface.setups.size() && (ok || !up()); ++i) {
    const DesiredSetup& setup = item.interface.setups[i];
    if (call_.is_verbose) {
      Tell("configuring interface " + item.interface.name + "=" + setup.logical + " (" +
           (setup.family == SetupFamily::kInet6 ? "inet6" : "inet") + ")");
    }
    ok &= run_while([&](const NetStep& step) { return !step.is_link && step.setup == i; });
  }
  if (ok || !up()) ok &= run_while(is_link);
  return ok;
}

}  // namespace keelson
