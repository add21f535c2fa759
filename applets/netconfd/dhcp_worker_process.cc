// The worker: a DhcpClient for each interface, with the sockets that came for it, and nothing else.
// It is nobody, in an empty root, and ends with its channel.
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "applets/netconfd/dhcp_wire.h"
#include "applets/netconfd/dhcp_worker.h"
#include "core/dhcp_frame.h"
#include "core/frame.h"
#include "core/network_order.h"
#include "core/router_option.h"
#include "platform/at_rest.h"
#include "platform/channel.h"
#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/packet_socket.h"
#include "platform/privilege.h"
#include "platform/random.h"
#include "platform/router_options.h"

namespace keelson {
namespace {

constexpr uint32_t kNobody = 65534;
constexpr size_t kClientAt = 12;  // of a DHCP message: the address that its sender has
constexpr size_t kMaxInterfaces = 16384;

// 32 bits at a time of what nobody can guess.
class Random {
 public:
  uint32_t Next() {
    if (left_.size() < kDigits && !RandomId(&left_).ok()) return 0;
    uint32_t number = 0;
    std::from_chars(left_.data(), left_.data() + kDigits, number, 16);
    left_.erase(0, kDigits);
    return number;
  }

 private:
  static constexpr size_t kDigits = 8;
  std::string left_;
};

// One interface.
class Session {
 public:
  Session(Loop* loop, AtRest* rest, int channel, Random* random, const DhcpOrder& order,
          std::vector<Descriptor> sockets)
      : loop_(loop),
        rest_(rest),
        channel_(channel),
        index_(order.index),
        serial_(order.serial),
        hardware_(order.settings.identity.hardware),
        client_(order.settings, [random] { return random->Next(); }) {
    size_t next = 0;
    packets_ = std::move(sockets[next++]);
    if (order.has_port) port_ = std::move(sockets[next++]);
    if (order.has_arp) arp_ = std::move(sockets[next++]);
  }
  ~Session() {
    loop_->CancelTimer(timer_);
    loop_->ForgetFd(packets_.get());
    if (arp_.valid()) loop_->ForgetFd(arp_.get());
  }

  Error Start(const DhcpOrder& order);
  void SetCarrier(bool is_up) { Handle({.kind = DhcpClientEvent::kCarrier, .is_up = is_up}); }
  void Stop(bool release) {
    Handle({.kind = release ? DhcpClientEvent::kRelease : DhcpClientEvent::kStop});
    Tell({.kind = DhcpWorkerEvent::kGone});
  }

 private:
  void Handle(const DhcpClientEvent& event);
  void Do(DhcpClientAction& action);
  void Send(const DhcpClientAction& action);
  void SendArp(const ArpPacket& packet);
  void HearDhcp();
  void HearArp();
  void Tell(DhcpWorkerEvent event);
  void Note(std::string text) { Tell({.kind = DhcpWorkerEvent::kNote, .text = std::move(text)}); }

