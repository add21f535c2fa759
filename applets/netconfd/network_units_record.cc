// What is recorded of the units, and what of it still holds after a start.
#include <algorithm>
#include <utility>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/network_units.h"
#include "core/interface_name.h"
#include "platform/process_search.h"
#include "platform/replace.h"

namespace keelson {
namespace {

constexpr char kRecordName[] = "state";

bool IsProgram(const NetStep& step) {
  return step.kind != NetStep::kChange && step.kind != NetStep::kFlush &&
         step.kind != NetStep::kWaitDad && step.kind != NetStep::kWaitLinkLocal &&
         step.kind != NetStep::kWaitPorts && step.kind != NetStep::kWaitForward &&
         step.kind != NetStep::kRouters;
}

// A change that a dump shows: settings and rules are not looked at.
bool IsSeen(const NetStep& step) {
  if (step.kind != NetStep::kChange) return false;
  switch (step.change.kind) {
    case NetChange::kMakeLink:
    case NetChange::kAddAddress:
    case NetChange::kAddRoute:
    case NetChange::kReplaceRoute:
      return true;
    case NetChange::kSetLink:
      return step.change.up.has_value();
    default:
      return false;
  }
}

}  // namespace

void NetworkUnits::Record() {
  if (!is_changed_ || options_.state_folder == nullptr) return;
  is_changed_ = is_begun_ = false;
  NetworkRecord record;
  for (const auto& [number, unit] : units_) {
    NetUnitStatus status = machine_.StatusOf(number);
    if (status.phase == NetPhase::kDown && !unit.stays_down) continue;
    record.units.push_back(
        {unit.name, unit.logical, status.phase, unit.stays_down, std::move(status.why)});
  }
  record.trial = trial_;
  ReplaceOptions options;
  options.mode = 0600;
  options.sync = false;  // it is of use until the system ends
  const Error error =
      ReplaceFile(*options_.state_folder, kRecordName, FormatNetworkRecord(record), options);
  TellOthers();
  if (!error.ok()) options_.log.Error("the state cannot be recorded: " + error.Text());
}

// For those who know ifupdown's file alone.
void NetworkUnits::TellOthers() {
  if (options_.ifstate == nullptr || told_.empty()) return;
  std::vector<IfupState::Change> changes;
  for (const std::string& name : std::exchange(told_, {})) {
    const Status status = StatusOf(name);
    IfupState::Change& change = changes.emplace_back(IfupState::Change{name});
    if (status.state.phase == NetPhase::kUp) change.up = status.logical;
    if (status.state.phase == NetPhase::kFailed) change.failed = status.logical;
  }
  if (Error error = options_.ifstate->Set(changes); !error.ok()) {
    options_.log.Warning("ifstate: " + error.Text());
  }
}

NetworkRecord NetworkUnits::ReadRecord() {
  FileBytes bytes;
  NetworkRecord record;
  Directory* const folder = options_.state_folder;
  if (folder == nullptr || !folder->Read(kRecordName, kMaxNetworkRecord, &bytes, nullptr).ok()) {
    return record;
  }
  if (ParseNetworkRecord(bytes.view(), &record)) return record;
  options_.log.Warning("what was recorded is no record; the kernel alone counts");
  return {};
}

void NetworkUnits::SetTrial(std::optional<RecordedTrial> trial) {
  trial_ = std::move(trial);
  is_changed_ = true;
  Record();
}

// The kernel decides, as far as it can: what programs did it does not know.
NetPhase NetworkUnits::WhatKernelSays(const RecordedUnit& recorded, std::string* why) const {
  DesiredInterface interface;
  std::vector<NetStep> left;
  *why = recorded.why;
  const bool was_begun =
      recorded.phase == NetPhase::kRising || recorded.phase == NetPhase::kFalling;
  const bool is_there = view_.Find(SplitInterfaceLabel(recorded.name).device) != nullptr;
  if (recorded.phase == NetPhase::kWaiting || recorded.phase == NetPhase::kDown || !is_there) {
    *why = recorded.phase == NetPhase::kDown || is_there ? "" : "its device is gone";
    return NetPhase::kDown;
  }
  if (recorded.phase == NetPhase::kFailed) return NetPhase::kFailed;
  if (!PlanOf(*current_, {recorded.name, recorded.logical}, &interface, &left, why)) {
    return NetPhase::kFailed;
  }
  const std::vector<NetStep> all = PlanUp(interface, {});
  const auto is_missing = std::find_if(left.begin(), left.end(), IsSeen);
  const auto count = std::count_if(left.begin(), left.end(), IsSeen);
  const bool has_programs = std::any_of(all.begin(), all.end(), IsProgram);
  if (!was_begun || !has_programs) {
    if (is_missing == left.end()) return NetPhase::kUp;
    if (was_begun && count == std::count_if(all.begin(), all.end(), IsSeen)) return NetPhase::kDown;
  }
  *why = was_begun ? "netconfd ended while it was " + std::string(NetPhaseName(recorded.phase))
                   : "not all of it is there any more";
  return NetPhase::kFailed;
}

// A program that ran for it when netconfd was killed is left alone: it may be a daemon that a hook
// has started, which is to stay.
void NetworkUnits::TellOfLeftBehind(const std::string& name) const {
  for (const FoundProcess& process : FindProcesses(options_.tools.mark, kWithinVariable)) {
    if (!(" " + process.value).ends_with(" " + name + " ")) continue;
    options_.log.Warning(name + ": left by a netconfd that is gone, and still running: " +
                         std::to_string(process.pid));
  }
}

void NetworkUnits::Restore(const NetworkRecord& record) {
  for (const RecordedUnit& recorded : record.units) {
    std::string why;
    const NetPhase phase = WhatKernelSays(recorded, &why);
    if (phase == NetPhase::kDown && !recorded.stays_down && !current_->Defines(recorded.logical)) {
      continue;
    }
    NetUnit number = 0;
    Unit& unit = UnitOf(recorded.name, &number);
    unit.logical = recorded.logical;
    unit.stays_down = recorded.stays_down;
    if (phase != NetPhase::kDown) unit.set = current_;
    Learn(number, unit);
    machine_.Restore(number, phase, why);
    DesiredInterface interface;
    if (phase == NetPhase::kUp && options_.tools.providers != nullptr &&
        current_->Desire(recorded.name, recorded.logical, &interface)) {
      options_.tools.providers->Resume(interface);
    }
    if (phase == NetPhase::kFailed) options_.log.Warning(recorded.name + ": failed, " + why);
    if (recorded.phase == NetPhase::kRising || recorded.phase == NetPhase::kFalling) {
      TellOfLeftBehind(recorded.name);
    }
  }
  trial_ = record.trial;
}

}  // namespace keelson
