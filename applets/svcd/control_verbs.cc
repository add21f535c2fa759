// What the verbs of the control socket do that are about services named in the request.
#include <algorithm>

#include "applets/svcd/control.h"
#include "applets/svcd/set_text.h"
#include "applets/svcd/status_row.h"
#include "core/config.h"
#include "core/svcd_protocol.h"

namespace keelson {

constexpr size_t kLogLines = 1000;

const ServiceControl::Verb ServiceControl::kVerbs[] = {
    {"list", &ServiceControl::Rows, Verb::kAll},
    {"status", &ServiceControl::Rows, Verb::kAll},
    {"start", &ServiceControl::Change, Verb::kOwner},
    {"stop", &ServiceControl::Change, Verb::kOwner},
    {"restart", &ServiceControl::Change, Verb::kOwner},
    {"reload", &ServiceControl::Change, Verb::kOwner},
    {"check", &ServiceControl::Check, Verb::kAll},
    {"load", &ServiceControl::LoadDefinition, Verb::kAll},
    {"configure", &ServiceControl::Configure, Verb::kRoot},
    {"wait", &ServiceControl::Wait, Verb::kAll},
    {"log", &ServiceControl::ShowLog, Verb::kOwner},
    {"order", &ServiceControl::Order, Verb::kAll},
    {"graph", &ServiceControl::Graph, Verb::kAll},
    {"plot", &ServiceControl::Plot, Verb::kAll},
    {"mode", &ServiceControl::ChangeMode, Verb::kAll},
    {"reload-config", &ServiceControl::ReloadConfig, Verb::kRoot},
    {"trigger", &ServiceControl::Trigger, Verb::kRoot},
    {"reexec", &ServiceControl::Reexec, Verb::kRoot},
    {"shutdown", &ServiceControl::ShutDown, Verb::kRoot},
    {"event", &ServiceControl::TellEvent, Verb::kRoot},
    {{}, nullptr, Verb::kRoot},
};

// False: some names are unknown, which is told; the others are in *ids.
bool ServiceControl::Resolve(const Call& call, std::vector<ServiceId>* ids) {
  const size_t before = ids->size();
  for (const std::string_view name : call.operands) {
    ServiceId id = 0;
    if (supervisor_->set().IdOf(name, &id) && !supervisor_->IsOver(id)) {
      ids->push_back(id);
    } else {
      SendError(call.client, std::string(name) + ": no such service");
    }
  }
  return ids->size() - before == call.operands.size();
}

// For what is done to all of them or to none. False: the request is answered.
bool ServiceControl::ResolveAll(const Call& call, std::vector<ServiceId>* ids) {
  if (Resolve(call, ids)) return true;
  Done(call.client, 1, "unknown");
  return false;
}

void ServiceControl::Rows(Call& call) {
  std::vector<ServiceId> ids;
  const bool are_known = Resolve(call, &ids);
  if (call.operands.empty()) {
    for (ServiceId id = 0; id < supervisor_->set().services.size(); ++id) {
      const ServiceValue* type = supervisor_->set().services[id].Find(ServiceKey::kType);
      const bool is_helper = type != nullptr && type->text == "helper";
      if (supervisor_->IsOver(id)) continue;
      if (!is_helper || call.Has("--all")) ids.push_back(id);
    }
  }
  const int64_t now_ns = clock_->MonotonicNs();
  for (const ServiceId id : ids) {
    const std::vector<std::string> row = StatusRow(*supervisor_, id, now_ns);
    const std::vector<std::string_view> fields(row.begin(), row.end());
    Send(call.client, kSvcdRow, fields);
  }
  if (!are_known) return Done(call.client, 1, "unknown");
  Done(call.client, 0);
}

void ServiceControl::Change(Call& call) {
  std::vector<ServiceId> ids;
  if (!ResolveAll(call, &ids)) return;
  for (const ServiceId id : ids) {
    if (MayControl(*call.state, id)) continue;
    SendError(call.client, supervisor_->set().services[id].name + ": permission denied");
    return Done(call.client, 1, "denied");
  }
  if (supervisor_->is_shutting_down() && call.verb != "stop") {
    SendError(call.client, "svcd is shutting down");
    return Done(call.client, 1);
  }
  const bool waits = !call.Has("--wait=no");
  for (const ServiceId id : ids) {
    ServiceEvent event;
    event.kind = call.verb == "start"     ? ServiceEvent::kStart
                 : call.verb == "stop"    ? ServiceEvent::kStop
                 : call.verb == "restart" ? ServiceEvent::kRestart
                                          : ServiceEvent::kReload;
    event.service = id;
    const std::string& name = supervisor_->set().services[id].name;
    if (waits) event.request = Expect(call.client, call.state, name);
    supervisor_->Post(std::move(event));
  }
  call.state->may_end = true;
  EndIfDone(call.client, call.state);
}

// The number of a request that the client waits for.
ServiceRequest ServiceControl::Expect(ClientId client, Client* state, std::string_view service) {
  const ServiceRequest request = supervisor_->NewRequest();
  requests_[request] = {client, std::string(service)};
  state->open.push_back(request);
  return request;
}

void ServiceControl::Check(Call& call) {
  std::vector<ServiceId> ids;
  int code = Resolve(call, &ids) ? 0 : 1;
  for (const ServiceId id : ids) {
    const ServiceDefinition& service = supervisor_->set().services[id];
    ServiceWish wish = supervisor_->WishOf(id);
    const std::string unmet =
        wish.wanted ? supervisor_->runner().Unmet(MeaningOf(service)) : std::string();
    if (!unmet.empty()) {
      wish.wanted = false;
      wish.why = unmet;
    }
    if (!wish.wanted) code = 1;
    SendText(call.client, CheckText(service, wish));
  }
  Done(call.client, code);
}

void ServiceControl::LoadDefinition(Call& call) {
  std::vector<ServiceId> ids;
  const int code = Resolve(call, &ids) ? 0 : 1;
  for (const ServiceId id : ids) {
    const ServiceDefinition& service = supervisor_->set().services[id];
    SendText(call.client, LoadText(service, MayControl(*call.state, id)));
  }
  Done(call.client, code);
}

void ServiceControl::Configure(Call& call) {
  std::vector<ServiceId> ids;
  if (!ResolveAll(call, &ids)) return;
  for (const ServiceId id : ids) {
    SendText(call.client, supervisor_->set().services[id].name + ": no model\n");
  }
  Done(call.client, 1);
}

void ServiceControl::Wait(Call& call) {
  std::vector<ServiceId> ids;
  if (!ResolveAll(call, &ids)) return;
  const std::string_view state = call.Value("--state");
  if (!state.empty() && state != "up" && state != "down") {
    SendError(call.client, "--state is up or down");
    return Done(call.client, 2);
  }
  Client& client = *call.state;
  client.awaits_up = state != "down";
  for (const ServiceId id : ids) client.awaited.push_back(supervisor_->set().services[id].name);
  const ClientId id = call.client;
  if (const std::optional<uint64_t> timeout = ParseUnsigned(call.Value("--timeout"))) {
    const int64_t wait_ns = static_cast<int64_t>(std::min<uint64_t>(*timeout, INT64_MAX / 2));
    client.timer = loop_->StartTimer(clock_->MonotonicNs() + wait_ns, [this, id] { Expired(id); });
  }
  CheckWaits(id, &client);
}

void ServiceControl::Expired(ClientId client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  found->second.timer = 0;
  const std::string what = found->second.awaits_up ? "up" : "down";
  for (const std::string& name : found->second.awaited) {
    SendError(client, name + ": not " + what + " in time");
  }
  found->second.awaited.clear();
  Done(client, 1);
}

void ServiceControl::CheckWaits(ClientId client, Client* state) {
  std::vector<std::string> left;
  for (const std::string& name : state->awaited) {
    ServiceId id = 0;
    if (!supervisor_->set().IdOf(name, &id)) {
      if (!state->awaits_up) continue;
      SendError(client, name + ": " + kGoneText);
      state->code = 1;
      continue;
    }
    const ServiceState now = supervisor_->machine().StateOf(id);
    const bool is_up = now == ServiceState::kUp || now == ServiceState::kDone;
    const bool is_down = now == ServiceState::kDown || now == ServiceState::kFailed;
    if (state->awaits_up && now == ServiceState::kFailed) {
      SendError(client, name + ": failed: " + supervisor_->machine().StatusOf(id).why);
      state->code = 1;
    } else if (state->awaits_up ? !is_up : !is_down) {
      left.push_back(name);
    }
  }
  state->awaited = std::move(left);
  if (!state->awaited.empty()) return;
  loop_->CancelTimer(state->timer);
  state->timer = 0;
  Done(client, state->code);
}

void ServiceControl::ShowLog(Call& call) {
  std::vector<ServiceId> ids;
  if (!ResolveAll(call, &ids)) return;
  if (ids.size() != 1) {
    SendError(call.client, "log takes one service");
    return Done(call.client, 2);
  }
  if (!MayControl(*call.state, ids[0])) {
    SendError(call.client, std::string(call.operands[0]) + ": permission denied");
    return Done(call.client, 1, "denied");
  }
  const std::optional<uint64_t> asked = ParseUnsigned(call.Value("--lines"));
  ServiceLog& log = supervisor_->runner().LogOf(ids[0]);
  std::string text;
  for (const std::string& line : log.Last(asked ? *asked : kLogLines)) text += line + "\n";
  SendText(call.client, text);
  if (!call.Has("-f")) return Done(call.client, 0);
  const std::string& name = supervisor_->set().services[ids[0]].name;
  call.state->followed = name;
  log.Follow([this, name](std::string_view line) { TellFollowers(name, line); });
}

void ServiceControl::TellFollowers(const std::string& service, std::string_view line) {
  const std::string text = std::string(line) + "\n";
  for (const auto& [id, client] : clients_) {
    if (client.followed == service) SendText(id, text);
  }
}

void ServiceControl::StopFollowing(const std::string& service) {
  for (const auto& [id, client] : clients_) {
    if (client.followed == service) return;
  }
  ServiceId id = 0;
  if (supervisor_->set().IdOf(service, &id)) supervisor_->runner().LogOf(id).Follow({});
}

}  // namespace keelson
