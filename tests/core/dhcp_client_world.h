// A DHCP client among random events: two servers, a clock that leaps, a carrier that comes and
// goes, other hosts with its address. After each event everything that must hold is looked at.
#ifndef KEELSON_TESTS_CORE_DHCP_CLIENT_WORLD_H_
#define KEELSON_TESTS_CORE_DHCP_CLIENT_WORLD_H_

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/dhcp_client.h"
#include "core/network_order.h"

namespace keelson {

class DhcpWorld {
 public:
  explicit DhcpWorld(uint64_t seed)
      : random_(seed), settings_(Settings()), client_(settings_, [this] { return Random(); }) {}

  void Step() {
    ++events_;
    const uint32_t dice = Random() % 100;
    if (dice < 45) return Turn();
    if (dice < 85) return Answer();
    if (dice < 89) {
      has_carrier_ = Random() % 3 != 0;
      return Handle({.kind = DhcpClientEvent::kCarrier, .is_up = has_carrier_});
    }
    if (dice < 93) {
      return Handle({.kind = DhcpClientEvent::kConflict, .address = Address(Random() % 4)});
    }
    if (dice < 94) return Handle({.kind = DhcpClientEvent::kStop});
    if (dice < 95) return Handle({.kind = DhcpClientEvent::kRelease});
    Start();
  }

  // Nothing but answers of good servers: in the end it has an address.
  void Calm() {
    has_carrier_ = true;
    Handle({.kind = DhcpClientEvent::kCarrier, .is_up = true});
    for (int i = 0; i < 200 && !client_.is_configured(); ++i) {
      Handle({.kind = DhcpClientEvent::kStart});
      if (last_.type() != DhcpType::kNone) {
        const bool asks = last_.type() == DhcpType::kDiscover;
        Reply(asks ? DhcpType::kOffer : DhcpType::kAck, true);
      }
      if (!client_.is_configured()) Turn();
    }
    Require(client_.is_configured(), "no address from good servers");
  }

  uint64_t events() const { return events_; }
  uint64_t configured() const { return configurations_; }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  static constexpr int64_t kSecond = 1'000'000'000;

  uint32_t Random() { return static_cast<uint32_t>(random_()); }
  static uint32_t Address(uint32_t number) { return 0x0a000005 + number; }
  void Require(bool holds, const char* what) {
    if (!holds) faults_.push_back(what);
  }

  DhcpClientSettings Settings() {
    DhcpClientSettings settings;
    settings.identity.hardware.bytes = {2, 0, 0, 0, 0, 9};
    settings.probing = static_cast<DhcpProbing>(Random() % 3);
    settings.give_up_ns = Random() % 3 * 20 * kSecond;
    settings.retry_ns = Random() % 2 * 30 * kSecond;
    return settings;
  }

  // To the time of the timer, or beyond.
  void Turn() {
    if (timer_ != 0) now_ = std::max(now_, timer_);
    if (Random() % 16 == 0) now_ += static_cast<int64_t>(Random()) * (Random() % 1000);
    Handle({.kind = DhcpClientEvent::kTimer});
  }

  void Start() {
    DhcpLease lease;
    lease.address = Address(Random() % 4);
    lease.server = 0x0a000001;
    const int64_t expires = now_ + (static_cast<int64_t>(Random() % 200) - 20) * kSecond;
    const bool has_lease = Random() % 2 == 0, has_it = Random() % 4 == 0;
    if (client_.state() == DhcpState::kStopped && has_lease && has_it && expires > now_) {
      is_configured_ = true;
      address_ = lease.address;
    }
    Handle({.kind = DhcpClientEvent::kStart,
            .is_configured = has_it,
            .lease = has_lease ? &lease : nullptr,
            .expires_ns = expires});
  }

  void Answer() {
    if (last_.type() == DhcpType::kNone) return Turn();
    DhcpType type = last_.type() == DhcpType::kDiscover ? DhcpType::kOffer : DhcpType::kAck;
    if (Random() % 6 == 0) type = DhcpType::kNak;
    if (Random() % 16 == 0) type = static_cast<DhcpType>(Random() % 10);
    Reply(type, false);
  }

