// netconfd's side of the DHCP worker.
//
// For each interface it keeps what the worker was asked and what it has granted since, so that
// another worker can go on. A worker that does not stop a client in time is killed.
#include "applets/netconfd/dhcp_worker.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "applets/netconfd/dhcp_settings.h"
#include "applets/netconfd/dhcp_wire.h"
#include "applets/netconfd/worker_process.h"
#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/machine.h"
#include "platform/packet_socket.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr int64_t kStopTime = 2 * kSecond;
constexpr int64_t kOldestGrant = 60 * kSecond;  // that has just been told
constexpr uint64_t kMaxMemory = uint64_t{256} << 20, kMaxOpen = 65536;
constexpr size_t kEthernetAddress = 6;

int64_t Now() { return SystemClock()->MonotonicNs(); }

SpawnRequest RequestFor(std::string program) {
  SpawnRequest request;
  request.program = std::move(program);
  request.arguments.assign(std::begin(kDhcpWorkerArguments), std::end(kDhcpWorkerArguments));
  uint64_t soft = 0, hard = kMaxOpen;
  static_cast<void>(ReadDescriptorLimit(&soft, &hard));
  const uint64_t open = std::min(hard, kMaxOpen);
  request.limits = {{"core", 0, 0},
                    {"fsize", 0, 0},
                    {"nproc", 0, 0},
                    {"as", kMaxMemory, kMaxMemory},
                    {"nofile", open, open}};
  return request;
}

class Parent : public DhcpWorker {
 public:
  Parent(Loop* loop, Processes* processes, std::string program,
         std::function<void(const DhcpWorkerEvent&)> callback)
      : loop_(loop),
        callback_(std::move(callback)),
        process_(loop, processes, RequestFor(std::move(program)), kDhcpWorkerChannel,
                 {.message = [this](std::string_view message) { return Take(message); },
                  .started = [this] { ResumeAll(); },
                  .ended = [this](std::string why) { return Ended(std::move(why)); }}) {}
  ~Parent() override {
    loop_->CancelTimer(telling_);
    for (auto& [index, client] : clients_) loop_->CancelTimer(client.stop_timer);
  }

  Error Start(const DhcpWorkerStart& start) override;
  void SetCarrier(uint32_t index, bool is_up) override;
  void Stop(uint32_t index, bool release) override;
  void HearRouters(uint32_t index) override;
  void ForgetRouters(uint32_t index) override;

 private:
  struct Client {
    DhcpWorkerStart start = {};
    uint32_t serial = 0;
    std::optional<DhcpLease> lease = {};  // of old, or what it has
    int64_t expires_ns = 0;               // of it
    bool is_configured = false;
    bool is_stopping = false, releases = false;
    Loop::TimerId stop_timer = 0;
  };

  bool Take(std::string_view message);
  void TakeLease(Client* client, DhcpWorkerEvent* event);
  bool Ended(std::string why);
  Error OpenSockets(const DhcpWorkerStart& start, std::vector<Descriptor>* sockets,
                    DhcpOrder* order);
  void Begin(Client* client, DhcpOrder order, std::vector<Descriptor> sockets);
  void ResumeAll();
  void Resume(Client* client);
  void Gone(uint32_t index);
  void Send(const DhcpOrder& order) { process_.Send(FormatDhcpOrder(order), {}); }
  void TellLater(DhcpWorkerEvent event);
  void TellAll();

  Loop* const loop_;
  const std::function<void(const DhcpWorkerEvent&)> callback_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  WorkerProcess process_;
  std::map<uint32_t, Client> clients_;
  std::set<uint32_t> routers_;
  uint32_t next_serial_ = 1;
  std::deque<DhcpWorkerEvent> untold_;
  Loop::TimerId telling_ = 0;
};

// --- From the worker ---