  Loop* const loop_;
  AtRest* const rest_;
  const int channel_;
  const uint32_t index_, serial_;
  const HardwareAddress hardware_;
  DhcpClient client_;
  Descriptor packets_, port_, arp_;
  Loop::TimerId timer_ = 0;
};

Error Session::Start(const DhcpOrder& order) {
  Error error = loop_->WatchFd(packets_.get(), kReadable, [this](unsigned) { HearDhcp(); });
  if (error.ok() && arp_.valid()) {
    error = loop_->WatchFd(arp_.get(), kReadable, [this](unsigned) { HearArp(); });
  }
  if (!error.ok()) return error;
  DhcpLeaseRecord old;
  const bool has_lease = !order.lease.empty() && !ParseDhcpLease(order.lease, &old);
  if (!order.flag) SetCarrier(false);
  Handle({.kind = DhcpClientEvent::kStart,
          .is_configured = order.is_configured,
          .lease = has_lease ? &old.lease : nullptr,
          .expires_ns = order.expires_ns});
  return kOk;
}

void Session::Handle(const DhcpClientEvent& event) {
  rest_->Busy();
  std::vector<DhcpClientAction> actions;
  client_.Handle(event, SystemClock()->MonotonicNs(), &actions);
  for (DhcpClientAction& action : actions) Do(action);
}

void Session::Do(DhcpClientAction& action) {
  switch (action.kind) {
    case DhcpClientAction::kSend:
      return Send(action);
    case DhcpClientAction::kTimer:
      loop_->CancelTimer(std::exchange(timer_, 0));
      if (action.deadline_ns == 0) return;
      timer_ = loop_->StartTimer(action.deadline_ns, [this] {
        timer_ = 0;
        Handle({.kind = DhcpClientEvent::kTimer});
      });
      return;
    case DhcpClientAction::kConfigure:
      return Tell({.kind = DhcpWorkerEvent::kLease,
                   .reason = action.reason,
                   .lease = std::move(action.lease),
                   .granted_ns = action.granted_ns});
    case DhcpClientAction::kDeconfigure: {
      DhcpWorkerEvent event{.kind = DhcpWorkerEvent::kLost, .reason = action.reason};
      if (action.lease.address != 0) event.lease = std::move(action.lease);
      event.text = std::move(action.text);
      return Tell(std::move(event));
    }
    case DhcpClientAction::kProbe:
      return SendArp(ArpProbe(hardware_, action.address));
    case DhcpClientAction::kAnnounce:
      return SendArp(ArpAnnouncement(hardware_, action.address));
    case DhcpClientAction::kNote:
      return Note(std::move(action.text));
  }
}

// What cannot be sent is sent again by the client's own timer.
void Session::Send(const DhcpClientAction& action) {
  const uint32_t from = Read32(action.packet, kClientAt);
  Error error;
  if (action.to == kBroadcastAddress) {
    error = SendPacket(packets_.get(), index_, PacketKind::kDhcp, "",
                       BuildUdpPacket({.from = from,
                                       .to = action.to,
                                       .from_port = kDhcpClientPort,
                                       .to_port = kDhcpServerPort,
                                       .payload = action.packet}));
  } else if (port_.valid()) {
    error = SendDatagram(port_.get(), from, action.to, kDhcpServerPort, action.packet);
  } else {
    error = Error(EADDRINUSE);
  }
  if (!error.ok()) Note("cannot send: " + error.Text());
}

void Session::SendArp(const ArpPacket& packet) {
  if (!arp_.valid()) return;
  const Error error = SendPacket(arp_.get(), index_, PacketKind::kArp, "", BuildArpPacket(packet));
  if (!error.ok()) Note("cannot send ARP: " + error.Text());
}

void Session::HearDhcp() {
  const Error error = ReceivePackets(
      packets_.get(), PacketKind::kDhcp, [this](std::string_view bytes, bool pending) {
        const auto udp = ParseUdpPacket(bytes, pending);
        DhcpMessage message;
        if (!udp || udp->to_port != kDhcpClientPort) return;
        if (ParseDhcpMessage(udp->payload, &message)) return;
        Handle({.kind = DhcpClientEvent::kPacket, .message = &message});
      });
  if (error.ok()) return;
  Note("cannot receive: " + error.Text());
  loop_->ForgetFd(packets_.get());
}

void Session::HearArp() {
  const Error error =
      ReceivePackets(arp_.get(), PacketKind::kArp, [this](std::string_view bytes, bool) {
        const auto arp = ParseArpPacket(bytes);
        if (!arp || client_.lease() == nullptr) return;
        const uint32_t address = client_.lease()->address;
        if (!IsArpConflict(*arp, hardware_, address)) return;
        Handle({.kind = DhcpClientEvent::kConflict, .address = address});
      });
  if (error.ok()) return;
  Note("cannot receive ARP: " + error.Text());
  loop_->ForgetFd(arp_.get());
}

// Waits for room: who hears it always reads.
void Session::Tell(DhcpWorkerEvent event) {
  event.index = index_;
  const std::string message = FormatDhcpTelling({serial_, event});
  if (message.empty()) return Note("a lease that is too long is not taken");
  static_cast<void>(SendMessage(channel_, message, {}, true));
}

class Worker {
 public:
  Worker(Loop* loop, int channel) : loop_(loop), channel_(channel), rest_(loop, SystemClock()) {}

  Error Run() {
    const Error heard = HearRouterOptions(
        loop_, [this](uint32_t index, std::string_view options) { Take(index, options); },
        &options_);
    static_cast<void>(heard);  // a system without IPv6
    if (Error error = Confine(); !error.ok()) return error;
    if (Error error = loop_->WatchFd(channel_, kReadable, [this](unsigned) { Receive(); });
        !error.ok()) {
      return error;
    }
    return loop_->Run();
  }

