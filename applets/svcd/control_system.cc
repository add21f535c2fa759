// What the verbs of the control socket do that are about all services, or svcd itself.
#include <algorithm>

#include "applets/svcd/boot_plot.h"
#include "applets/svcd/control.h"
#include "applets/svcd/set_text.h"
#include "core/svcd_protocol.h"

namespace keelson {

void ServiceControl::Order(Call& call) {
  SendText(call.client, OrderText(supervisor_->set()));
  Done(call.client, 0);
}

void ServiceControl::Graph(Call& call) {
  SendText(call.client, GraphText(supervisor_->set(), call.Has("--dot")));
  Done(call.client, 0);
}

void ServiceControl::Plot(Call& call) {
  const ServiceSet& set = supervisor_->set();
  std::vector<PlotService> services;
  int64_t start_ns = clock_->MonotonicNs();
  const int64_t now_ns = start_ns;
  for (ServiceId id = 0; id < set.services.size(); ++id) {
    const Supervisor::Times& times = supervisor_->TimesOf(id);
    if (times.began_ns == 0) continue;
    start_ns = std::min(start_ns, times.began_ns);
    services.push_back({set.services[id].name,
                        times.began_ns,
                        times.up_ns,
                        times.ended_ns,
                        supervisor_->machine().StateOf(id) == ServiceState::kFailed,
                        {}});
    for (auto wait = std::lower_bound(set.graph.start.begin(), set.graph.start.end(),
                                      ServiceWait{id, 0, false});
         wait != set.graph.start.end() && wait->waits == id; ++wait) {
      services.back().waited_for.push_back(set.services[wait->awaited].name);
    }
  }
  SendText(call.client, PlotBoot("svcd", services, start_ns, now_ns));
  Done(call.client, 0);
}

void ServiceControl::ChangeMode(Call& call) {
  if (call.operands.empty()) {
    SendText(call.client, supervisor_->mode().name + "\n");
    return Done(call.client, 0);
  }
  if (!IsRoot(*call.state)) {
    SendError(call.client, "mode: permission denied");
    return Done(call.client, 1, "denied");
  }
  if (!IsServiceName(call.operands[0])) {
    SendError(call.client, "mode: '" + std::string(call.operands[0]) + "' is not a name");
    return Done(call.client, 1);
  }
  ServiceMode mode;
  std::vector<std::string> findings;
  const bool is_good = supervisor_->ReadMode(call.operands[0], &mode, &findings);
  for (const std::string& finding : findings) SendError(call.client, finding);
  if (!is_good) {
    SendError(call.client, "the mode stays " + supervisor_->mode().name);
    return Done(call.client, 1);
  }
  const ServiceRequest request = call.Has("--wait=no") ? 0 : Expect(call.client, call.state);
  supervisor_->SetMode(std::move(mode), request);
  call.state->may_end = true;
  EndIfDone(call.client, call.state);
}

void ServiceControl::ReloadConfig(Call& call) {
  std::vector<std::string> findings;
  const bool is_dry = call.Has("--dry-run");
  const bool is_taken = is_dry ? supervisor_->Check(&findings)
                               : supervisor_->Load(Supervisor::Taken::kWhole, &findings);
  for (const std::string& finding : findings) SendError(call.client, finding);
  if (!is_taken && !is_dry) SendError(call.client, "the old configuration stays in force");
  Done(call.client, is_taken ? 0 : 1);
}

// What runs as it would not be started now is restarted. What was to be up and is not is started by
// Load already.
void ServiceControl::Trigger(Call& call) {
  std::vector<std::string> findings;
  const bool is_taken = supervisor_->Load(Supervisor::Taken::kWhole, &findings);
  for (const std::string& finding : findings) SendError(call.client, finding);
  if (!is_taken) {
    SendError(call.client, "the old configuration stays in force");
    return Done(call.client, 1);
  }
  for (ServiceId id = 0; id < supervisor_->set().services.size(); ++id) {
    const ServiceState state = supervisor_->machine().StateOf(id);
    if (state != ServiceState::kUp && state != ServiceState::kStarting) continue;
    if (!supervisor_->runner().IsOutdated(id)) continue;
    SendText(call.client, supervisor_->set().services[id].name + ": changed\n");
    ServiceEvent event;
    event.kind = ServiceEvent::kRestart;
    event.service = id;
    event.request = Expect(call.client, call.state);
    supervisor_->Post(std::move(event));
  }
  call.state->may_end = true;
  EndIfDone(call.client, call.state);
}

void ServiceControl::Reexec(Call& call) {
  daemon_.reexec([this, client = call.client](const std::string& why) {
    if (!why.empty()) SendError(client, why);
    Done(client, why.empty() ? 0 : 1);
  });
}

void ServiceControl::ShutDown(Call& call) {
  const std::string_view how = call.operands.empty() ? "poweroff" : call.operands[0];
  const ServiceRequest request = Expect(call.client, call.state);
  call.state->may_end = true;
  if (daemon_.shut_down(how, request)) return;
  SendError(call.client, "shutdown takes halt, poweroff or reboot");
  Done(call.client, 2);
}

// "event net:eth0 up": from whoever knows before the kernel's own news come here.
void ServiceControl::TellEvent(Call& call) {
  if (call.Has("--hold") && call.operands.empty()) {
    call.state->holds = true;
    return Send(call.client, kSvcdRow, {});
  }
  const bool is_up = call.operands.size() < 2 || call.operands[1] == "up";
  if (!call.operands.empty() && daemon_.tell(call.operands[0], is_up, 0)) {
    return Done(call.client, 0);
  }
  SendError(call.client, "event takes net:INTERFACE up or down");
  Done(call.client, 2);
}

bool ServiceControl::TakeNews(ClientId client, const std::vector<std::string_view>& words) {
  if (words.size() != 3 || words[0] != "event") return false;
  if (words[2] != "up" && words[2] != "down") return false;
  return daemon_.tell(words[1], words[2] == "up", client);
}

}  // namespace keelson