  // To the last message. A good server means it well.
  void Reply(DhcpType type, bool is_good) {
    const auto option = [](uint8_t code, uint32_t number) {
      DhcpOption option{code};
      Append32(number, &option.data);
      return option;
    };
    DhcpMessage message;
    message.is_reply = is_good || Random() % 64 != 0;
    message.hardware = settings_.identity.hardware;
    if (!is_good && Random() % 32 == 0) message.hardware.bytes[5] ^= 1;
    message.xid = last_.xid ^ (!is_good && Random() % 32 == 0 ? 1 : 0);
    const std::string* wanted = last_.Find(kDhcpRequestedAddress);
    message.your = last_.client != 0   ? last_.client
                   : wanted != nullptr ? Read32(*wanted, 0)
                                       : Address(Random() % 4);
    if (!is_good && Random() % 16 == 0) message.your = Address(Random() % 6 - 2);
    uint32_t server = last_.server() != 0 ? last_.server() : 0x0a000001 + Random() % 2;
    if (!is_good && Random() % 16 == 0) server = Random() % 3 + 0x0a000000;
    message.options.reserve(5);
    message.options.push_back({kDhcpMessageType, std::string(1, static_cast<char>(type))});
    message.options.push_back(option(kDhcpServer, server));
    message.options.push_back(option(kDhcpMask, 0xffffff00));
    constexpr uint32_t kTimes[] = {1, 10, 60, 600, 86400, kDhcpForever};
    message.options.push_back(option(kDhcpLeaseTime, is_good ? 600 : kTimes[Random() % 6]));
    if (Random() % 4 == 0) message.options.push_back(option(kDhcpRenewTime, Random() % 100));
    // What is being probed was granted before.
    if (type == DhcpType::kAck && client_.state() != DhcpState::kProbing) acked_ = message.your;
    Handle({.kind = DhcpClientEvent::kPacket, .message = &message});
  }

  void Handle(const DhcpClientEvent& event) {
    actions_.clear();
    if (event.kind == DhcpClientEvent::kTimer) timer_ = 0;  // it is spent
    client_.Handle(event, now_, &actions_);
    int sent = 0;
    for (const DhcpClientAction& action : actions_) {
      switch (action.kind) {
        case DhcpClientAction::kSend:
          ++sent;
          CheckPacket(action);
          break;
        case DhcpClientAction::kTimer:
          timer_ = action.deadline_ns;
          break;
        case DhcpClientAction::kConfigure:
          CheckConfigure(action);
          break;
        case DhcpClientAction::kDeconfigure:
          CheckDeconfigure(action);
          break;
        case DhcpClientAction::kProbe:
          probes_ = action.address == probed_ ? probes_ + 1 : 1;
          probed_ = action.address;
          [[fallthrough]];
        case DhcpClientAction::kAnnounce:
          Require(has_carrier_, "ARP without a carrier");
          Require(settings_.probing != DhcpProbing::kNever, "ARP where there is none");
          break;
        case DhcpClientAction::kNote:
          Require(!action.text.empty(), "an empty note");
          break;
      }
    }
    Require(sent <= 2, "more than a decline and a discover at once");
    CheckState(event);
  }

  void CheckPacket(const DhcpClientAction& action) {
    DhcpMessage message;
    if (ParseDhcpMessage(action.packet, &message))
      return faults_.push_back("a packet that is none");
    Require(has_carrier_, "sent without a carrier");
    const bool wants = message.Find(kDhcpRequestedAddress) != nullptr;
    const bool has_server = message.server() != 0, has_address = message.client != 0;
    const bool is_broadcast = action.to == 0xffffffff;
    switch (message.type()) {
      case DhcpType::kDiscover:
        Require(!has_server && !has_address && is_broadcast, "a discover");
        break;
      case DhcpType::kRequest:
        if (has_address) {  // renewing, rebinding
          Require(is_configured_ && message.client == address_, "renews what it does not have");
          Require(!wants && !has_server, "a renewal that asks for an address");
          Require(is_broadcast == (client_.state() == DhcpState::kRebinding), "a renewal's way");
        } else {
          Require(wants && is_broadcast, "a request without an address");
          Require(has_server == (client_.state() == DhcpState::kRequesting), "a request's server");
        }
        break;
      case DhcpType::kDecline:
        Require(wants && has_server && !has_address && is_broadcast, "a decline");
        Require(client_.lease() == nullptr, "a lease that was declined");
        return;
      case DhcpType::kRelease:
        Require(
            is_configured_ && message.client == address_ && has_server && !wants && !is_broadcast,
            "a release");
        return;
      default:
        faults_.push_back("a message that no client sends");
    }
    last_ = std::move(message);
  }

