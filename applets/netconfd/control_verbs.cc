// What each verb of a request does.
#include <algorithm>
#include <utility>

#include "applets/netconfd/control.h"
#include "applets/netconfd/protocol.h"
#include "core/interface_name.h"
#include "core/ip_address.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

std::string_view LinkText(const NetworkView::Device* device) {
  if (device == nullptr) return "missing";
  if ((device->link.flags & kIfUp) == 0) return "down";
  return (device->link.flags & kIfRunning) == 0 ? "no carrier" : "up";
}

std::string AddressesText(const NetworkView::Device& device) {
  std::string text;
  for (const InterfaceAddress& address : device.addresses) {
    if (address.scope == NetScope::kLink && address.address.v6) continue;
    if (!text.empty()) text += ',';
    text += FormatIpPrefix({FromNetIp(address.address), address.length});
  }
  return text;
}

std::string GatewayText(const NetworkView::Device& device) {
  std::string text;
  for (const NetRoute& route : device.routes) {
    if (route.length != 0 || !route.gateway || route.table != kMainTable) continue;
    if (!text.empty()) text += ',';
    text += FormatIpAddress(FromNetIp(*route.gateway));
  }
  return text;
}

std::string MethodText(const DesiredInterface& interface) {
  std::string text;
  for (const DesiredSetup& setup : interface.setups) {
    if (text.find(setup.method_name) != text.npos) continue;
    text += (text.empty() ? "" : ",") + setup.method_name;
  }
  return text;
}

}  // namespace

const NetworkControl::Verb NetworkControl::kVerbs[] = {
    {"up", &NetworkControl::Up, false},
    {"down", &NetworkControl::Down, false},
    {"status", &NetworkControl::Rows, true},
    {"reload", &NetworkControl::Reload, false},
    {"apply", &NetworkControl::Apply, false},
    {"confirm", &NetworkControl::Confirm, false},
    {"plan", &NetworkControl::ShowPlans, false},
    {"monitor", &NetworkControl::Monitor, true},
    {"events", &NetworkControl::Events, true},
    {"wait", &NetworkControl::Wait, true},
    {"", nullptr, false},
};

// --- up, down ---

std::vector<NetworkUnits::Item> NetworkControl::ItemsOf(Call& call, bool up) {
  std::vector<NetworkSet::Choice> choices;
  const std::string_view allow_class = call.Value("--allow");
  if (call.Has("--all") || !allow_class.empty()) {
    if (up || !allow_class.empty()) {
      choices =
          units_->current()->Select(allow_class.empty() ? "auto" : allow_class, units_->view());
    } else {
      for (const std::string& name : units_->UnitNames()) {
        if (!units_->current()->StaysUp(name)) choices.push_back({name, ""});
      }
    }
  }
  const std::vector<std::string> words(call.operands.begin(), call.operands.end());
  for (NetworkSet::Choice& choice : units_->current()->Resolve(words, units_->view())) {
    choices.push_back(std::move(choice));
  }
  std::vector<NetworkUnits::Item> items;
  for (NetworkSet::Choice& choice : choices) {
    const NetworkUnits::Status status = units_->StatusOf(choice.name);
    const bool is_known = units_->current()->Knows(choice.logical) || (!up && status.has_unit);
    std::string fault;
    if (!IsInterfaceName(SplitInterfaceLabel(choice.name).device)) {
      fault = "no interface can have the name '" + choice.name + "'";
    } else if (!is_known) {
      fault = "unknown interface " + choice.name;
    } else if (call.IsWithin(choice.name)) {
      fault = "recursion detected for interface " + choice.name;
    } else {
      call.state->names.insert(choice.name);
      items.push_back({std::move(choice), up, call.Has("--force"), false});
      continue;
    }
    SendLine(call.client, kNetconfdError, fault);
    call.state->code = 1;
  }
  return items;
}

