// Down first, all that has to; then up.
#include "applets/netconfd/network_change.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/interface_name.h"
#include "platform/input.h"
#include "platform/replace.h"

namespace keelson {
namespace {

constexpr char kTrialName[] = "trial";
constexpr size_t kMaxTrial = size_t{16} << 20;

bool IsOrComesUp(const NetworkUnits::Status& status) {
  return status.state.is_wanted || status.state.phase == NetPhase::kFailed;
}

}  // namespace

NetworkChange::NetworkChange(NetworkUnits* units, NetworkPaths paths, Loop* loop, Clock* clock,
                             Directory* folder, std::string folder_path, Log log)
    : units_(units),
      paths_(std::move(paths)),
      loop_(loop),
      clock_(clock),
      folder_(folder),
      folder_path_(std::move(folder_path)),
      log_(log) {}

NetworkChange::~NetworkChange() { loop_->CancelTimer(timer_); }

std::shared_ptr<const NetworkSet> NetworkChange::Read(const std::string& interfaces,
                                                      std::vector<std::string>* notes) {
  NetworkPaths paths = paths_;
  if (!interfaces.empty()) {
    paths.interfaces = interfaces;
    paths.must_have_interfaces = true;
  }
  return NetworkSet::Read(paths, units_->Dump(), notes);
}

bool NetworkChange::Start(std::vector<std::string>* notes) {
  std::shared_ptr<const NetworkSet> set = Read("", notes);
  if (set == nullptr) return false;
  const NetworkRecord record = units_->ReadRecord();
  std::shared_ptr<const NetworkSet> trial;
  if (record.trial) {
    std::vector<std::string> faults;
    trial = Read(TrialPath(record.trial->path), &faults);
  }
  units_->Start(trial == nullptr ? set : trial, record);
  if (record.trial) {
    log_.Warning("a configuration was not confirmed before netconfd ended; it is taken back");
    before_ = std::move(set);
    RollBack();
    return true;
  }
  units_->Ask(units_->NewRequest(), units_->WantedItems(), {.is_asked = false});
  return true;
}

// The file itself, where its includes are, unless it is another one by now.
std::string NetworkChange::TrialPath(const std::string& path) const {
  const std::string copy = folder_path_ + "/" + kTrialName;
  std::string tried, now;
  if (!ReadInputNow(copy, kMaxTrial, &tried).ok()) return path;
  return ReadInputNow(path, kMaxTrial, &now).ok() && now == tried ? path : copy;
}

bool NetworkChange::Reload(std::vector<std::string>* notes, Done done) {
  if (before_ != nullptr) {
    notes->push_back("a configuration waits for netconf confirm");
    return false;
  }
  std::shared_ptr<const NetworkSet> set = Read("", notes);
  if (set == nullptr) return false;
  GoTo(std::move(set), UpNow(), std::move(done));
  return true;
}

std::vector<NetworkSet::Choice> NetworkChange::UpNow() const {
  std::vector<NetworkSet::Choice> up;
  for (const std::string& name : units_->UnitNames()) {
    const NetworkUnits::Status status = units_->StatusOf(name);
    if (IsOrComesUp(status)) up.push_back({name, status.logical});
  }
  return up;
}

bool NetworkChange::Apply(const std::string& path, int64_t confirm_ns,
                          std::vector<std::string>* notes, Done done) {
  if (before_ != nullptr || folder_ == nullptr) {
    notes->push_back(folder_ == nullptr ? "without a folder for states nothing can be tried"
                                        : "a configuration waits for netconf confirm");
    return false;
  }
  std::shared_ptr<const NetworkSet> set = Read(path, notes);
  if (set == nullptr) return false;
  if (Error error = ReadInputNow(path, kMaxTrial, &bytes_); !error.ok()) {
    notes->push_back(path + ": " + error.Text());
    return false;
  }
  if (path == paths_.interfaces) {
    notes->push_back(path + ": it is the configuration itself, which is to be gone back to");
    return false;
  }
  if (Error error = ReplaceFile(*folder_, kTrialName, bytes_, {}); !error.ok()) {
    notes->push_back(folder_path_ + "/" + kTrialName + ": " + error.Text());
    return false;
  }
  RecordedTrial trial;
  trial.path = path;
  for (const std::string& name : units_->UnitNames()) {
    const NetworkUnits::Status status = units_->StatusOf(name);
    const NetPhase phase = IsOrComesUp(status) ? NetPhase::kUp : NetPhase::kDown;
    trial.before.push_back({name, status.logical, phase, false, ""});
  }
  units_->SetTrial(std::move(trial));
  before_ = units_->current();
  timer_ = loop_->StartTimer(clock_->MonotonicNs() + confirm_ns, [this] {
    timer_ = 0;
    log_.Warning("the configuration was not confirmed in time; it is taken back");
    RollBack();
  });
  GoTo(std::move(set), UpNow(), std::move(done));
  return true;
}

void NetworkChange::RollBack() {
  std::vector<NetworkSet::Choice> wanted;
  for (const RecordedUnit& unit : units_->trial()->before) {
    if (unit.phase == NetPhase::kUp) wanted.push_back({unit.name, unit.logical});
  }
  GoTo(std::exchange(before_, nullptr), std::move(wanted),
       [this](const std::vector<std::string>& faults) {
         units_->SetTrial(std::nullopt);
         if (folder_ != nullptr) static_cast<void>(folder_->Remove(kTrialName));
         log_.Notice("the configuration of before is in force again");
         for (const std::string& fault : faults) log_.Warning(fault);
       });
}

bool NetworkChange::Confirm(std::string* fault) {
  if (before_ == nullptr) {
    *fault = "nothing waits to be confirmed";
    return false;
  }
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> folder;
  std::string name;
  Error error = OpenRoot("/", &root);
  if (error.ok()) error = root->Locate(paths_.interfaces, true, &folder, &name);
  if (error.ok()) error = ReplaceFile(*folder, name, bytes_, {});
  if (!error.ok()) {
    *fault = paths_.interfaces + ": " + error.Text();
    return false;
  }
  loop_->CancelTimer(std::exchange(timer_, 0));
  before_ = nullptr;
  bytes_.clear();
  units_->SetTrial(std::nullopt);
  return true;
}

void NetworkChange::GoTo(std::shared_ptr<const NetworkSet> set,
                         std::vector<NetworkSet::Choice> wanted, Done done) {
  if (done_) {
    units_->Detach(std::exchange(request_, 0));
    faults_.push_back("another configuration takes its place");
    Finish();
  }
  done_ = std::move(done);
  wanted_ = std::move(wanted);
  units_->SetCurrent(std::move(set));
  std::vector<NetworkUnits::Item> downs;
  for (const std::string& name : units_->UnitNames()) {
    const NetworkUnits::Status status = units_->StatusOf(name);
    const bool waits = status.state.phase == NetPhase::kWaiting;
    if (status.state.phase == NetPhase::kDown) continue;
    if (waits && units_->current()->Knows(status.logical)) continue;
    const bool is_wanted = std::any_of(wanted_.begin(), wanted_.end(),
                                       [&](const auto& choice) { return choice.name == name; });
    if (waits || !is_wanted || units_->IsOutdated(name)) {
      downs.push_back({{name, status.logical}, false});
    }
  }
  is_rising_ = false;
  request_ = units_->NewRequest();
  if (downs.empty()) return BringUp();
  units_->Ask(request_, downs, {.is_asked = false});
}

// Those whose device is missing come up when it comes; nobody waits for them.
void NetworkChange::BringUp() {
  std::vector<NetworkUnits::Item> now, later;
  std::set<std::string> seen;
  const auto add = [&](NetworkUnits::Item item) {
    if (!units_->current()->Knows(item.choice.logical)) return;
    if (!seen.insert(item.choice.name).second) return;
    const bool is_there =
        units_->view().Find(SplitInterfaceLabel(item.choice.name).device) != nullptr;
    DesiredInterface interface;
    const bool is_made =
        units_->current()->Desire(item.choice.name, item.choice.logical, &interface) &&
        interface.made.has_value();
    (is_there || is_made ? now : later).push_back(std::move(item));
  };
  for (NetworkUnits::Item& item : units_->WantedItems()) add(std::move(item));
  for (const NetworkSet::Choice& choice : wanted_) {
    const NetworkUnits::Status status = units_->StatusOf(choice.name);
    const bool is_rising = status.state.is_wanted && status.state.phase != NetPhase::kUp;
    // It comes up as it was asked to; who gives it up does so for good.
    if (!is_rising || units_->IsOutdated(choice.name)) add({choice, true, false, false});
  }
  is_rising_ = true;
  request_ = units_->NewRequest();
  if (!later.empty()) units_->Ask(units_->NewRequest(), later, {.is_asked = false});
  if (now.empty()) return Finish();
  units_->Ask(request_, now, {.is_asked = false});
}

void NetworkChange::OnFault(NetRequest request, const std::string& name, const std::string& fault) {
  if (request == request_ && done_) faults_.push_back(name + ": " + fault);
}

void NetworkChange::OnFinish(NetRequest request, bool) {
  if (request != request_ || !done_) return;
  is_rising_ ? Finish() : BringUp();
}

void NetworkChange::Finish() {
  request_ = 0;
  const std::vector<std::string> faults = std::exchange(faults_, {});
  const Done done = std::exchange(done_, nullptr);
  if (done) done(faults);
}

}  // namespace keelson
