// One DHCP client for each interface that wants one. What the kernel is to have of a lease and what
// it has are kept apart, so that a lease that goes takes along what it has brought and no more.
#include "applets/netconfd/network_providers.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "applets/netconfd/change_text.h"
#include "applets/netconfd/dhcp_programs.h"
#include "applets/netconfd/interfaces_source.h"
#include "applets/netconfd/lease_changes.h"
#include "applets/netconfd/program_output.h"
#include "core/interface_name.h"

namespace keelson {
namespace {

constexpr char kLeaseFolder[] = "leases";
constexpr char kCancelled[] = "cancelled";

ResolverOffer OfferOf(const std::optional<DhcpLease>& lease) {
  ResolverOffer offer;
  if (!lease) return offer;
  for (const uint32_t server : lease->dns) offer.dns.push_back(IpV4(server));
  offer.search = lease->search;
  if (offer.search.empty() && !lease->domain.empty()) offer.search.push_back(lease->domain);
  return offer;
}

bool HasNoLease(DhcpReason reason) {
  return reason == DhcpReason::kFail || reason == DhcpReason::kTimeout;
}

}  // namespace

NetworkProviders::NetworkProviders(Options options, Directory* folder,
                                   std::function<void(const std::string& name)> lease)
    : options_(std::move(options)),
      lease_(std::move(lease)),
      resolver_(options_.tools.loop, options_.tools.processes, options_.tools.root, options_.log) {
  if (Error error = LeaseFiles::Open(*folder, kLeaseFolder, &leases_); !error.ok()) {
    options_.log.Warning("leases are not remembered: " + error.Text());
  }
}

NetworkProviders::~NetworkProviders() { *alive_ = false; }

void NetworkProviders::Begin(const DesiredInterface& interface, const NetStep& step,
                             const HookWords& words, StepDone done) {
  switch (step.kind) {
    case NetStep::kDhcpStart:
      return StartDhcp(interface, step, false, std::move(done));
    case NetStep::kDhcpStop:
      return StopDhcp(interface.name, std::move(done));
    case NetStep::kMethodStart:
    case NetStep::kMethodStop:
      return RunMethod(interface, step, words, std::move(done));
    case NetStep::kRouters: {
      const std::string device(SplitInterfaceLabel(interface.name).device);
      if (step.up) return done(HearRouters(device));
      ForgetRouters(device);
      return done("");
    }
    default:
      Offer(interface, step);
      return done("");
  }
}

void NetworkProviders::Offer(const DesiredInterface& interface, const NetStep& step) {
  const DesiredSetup& setup = interface.setups[step.setup];
  ResolverOffer offer;
  if (step.up) offer = {setup.dns, setup.search};
  const char* const what = setup.family == SetupFamily::kInet6 ? ".inet6" : ".inet";
  resolver_.Offer(LeaseFileName(interface.name) + what, std::move(offer));
}

// --- What routers advertise ---

std::string NetworkProviders::HearRouters(const std::string& device) {
  Interface link;  // the view may not know yet of one that has just been made
  Error error = options_.tools.net_if->Get(device, &link);
  if (error.ok()) error = OpenWorker();
  if (!error.ok()) return "router advertisements: " + error.Text();
  ForgetRouters(device);
  routers_[device] = link.index;
  worker_->HearRouters(link.index);
  return {};
}

void NetworkProviders::OnRouters(const DhcpWorkerEvent& event) {
  for (const auto& [device, index] : routers_) {
    if (index != event.index) continue;
    resolver_.Offer(LeaseFileName(device) + ".ra", {event.dns, event.search});
  }
}

void NetworkProviders::ForgetRouters(const std::string& device) {
  const auto found = routers_.find(device);
  if (found == routers_.end()) return;
  worker_->ForgetRouters(found->second);
  routers_.erase(found);
  resolver_.Offer(LeaseFileName(device) + ".ra", {});
}

void NetworkProviders::OnDeviceGone(const std::string& name) { ForgetRouters(name); }

// --- DHCP ---

void NetworkProviders::StartDhcp(const DesiredInterface& interface, const NetStep& step,
                                 bool is_resumed, StepDone done) {
  const DesiredSetup& setup = interface.setups[step.setup];
  if (step.v6) return done(kNoDhcpV6);
  Interface link;  // the view may not know yet of one that has just been made
  if (Error error = options_.tools.net_if->Get(SplitInterfaceLabel(interface.name).device, &link);
      !error.ok()) {
    return done(error.code() == ENODEV ? "its device is gone" : error.Text());
  }
  DesiredDhcp settings = setup.dhcp;
  settings.provider = setup.dhcp.provider.value_or(options_.provider);
  if (const auto found = clients_.find(interface.name); found != clients_.end()) {
    Client& old = found->second;
    const bool is_it = !old.is_stopping && old.index == link.index && old.settings == settings;
    if (is_it && (old.has || !settings.waits)) return done("");
    if (old.is_running) return StartAfter(old, interface, step, is_resumed, std::move(done));
    old.wanted.reset();
    static_cast<void>(Apply(old));
  }
  Forget(interface.name);
  Client& client = clients_[interface.name];
  client.name = interface.name;
  client.index = link.index;
  client.settings = settings;
  client.mtu = MtuBefore(interface.name, link.mtu);
  if (is_resumed) TakeOver(client);
  client.is_external = settings.provider != DhcpProvider::kBuiltin;
  const Error error = client.is_external ? StartExternal(client) : StartBuiltin(client);
  if (!error.ok()) {
    clients_.erase(interface.name);
    return done(std::string(DhcpClientName(*settings.provider)) +
                " cannot be started: " + error.Text());
  }
  // A program that finds the one of before still ending leaves it at that, and is started again.
  if (!setup.dhcp.waits || is_resumed) return done("");
  client.waiting = std::move(done);
  if (client.is_external) GiveUpInTime(client);
}

// A program of an attempt before this one still runs: two of them would be in each other's way.
void NetworkProviders::StartAfter(Client& old, const DesiredInterface& interface,
                                  const NetStep& step, bool is_resumed, StepDone done) {
  Finish(old, "cancelled");
  old.waiting = [this, interface, step, is_resumed, done = std::move(done)](std::string fault) {
    if (fault == kCancelled) return done(std::move(fault));
    options_.tools.loop->StartTimer(0, [this, alive = alive_, interface, step, is_resumed, done] {
      if (*alive) StartDhcp(interface, step, is_resumed, done);
    });
  };
  old.fault.clear();
  if (!old.is_stopping) End(old, "", false);
}

// What is up from before our start has the address of the lease on file.
void NetworkProviders::TakeOver(Client& client) {
  std::string why;
  if (leases_ == nullptr) return;
  const std::optional<DhcpLeaseRecord> record = leases_->Read(client.name, &why);
  const NetworkView::Device* const device =
      options_.tools.view->Find(SplitInterfaceLabel(client.name).device);
  if (!record || device == nullptr) return;
  const bool is_there = std::any_of(device->addresses.begin(), device->addresses.end(),
                                    [&record](const InterfaceAddress& has) {
                                      return has.address == NetIpOf(record->lease.address);
                                    });
  if (!is_there) return;
  client.has = client.wanted = record->lease;
  if (record->link_mtu != 0) client.mtu = record->link_mtu;
  const int64_t age_s = options_.tools.clock->WallNs() / kSecond - record->obtained;
  client.granted_ns =
      options_.tools.clock->MonotonicNs() - std::clamp<int64_t>(age_s, 0, kDhcpForever) * kSecond;
  resolver_.Offer(LeaseFileName(client.name) + ".dhcp", OfferOf(client.has));
}

Error NetworkProviders::BringLinkUp(const std::string& name) {
  NetChange change;
  change.name = SplitInterfaceLabel(name).device;
  change.up = true;
  std::vector<Error> errors;
  const Error error = options_.tools.net_if->Apply({&change, 1}, &errors);
  return error.ok() && !errors.empty() ? errors[0] : error;
}

Error NetworkProviders::OpenWorker() {
  if (worker_ != nullptr) return kOk;
  return NewDhcpWorker(
      options_.tools.loop, options_.tools.processes, options_.program,
      [this](const DhcpWorkerEvent& event) { OnWorker(event); }, &worker_);
}

Error NetworkProviders::StartBuiltin(Client& client) {
  if (Error error = BringLinkUp(client.name); !error.ok()) return error;
  if (Error error = OpenWorker(); !error.ok()) return error;
  // The link has just been brought up: the kernel's word on it may be on its way.
  Interface link;
  if (Error error = options_.tools.net_if->Get(client.name, &link); !error.ok()) return error;
  DhcpWorkerStart start;
  start.index = client.index;
  start.name = client.name;
  start.hardware_address = link.hardware_address;
  start.has_arp = (link.flags & kIfNoArp) == 0;
  start.has_carrier = (link.flags & kIfRunning) != 0;
  start.settings = client.settings;
  start.is_configured = client.has.has_value();
  std::string why;
  if (leases_ != nullptr) start.lease = leases_->Read(client.name, &why);
  if (!why.empty()) options_.log.Warning(client.name + ": " + why);
  return worker_->Start(start);
}

void NetworkProviders::StopDhcp(const std::string& name, StepDone done) {
  const auto found = clients_.find(name);
  if (found == clients_.end()) {
    ForgetLease(name);
    return done("");
  }
  Client& client = found->second;
  Finish(client, "it goes down");
  client.waiting = std::move(done);
  End(client, "", true);
}

// A netconfd that was killed may have left the MTU of a lease.
uint32_t NetworkProviders::MtuBefore(const std::string& name, uint32_t mtu) const {
  std::string why;
  const auto record = leases_ == nullptr ? std::nullopt : leases_->Read(name, &why);
  const bool is_its = record && record->link_mtu != 0 && record->lease.mtu == mtu;
  return is_its ? record->link_mtu : mtu;
}

// Of a netconfd that was killed before all of it was up. Addresses and routes are the plan's.
void NetworkProviders::ForgetLease(const std::string& name) {
  Interface link;
  if (leases_ == nullptr || !options_.tools.net_if->Get(name, &link).ok()) return;
  NetChange change;
  change.name = name;
  change.mtu = MtuBefore(name, link.mtu);
  std::vector<Error> errors;
  if (*change.mtu != link.mtu) {
    static_cast<void>(options_.tools.net_if->Apply({&change, 1}, &errors));
  }
  static_cast<void>(leases_->Remove(name));
}

void NetworkProviders::Abort(const std::string& name) {
  const auto method = methods_.find(name);
  if (method != methods_.end()) {
    static_cast<void>(options_.tools.processes->Signal(method->second, SIGTERM, true));
  }
  const auto found = clients_.find(name);
  if (found == clients_.end() || !found->second.waiting) return;
  End(found->second, kCancelled, false);
}

// Whoever waits hears of it when the client has gone: a next one may not do beside it. Its script
// hears of it now, since the client waits for that.
void NetworkProviders::End(Client& client, std::string fault, bool release) {
  for (const StepDone& hook : std::exchange(client.hooks, {})) hook(fault);
  client.is_stopping = true;
  client.fault = std::move(fault);
  Stop(client, release);
}

void NetworkProviders::Stop(Client& client, bool release) {
  if (client.is_external) {
    StopExternal(client, release);
  } else {
    worker_->Stop(client.index, release);
  }
}

void NetworkProviders::OnWorker(const DhcpWorkerEvent& event) {
  if (event.kind == DhcpWorkerEvent::kResolvers) return OnRouters(event);
  Client* const client = Find(event.index);
  if (client == nullptr) return;
  switch (event.kind) {
    case DhcpWorkerEvent::kLease:
      return OnLease(*client, event.lease, event.reason, event.granted_ns);
    case DhcpWorkerEvent::kLost:
      return OnLease(*client, std::nullopt, event.reason, 0);
    case DhcpWorkerEvent::kNote:
      return options_.log.Info(client->name + ": " + event.text);
    case DhcpWorkerEvent::kResolvers:
      return;
    case DhcpWorkerEvent::kGone: {
      client->wanted.reset();
      const std::string fault = Apply(*client);
      Finish(*client, client->fault.empty() ? fault : client->fault);
      return Forget(std::string(client->name));
    }
  }
}

void NetworkProviders::OnLease(Client& client, std::optional<DhcpLease> lease, DhcpReason reason,
                               int64_t granted_ns) {
  client.reason = reason;
  client.granted_ns = granted_ns;
  std::string text(DhcpReasonName(reason));
  if (lease) text += " " + FormatIpPrefix({IpV4(lease->address), lease->prefix});
  options_.log.Info(client.name + ": DHCP " + text);
  options_.event(client.name, text);
  if (lease && leases_ != nullptr && lease->server != 0) {
    const int64_t age_ns = options_.tools.clock->MonotonicNs() - granted_ns;
    const DhcpLeaseRecord record{(options_.tools.clock->WallNs() - age_ns) / kSecond, *lease,
                                 client.mtu};
    if (Error error = leases_->Write(client.name, record); !error.ok()) {
      options_.log.Warning(client.name + ": its lease is not remembered: " + error.Text());
    }
  }
  client.wanted = std::move(lease);
  if (client.wanted && client.is_external) {
    options_.tools.loop->CancelTimer(std::exchange(client.timer, 0));
    client.restarts = 0;
  }
  if (client.is_stopping) {
    Apply(client);
    for (const StepDone& hook : std::exchange(client.hooks, {})) hook("");
    return;
  }
  if (!client.wanted && HasNoLease(reason) && !client.has) {
    options_.log.Notice(client.name + ": no DHCP server has answered");
    if (client.is_external && client.waiting) return GiveUp(client);
    return Finish(client, "no DHCP server has answered");
  }
  lease_(client.name);
}

// REQUIRES: called for what lease_ has told.
void NetworkProviders::Configure(const std::string& name, StepDone done) {
  const auto found = clients_.find(name);
  if (found == clients_.end()) return done("");
  const std::string fault = Apply(found->second);
  Finish(found->second, fault);
  const bool has_none = !found->second.wanted && fault.empty();
  done(has_none ? "its lease is gone: " + std::string(DhcpReasonName(found->second.reason))
                : fault);
}

std::string NetworkProviders::Apply(Client& client) {
  if (client.wanted == client.has && !client.wanted) return {};
  const int64_t age_ns = options_.tools.clock->MonotonicNs() - client.granted_ns;
  const LeaseRules rules{client.settings.metric,
                         static_cast<uint32_t>(std::max<int64_t>(age_ns, 0) / kSecond), client.mtu};
  const std::vector<NetChange> changes =
      LeaseChanges(client.wanted ? &*client.wanted : nullptr, client.name,
                   client.has ? &*client.has : nullptr, rules);
  std::vector<Error> errors;
  std::string fault;
  if (Error error = options_.tools.net_if->Apply(changes, &errors); !error.ok()) {
    fault = error.Text();
  }
  for (size_t i = 0; i < errors.size() && fault.empty(); ++i) {
    const bool is_gone = errors[i].code() == EADDRNOTAVAIL || errors[i].code() == ESRCH ||
                         errors[i].code() == ENODEV || errors[i].code() == EEXIST;
    if (errors[i].ok() || (is_gone && !(client.wanted && errors[i].code() == ENODEV))) continue;
    fault = ChangeText(changes[i]) + ": " + ChangeErrorText(changes[i], errors[i]);
  }
  client.has = client.wanted;
  resolver_.Offer(LeaseFileName(client.name) + ".dhcp", OfferOf(client.wanted));
  return fault;
}

void NetworkProviders::Finish(Client& client, const std::string& fault) {
  const StepDone waiting = std::exchange(client.waiting, nullptr);
  for (const StepDone& hook : std::exchange(client.hooks, {})) hook(fault);
  if (waiting) waiting(fault);
}

void NetworkProviders::Forget(const std::string& name) {
  const auto found = clients_.find(name);
  if (found == clients_.end()) return;
  Finish(found->second, "cancelled");
  options_.tools.loop->CancelTimer(found->second.timer);
  if (found->second.is_stopping && leases_ != nullptr) static_cast<void>(leases_->Remove(name));
  clients_.erase(name);
}

NetworkProviders::Client* NetworkProviders::Find(uint32_t index) {
  for (auto& [name, client] : clients_) {
    if (client.index == index && !client.is_external) return &client;
  }
  return nullptr;
}

void NetworkProviders::SetCarrier(const std::string& name, bool has_carrier) {
  const auto found = clients_.find(name);
  if (found == clients_.end() || found->second.is_external) return;
  worker_->SetCarrier(found->second.index, has_carrier);
}

// After a start: what is up by DHCP is asked for anew, and stays meanwhile.
void NetworkProviders::Resume(const DesiredInterface& interface) {
  for (const NetStep& step : PlanUp(interface, {})) {
    const bool is_dhcp = step.kind == NetStep::kDhcpStart && !step.v6;
    if (!is_dhcp && step.kind != NetStep::kRouters && step.kind != NetStep::kDns) continue;
    StepDone done = [log = options_.log, name = interface.name](const std::string& why) {
      if (!why.empty()) log.Warning(name + ": " + why);
    };
    is_dhcp ? StartDhcp(interface, step, true, std::move(done))
            : Begin(interface, step, {}, std::move(done));
  }
}

int64_t NetworkProviders::LeaseLeft(const std::string& name) const {
  const auto found = clients_.find(name);
  if (found == clients_.end() || !found->second.has) return -1;
  const Client& client = found->second;
  if (client.has->lease_seconds == kDhcpForever) return kDhcpForever;
  const int64_t age_ns = options_.tools.clock->MonotonicNs() - client.granted_ns;
  return std::max<int64_t>(client.has->lease_seconds - age_ns / kSecond, 0);
}

// --- Methods that are programs ---

void NetworkProviders::RunMethod(const DesiredInterface& interface, const NetStep& step,
                                 const HookWords& words, StepDone done) {
  const DesiredSetup& setup = interface.setups[step.setup];
  const bool up = step.kind == NetStep::kMethodStart;
  const HookPhase phase = up ? HookPhase::kUp : HookPhase::kDown;
  SpawnRequest request;
  Descriptor writer;
  std::shared_ptr<ProgramOutput> output;
  const Error error = ProgramOutput::Open(
      options_.tools.loop,
      [log = options_.log, name = interface.name](std::string_view line) {
        log.Info(name + ": " + std::string(line));
      },
      &writer, &output);
  if (!error.ok()) return done(error.Text());
  const std::optional<std::string> wrong =
      ExternalMethodRequest(options_.tools.root, kMethodsFolder, setup.method_name, up,
                            HookEnvironment(setup, up, phase, words), writer.get(), &request);
  if (wrong) return done("method " + setup.method_name + ": " + *wrong);
  ProcessId pid = 0;
  const Error failed = options_.tools.processes->Spawn(
      request,
      [this, alive = alive_, done, name = interface.name, method = setup.method_name,
       output](ProcessExit exit) {
        if (!*alive) return;
        methods_.erase(name);
        const bool is_fine = !exit.signaled && exit.value == 0;
        done(is_fine ? ""
                     : "method " + method + ": " + (exit.signaled ? "signal " : "exit code ") +
                           std::to_string(exit.value));
      },
      &pid);
  if (!failed.ok()) return done("method " + setup.method_name + ": " + failed.Text());
  methods_[interface.name] = pid;
}

}  // namespace keelson