 private:
  struct Routers {
    RouterResolverList list;
    Loop::TimerId timer = 0;
  };

  // A root that cannot be left behind does no harm: what is there is for everybody.
  static Error Confine() {
    if (EffectiveUid() != 0) return kOk;
    static_cast<void>(EnterEmptyRoot());
    return DropTo(kNobody, kNobody);
  }

  void Receive() {
    std::string message;
    std::vector<Descriptor> descriptors;
    rest_.Busy();
    const Error error = ReceiveMessage(channel_, kMaxFrame + 4, &message, &descriptors);
    if (error.code() == EAGAIN) return;
    if (!error.ok() || message.empty()) return loop_->Stop();
    if (const auto order = ParseDhcpOrder(message)) Do(*order, std::move(descriptors));
  }

  void Do(const DhcpOrder& order, std::vector<Descriptor> descriptors) {
    if (order.kind == DhcpOrder::kStart) return Start(order, std::move(descriptors));
    if (order.kind == DhcpOrder::kRouters) {
      return HearRouters(order);
    }
    const auto found = sessions_.find(order.index);
    if (found == sessions_.end()) {
      if (order.kind != DhcpOrder::kStop) return;
      const DhcpWorkerEvent gone{.kind = DhcpWorkerEvent::kGone, .index = order.index};
      static_cast<void>(SendMessage(channel_, FormatDhcpTelling({order.serial, gone}), {}, true));
      return;
    }
    if (order.kind == DhcpOrder::kCarrier) return found->second->SetCarrier(order.flag);
    found->second->Stop(order.flag);
    sessions_.erase(found);
  }

  void Start(const DhcpOrder& order, std::vector<Descriptor> descriptors) {
    sessions_.erase(order.index);
    const size_t expected = 1 + (order.has_port ? 1 : 0) + (order.has_arp ? 1 : 0);
    if (descriptors.size() != expected || sessions_.size() == kMaxInterfaces) return loop_->Stop();
    auto session =
        std::make_unique<Session>(loop_, &rest_, channel_, &random_, order, std::move(descriptors));
    if (!session->Start(order).ok()) return loop_->Stop();
    sessions_[order.index] = std::move(session);
  }

  void HearRouters(const DhcpOrder& order) {
    if (order.flag) {
      if (routers_.size() < kMaxInterfaces) routers_.try_emplace(order.index);
      return;
    }
    const auto found = routers_.find(order.index);
    if (found == routers_.end()) return;
    loop_->CancelTimer(found->second.timer);
    routers_.erase(found);
  }

  void Take(uint32_t index, std::string_view options) {
    const auto found = routers_.find(index);
    if (found == routers_.end()) return;
    const int64_t now = SystemClock()->MonotonicNs();
    for (const RouterResolvers& one : ReadRouterOptions(options)) found->second.list.Take(one, now);
    Refresh(index, &found->second);
  }

  void Refresh(uint32_t index, Routers* routers) {
    if (routers->list.Refresh(SystemClock()->MonotonicNs())) {
      DhcpWorkerEvent event{.kind = DhcpWorkerEvent::kResolvers, .index = index};
      event.dns = routers->list.dns();
      event.search = routers->list.search();
      static_cast<void>(SendMessage(channel_, FormatDhcpTelling({0, std::move(event)}), {}, true));
    }
    loop_->CancelTimer(std::exchange(routers->timer, 0));
    if (routers->list.next_ns() == RouterResolverList::kNever) return;
    routers->timer = loop_->StartTimer(routers->list.next_ns(), [this, index, routers] {
      routers->timer = 0;
      Refresh(index, routers);
    });
  }

  Loop* const loop_;
  const int channel_;
  AtRest rest_;
  Random random_;
  std::unique_ptr<RouterOptions> options_;
  std::map<uint32_t, std::unique_ptr<Session>> sessions_;
  std::map<uint32_t, Routers> routers_;  // whose advertisements count
};

}  // namespace

int RunDhcpWorker(int channel) {
  constexpr int kSystemFailed = 111;
  std::unique_ptr<Loop> loop;
  if (!NewLoop(&loop).ok()) return kSystemFailed;
  Worker worker(loop.get(), channel);
  return worker.Run().ok() ? 0 : kSystemFailed;
}

}  // namespace keelson
