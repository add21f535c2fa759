// Clients that are programs: when they run, and what their script tells.
#include <algorithm>
#include <utility>

#include "applets/netconfd/network_providers.h"

namespace keelson {
namespace {

constexpr int kMaxDoublings = 6;  // a program that ends again and again: from 1 s to 64 s

std::string EndText(ProcessExit exit) {
  if (exit.value == 0) return {};
  return (exit.signaled ? ", signal " : ", ") + std::to_string(exit.value);
}

}  // namespace

Error NetworkProviders::StartExternal(Client& client) {
  ExternalDhcpCall call;
  call.provider = *client.settings.provider;
  call.interface = client.name;
  call.settings = client.settings;
  call.socket = options_.socket;
  call.folder = options_.folder;
  call.gives_up = client.settings.waits;
  if (Error error = MakeHookLink(options_.folder, &call.hook); !error.ok()) return error;
  const Error error = StartExternalDhcp(
      options_.tools.loop, options_.tools.processes, options_.tools.root, call, -1,
      [this, alive = alive_, name = client.name](ProcessExit exit) {
        if (*alive) OnEnd(name, exit);
      },
      &client.external);
  client.is_running = error.ok();
  return error;
}

// What is configured stays until the next one tells of something else.
void NetworkProviders::OnEnd(const std::string& name, ProcessExit exit) {
  const auto found = clients_.find(name);
  if (found == clients_.end()) return;
  Client& client = found->second;
  client.is_running = false;
  const std::string fault =
      client.is_stopping ? client.fault : "its DHCP client has ended" + EndText(exit);
  if (!client.is_stopping) options_.log.Warning(name + ": " + fault);
  if (!client.is_stopping && !client.waiting) {
    Finish(client, fault);
    return StartAgain(client);
  }
  options_.tools.loop->CancelTimer(std::exchange(client.timer, 0));
  client.wanted.reset();
  const std::string left = Apply(client);
  Finish(client, fault.empty() ? left : fault);
  options_.tools.loop->StartTimer(0, [this, alive = alive_, name] {
    if (*alive) Forget(name);
  });
}

void NetworkProviders::StartAgain(Client& client) {
  const int64_t delay_ns = kSecond << std::min(client.restarts++, kMaxDoublings);
  client.timer = options_.tools.loop->StartTimer(
      options_.tools.clock->MonotonicNs() + delay_ns, [this, alive = alive_, name = client.name] {
        const auto found = *alive ? clients_.find(name) : clients_.end();
        if (found == clients_.end()) return;
        found->second.timer = 0;
        const Error error = StartExternal(found->second);
        if (error.ok()) return;
        options_.log.Warning(name + ": its DHCP client cannot be started: " + error.Text());
        StartAgain(found->second);
      });
}

// Not all of them give up by themselves.
void NetworkProviders::GiveUpInTime(Client& client) {
  client.timer = options_.tools.loop->StartTimer(
      options_.tools.clock->MonotonicNs() + DhcpWorkerStart().give_up_ns,
      [this, alive = alive_, name = client.name] {
        const auto found = *alive ? clients_.find(name) : clients_.end();
        if (found == clients_.end()) return;
        found->second.timer = 0;
        GiveUp(found->second);
      });
}

void NetworkProviders::GiveUp(Client& client) { End(client, "no DHCP server has answered", false); }

void NetworkProviders::StopExternal(Client& client, bool release) {
  options_.tools.loop->CancelTimer(std::exchange(client.timer, 0));
  client.is_running ? client.external->Stop(release) : OnEnd(std::string(client.name), {});
}

// --- What the script of a client tells ---

void NetworkProviders::OnHook(std::span<const std::string_view> variables, StepDone done) {
  DhcpEnvironment event;
  if (const auto wrong = ReadDhcpEnvironment(variables, &event)) return done(std::string(*wrong));
  for (const std::string& note : event.notes) {
    options_.log.Notice(event.interface + ": " + note);
  }
  const auto found = clients_.find(event.interface);
  if (found == clients_.end() || !found->second.is_external) {
    return done(event.interface + " has no such DHCP client");
  }
  Client& client = found->second;
  if (event.kind == DhcpEnvironment::kNothing) return done("");
  // udhcpc has no other word for the end of a lease.
  const bool is_end = event.kind == DhcpEnvironment::kPreinit && client.has &&
                      client.settings.provider == DhcpProvider::kUdhcpc;
  if (is_end) event.reason = DhcpReason::kExpire;
  if (event.kind == DhcpEnvironment::kPreinit && !is_end) {
    const Error error = BringLinkUp(client.name);
    client.wanted.reset();
    const std::string fault = Apply(client);
    return done(error.ok() ? fault : error.Text());
  }
  // An answer in any case: when it is configured, or when it turns out that it is not.
  client.hooks.push_back(std::move(done));
  const bool is_lease = event.kind == DhcpEnvironment::kLease;
  OnLease(client, is_lease ? std::move(event.lease) : std::nullopt, event.reason,
          options_.tools.clock->MonotonicNs());
}

}  // namespace keelson