  void CheckConfigure(const DhcpClientAction& action) {
    ++configurations_;
    const uint32_t address = action.lease.address;
    Require(address == acked_, "an address that nobody granted");
    Require(action.granted_ns <= now_, "granted in the future");
    Require(!is_configured_ || address == address_ || action.reason == DhcpReason::kBound,
            "another address without BOUND");
    const bool is_renewal =
        action.reason == DhcpReason::kRenew || action.reason == DhcpReason::kRebind;
    Require(!is_renewal || is_configured_, "a renewal of nothing");
    if (settings_.probing == DhcpProbing::kBefore && (!is_configured_ || address != address_)) {
      Require(probes_ >= 3 && probed_ == address, "used before it was probed");
    }
    is_configured_ = true;
    address_ = address;
  }

  void CheckDeconfigure(const DhcpClientAction& action) {
    const bool gives_up =
        action.reason == DhcpReason::kFail || action.reason == DhcpReason::kTimeout;
    Require(is_configured_ != gives_up, "the end of nothing, or gave up what it had");
    Require((action.reason == DhcpReason::kTimeout) == (action.lease.address != 0),
            "the lease of TIMEOUT");
    Require(!gives_up || settings_.give_up_ns != 0, "gave up without a deadline");
    is_configured_ = false;
    probes_ = 0;
  }

  void CheckState(const DhcpClientEvent& event) {
    const DhcpState state = client_.state();
    const bool uses = state == DhcpState::kBound || state == DhcpState::kRenewing ||
                      state == DhcpState::kRebinding;
    Require(client_.is_configured() == is_configured_, "what it told is not what it knows");
    Require(!uses || is_configured_, "bound to nothing");
    const bool needs = uses || state == DhcpState::kRebooting || state == DhcpState::kProbing;
    Require(!needs || client_.lease() != nullptr, "no lease where one is needed");
    Require(state != DhcpState::kStopped || !is_configured_, "stopped with an address");
    Require(state != DhcpState::kProbing || !is_configured_, "probing with an address");
    Require(!is_configured_ || (client_.lease() != nullptr && client_.expires_ns() > now_),
            "an address beyond its time");
    Require(has_carrier_ || state == DhcpState::kNoCarrier || state == DhcpState::kStopped,
            "busy without a carrier");
    Require(timer_ == 0 || timer_ > now_, "a timer that is due");
    const bool waits = state != DhcpState::kStopped && state != DhcpState::kNoCarrier &&
                       !(uses && client_.expires_ns() == DhcpClient::kNever);
    Require(!waits || timer_ != 0, "nothing would ever happen again");
    const bool stops =
        event.kind == DhcpClientEvent::kStop || event.kind == DhcpClientEvent::kRelease;
    Require(!stops || state == DhcpState::kStopped, "not stopped");
    Require(state != DhcpState::kStopped || timer_ == 0, "a timer while stopped");
  }

  std::mt19937_64 random_;
  DhcpClientSettings settings_;
  DhcpClient client_;
  int64_t now_ = kSecond;
  int64_t timer_ = 0;
  DhcpMessage last_;  // sent
  uint32_t acked_ = 0, address_ = 0, probed_ = 0;
  int probes_ = 0;
  bool has_carrier_ = true, is_configured_ = false;
  uint64_t events_ = 0, configurations_ = 0;
  std::vector<DhcpClientAction> actions_;
  std::vector<std::string> faults_;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_CORE_DHCP_CLIENT_WORLD_H_