bool Parent::Take(std::string_view message) {
  auto telling = ParseDhcpTelling(message);
  if (!telling) return false;
  DhcpWorkerEvent& event = telling->event;
  if (event.kind == DhcpWorkerEvent::kResolvers) {
    if (routers_.count(event.index) != 0) TellLater(std::move(event));
    return true;
  }
  const auto found = clients_.find(event.index);
  if (found == clients_.end() || found->second.serial != telling->serial) return true;
  Client& client = found->second;
  if (event.kind == DhcpWorkerEvent::kGone) {
    Gone(event.index);
    return true;
  }
  if (event.kind == DhcpWorkerEvent::kLease) TakeLease(&client, &event);
  if (event.kind == DhcpWorkerEvent::kLost) {
    client.is_configured = false;
    if (event.reason == DhcpReason::kExpire || event.reason == DhcpReason::kNak) {
      client.lease.reset();
    }
  }
  TellLater(std::move(event));
  return true;
}

void Parent::TakeLease(Client* client, DhcpWorkerEvent* event) {
  const int64_t now = Now();
  event->granted_ns = std::clamp(event->granted_ns, now - kOldestGrant, now);
  const uint32_t seconds = event->lease->lease_seconds;
  client->lease = event->lease;
  client->expires_ns =
      seconds == kDhcpForever ? DhcpClient::kNever : event->granted_ns + seconds * kSecond;
  client->is_configured = true;
}

bool Parent::Ended(std::string why) {
  for (auto it = clients_.begin(); it != clients_.end();) {
    const uint32_t index = it->first;
    const bool is_stopping = it->second.is_stopping;
    ++it;
    if (is_stopping) Gone(index);
  }
  if (clients_.empty() && routers_.empty()) return false;
  for (const uint32_t index : routers_) {  // nobody knows any more until when they hold
    TellLater({.kind = DhcpWorkerEvent::kResolvers, .index = index});
  }
  TellLater({.text = "the DHCP worker has died" + (why.empty() ? "" : ": " + why)});
  return true;
}

// The order of events is that in which they came, whoever tells them.
void Parent::TellLater(DhcpWorkerEvent event) {
  untold_.push_back(std::move(event));
  if (telling_ == 0) telling_ = loop_->StartTimer(0, [this] { TellAll(); });
}

void Parent::TellAll() {
  telling_ = 0;
  const std::weak_ptr<bool> alive = alive_;
  for (auto all = std::exchange(untold_, {}); !all.empty() && !alive.expired(); all.pop_front()) {
    callback_(all.front());
  }
}

// --- Interfaces ---

Error Parent::OpenSockets(const DhcpWorkerStart& start, std::vector<Descriptor>* sockets,
                          DhcpOrder* order) {
  const uint32_t index = start.index;
  Descriptor packets, port, arp;
  if (Error error = OpenPacketSocket(index, PacketKind::kDhcp, &packets); !error.ok()) return error;
  sockets->push_back(std::move(packets));
  if (Error error = OpenDhcpPort(start.name, &port); error.ok()) {
    sockets->push_back(std::move(port));
    order->has_port = true;
  } else {  // renewals then wait for the time when all servers are asked
    TellLater({.index = index, .text = "port 68: " + error.Text()});
  }
  if (!start.has_arp) return kOk;
  if (Error error = OpenPacketSocket(index, PacketKind::kArp, &arp); !error.ok()) return error;
  sockets->push_back(std::move(arp));
  order->has_arp = true;
  return kOk;
}

void Parent::Begin(Client* client, DhcpOrder order, std::vector<Descriptor> sockets) {
  MachineFacts facts;
  static_cast<void>(ReadMachineFacts(&facts));
  order.kind = DhcpOrder::kStart;
  order.index = client->start.index;
  order.serial = client->serial = next_serial_++;
  order.flag = client->start.has_carrier;
  order.is_configured = client->is_configured;
  order.settings = DhcpSettingsOf(client->start, facts.host_name);
  if (client->lease) {
    order.lease = FormatDhcpLease({.lease = *client->lease});
    order.expires_ns = std::max<int64_t>(client->expires_ns, 0);
  }
  process_.Send(FormatDhcpOrder(order), std::move(sockets));
}