void NetworkControl::Change(Call& call, bool up) {
  const std::vector<NetworkUnits::Item> items = ItemsOf(call, up);
  if (items.empty()) return Done(call.client, call.state->code);
  NetworkUnits::Manner manner;
  const int64_t timeout_ns = call.Number("--timeout");
  if (timeout_ns > 0) manner.deadline_ns = clock_->MonotonicNs() + timeout_ns;
  manner.within = call.Value("--within");
  manner.all_class = call.Value("--allow");
  if (manner.all_class.empty() && call.Has("--all")) manner.all_class = "auto";
  call.state->detaches = call.Has("--detach");
  call.state->request = units_->NewRequest();
  requests_[call.state->request] = call.client;
  units_->Ask(call.state->request, items, manner);
}

// --- status ---

void NetworkControl::Rows(Call& call) {
  int code = 0;
  units_->LookAgain();
  for (const std::string_view word : call.operands) {
    const NetworkUnits::Status status = units_->StatusOf(std::string(word));
    if (IsOurs(status) || units_->view().Find(word) != nullptr) {
      Row(call.client, status);
      continue;
    }
    code = 1;
    SendLine(call.client, kNetconfdError, "unknown interface " + status.name);
  }
  if (!call.operands.empty()) return Done(call.client, code);
  for (const std::string& name : units_->UnitNames()) {
    const NetworkUnits::Status status = units_->StatusOf(name);
    if (IsOurs(status)) Row(call.client, status);
  }
  Done(call.client, code);
}

// What left the configuration, until it has nothing of it any more.
bool NetworkControl::IsOurs(const NetworkUnits::Status& status) const {
  const NetworkSet& set = *units_->current();
  return set.Knows(status.name) || set.Knows(status.logical) ||
         status.state.phase != NetPhase::kDown;
}

void NetworkControl::Row(ClientId client, const NetworkUnits::Status& status) {
  const std::string& name = status.name;
  const NetworkView::Device* const device = units_->view().Find(SplitInterfaceLabel(name).device);
  DesiredInterface interface;
  static_cast<void>(units_->current()->Desire(name, status.logical, &interface));
  const std::string addresses = device == nullptr ? "" : AddressesText(*device);
  const std::string gateway = device == nullptr ? "" : GatewayText(*device);
  const std::string method = MethodText(interface);
  std::string why = status.state.why;
  if (why.empty() && status.state.phase == NetPhase::kUp) {
    why = units_->current()->LackOf(interface);
  }
  const int64_t left = units_->LeaseLeft(name);
  const std::string lease = left < 0 ? "" : std::to_string(left);
  const std::string_view fields[] = {
      name,
      IsOurs(status) ? NetPhaseName(status.state.phase) : "unmanaged",
      LinkText(device),
      addresses,
      gateway,
      method,
      lease,
      status.logical,
      why};
  Send(client, kNetconfdRow, fields);
}

// --- reload, apply, confirm, plan ---

// What changes may wait for the hook that has asked for it: that is answered before.
NetworkChange::Done NetworkControl::Changed(Call& call, Notes notes) {
  call.state->hears_all = true;
  if (IsOfHook(call)) return [](const std::vector<std::string>&) {};
  return Answer(call.client, std::move(notes));
}

void NetworkControl::Refuse(Call& call, const std::vector<std::string>& notes) {
  SendNotes(call.client, notes);
  Done(call.client, 1);
}

void NetworkControl::Reload(Call& call) {
  const auto notes = std::make_shared<std::vector<std::string>>();
  if (!change_->Reload(notes.get(), Changed(call, notes))) {
    notes->push_back("the configuration of before stays in force");
    return Refuse(call, *notes);
  }
  if (IsOfHook(call)) Answer(call.client, notes)({});
}

void NetworkControl::Apply(Call& call) {
  const auto notes = std::make_shared<std::vector<std::string>>();
  const int64_t seconds = call.Number("--confirm");
  if (call.operands.size() != 1 || !call.operands[0].starts_with('/') || seconds <= 0) {
    SendLine(call.client, kNetconfdError, "apply takes an absolute path and --confirm");
    return Done(call.client, 2);
  }
  if (!change_->Apply(std::string(call.operands[0]),
                      std::min<int64_t>(seconds, 1'000'000) * kSecond, notes.get(),
                      Changed(call, notes))) {
    return Refuse(call, *notes);
  }
  if (IsOfHook(call)) Answer(call.client, notes)({});
}

void NetworkControl::Confirm(Call& call) {
  std::string fault;
  const bool is_confirmed = change_->Confirm(&fault);
  if (!is_confirmed) SendLine(call.client, kNetconfdError, fault);
  Done(call.client, is_confirmed ? 0 : 1);
}

void NetworkControl::ShowPlans(Call& call) {
  std::vector<std::string> notes;
  std::shared_ptr<const NetworkSet> set = units_->current();
  if (!call.operands.empty()) set = change_->Read(std::string(call.operands[0]), &notes);
  SendNotes(call.client, notes);
  if (set == nullptr) return Done(call.client, 1);
  int code = 0;
  for (const NetworkSet::Choice& choice : set->Select("auto", units_->view())) {
    DesiredInterface interface;
    std::vector<NetStep> steps;
    std::string fault;
    if (!units_->PlanOf(*set, choice, &interface, &steps, &fault)) {
      SendLine(call.client, kNetconfdError, choice.name + ": " + fault);
      code = 1;
      continue;
    }
    for (const StepLines& shown : ShowPlan(interface, steps, {})) {
      for (const std::string& line : shown.lines) {
        SendLine(call.client, kNetconfdText, choice.name + ": " + line + "\n");
      }
    }
    const std::string refused = WhatCannotBe(interface, steps);
    if (refused.empty()) continue;
    SendLine(call.client, kNetconfdError, choice.name + ": " + refused);
    code = 1;
  }
  Done(call.client, code);
}

// --- monitor, events, wait ---

void NetworkControl::Monitor(Call& call) { call.state->follows = Client::kStates; }

void NetworkControl::Events(Call& call) { call.state->follows = Client::kEvents; }

void NetworkControl::Wait(Call& call) {
  for (const std::string_view name : call.operands) {
    if (call.IsWithin(name)) {
      SendLine(call.client, kNetconfdError,
               "recursion detected for interface " + std::string(name));
      return Done(call.client, 1);
    }
    call.state->awaited.emplace_back(name);
  }
  if (call.operands.empty()) {
    for (const NetworkUnits::Item& item : units_->WantedItems()) {
      if (!call.IsWithin(item.choice.name)) call.state->awaited.push_back(item.choice.name);
    }
  }
  const int64_t timeout_ns = call.Number("--timeout");
  const ClientId client = call.client;
  if (timeout_ns > 0) {
    call.state->timer = loop_->StartTimer(clock_->MonotonicNs() + timeout_ns, [this, client] {
      for (const std::string& name : clients_[client].awaited) {
        const NetUnitStatus status = units_->StatusOf(name).state;
        SendLine(client, kNetconfdError,
                 name + ": " + std::string(NetPhaseName(status.phase)) +
                     (status.why.empty() ? "" : ", " + status.why));
      }
      clients_[client].awaited.clear();
      Done(client, 1);
    });
  }
  std::erase_if(call.state->awaited, [this](const std::string& name) {
    return units_->StatusOf(name).state.phase == NetPhase::kUp;
  });
  CheckWait(client, call.state);
}

// Those that are up by now are out of `awaited` already.
void NetworkControl::CheckWait(ClientId client, Client* state) {
  if (!state->awaited.empty()) return;
  loop_->CancelTimer(std::exchange(state->timer, 0));
  Done(client, 0);
}

}  // namespace keelson