void Parent::ResumeAll() {
  for (const uint32_t index : routers_) {
    Send({.kind = DhcpOrder::kRouters, .index = index, .flag = true});
  }
  for (auto& [index, client] : clients_) Resume(&client);
}

// With another worker.
void Parent::Resume(Client* client) {
  const uint32_t index = client->start.index;
  if (client->is_configured && client->expires_ns <= Now()) {
    client->is_configured = false;
    client->lease.reset();
    TellLater({.kind = DhcpWorkerEvent::kLost, .index = index, .reason = DhcpReason::kExpire});
  }
  DhcpOrder order;
  std::vector<Descriptor> sockets;
  if (Error error = OpenSockets(client->start, &sockets, &order); !error.ok()) {
    return TellLater({.index = index, .text = error.Text()});
  }
  Begin(client, std::move(order), std::move(sockets));
}

Error Parent::Start(const DhcpWorkerStart& start) {
  if (start.hardware_address.size() != kEthernetAddress) return Error(EINVAL);
  DhcpOrder order;
  std::vector<Descriptor> sockets;
  if (Error error = OpenSockets(start, &sockets, &order); !error.ok()) return error;
  Client fresh{.start = start};
  if (start.lease) {
    fresh.lease = start.lease->lease;
    fresh.expires_ns = DhcpExpiryOf(*start.lease, Now(), SystemClock()->WallNs());
    fresh.is_configured = start.is_configured && fresh.expires_ns > Now();
  }
  Client& client = clients_[start.index];
  loop_->CancelTimer(client.stop_timer);
  client = std::move(fresh);
  process_.Start();
  Begin(&client, std::move(order), std::move(sockets));
  return kOk;
}

void Parent::SetCarrier(uint32_t index, bool is_up) {
  const auto found = clients_.find(index);
  if (found == clients_.end()) return;
  found->second.start.has_carrier = is_up;
  Send({.kind = DhcpOrder::kCarrier, .index = index, .flag = is_up});
}

void Parent::Stop(uint32_t index, bool release) {
  const auto found = clients_.find(index);
  if (found == clients_.end()) {
    return TellLater({.kind = DhcpWorkerEvent::kGone, .index = index});
  }
  Client& client = found->second;
  if (client.is_stopping) return;
  client.is_stopping = true;
  client.releases = release;
  if (!process_.is_running()) return Gone(index);
  client.stop_timer = loop_->StartTimer(Now() + kStopTime, [this, index] {
    clients_[index].stop_timer = 0;
    process_.Kill("it does not stop a client");
  });
  Send({.kind = DhcpOrder::kStop, .index = index, .serial = client.serial, .flag = release});
}

// The worker has said so, or cannot any more.
void Parent::Gone(uint32_t index) {
  const auto found = clients_.find(index);
  Client& client = found->second;
  loop_->CancelTimer(client.stop_timer);
  if (client.is_configured) {
    TellLater({.kind = DhcpWorkerEvent::kLost,
               .index = index,
               .reason = client.releases ? DhcpReason::kRelease : DhcpReason::kStop});
  }
  clients_.erase(found);
  TellLater({.kind = DhcpWorkerEvent::kGone, .index = index});
}

void Parent::HearRouters(uint32_t index) {
  if (!routers_.insert(index).second) return;
  process_.Start();
  Send({.kind = DhcpOrder::kRouters, .index = index, .flag = true});
}

void Parent::ForgetRouters(uint32_t index) {
  if (routers_.erase(index) == 0) return;
  Send({.kind = DhcpOrder::kRouters, .index = index, .flag = false});
}

}  // namespace

Error NewDhcpWorker(Loop* loop, Processes* processes, std::string program,
                    std::function<void(const DhcpWorkerEvent&)> callback,
                    std::unique_ptr<DhcpWorker>* worker) {
  *worker = std::make_unique<Parent>(loop, processes, std::move(program), std::move(callback));
  return kOk;
}

}  // namespace keelson
