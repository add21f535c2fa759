// Each event first runs what its time has made due, then itself, then what has become due at once;
// at the end one timer is asked for, the earliest of all.
#include "core/dhcp_client.h"

#include <algorithm>
#include <utility>

#include "core/dhcp_frame.h"
#include "core/ip_address.h"

namespace keelson {

namespace {

using Action = DhcpClientAction;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kFirstRetry = kSecond / 2, kLastRetry = 64 * kSecond;
constexpr int64_t kMinRenewal = 60 * kSecond;  // RFC 2131 4.4.5

std::string AddressText(uint32_t address) { return FormatIpAddress(IpV4(address)); }

}  // namespace

std::string_view DhcpStateName(DhcpState state) {
  constexpr std::string_view kNames[] = {"stopped",    "no carrier", "init",    "selecting",
                                         "requesting", "rebooting",  "probing", "bound",
                                         "renewing",   "rebinding"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view DhcpReasonName(DhcpReason reason) {
  constexpr std::string_view kNames[] = {"BOUND", "RENEW", "REBIND",  "REBOOT", "EXPIRE",
                                         "NAK",   "STOP",  "RELEASE", "FAIL",   "TIMEOUT"};
  return kNames[static_cast<size_t>(reason)];
}

// --- Events and times ---

void DhcpClient::Handle(const DhcpClientEvent& event, int64_t now_ns,
                        std::vector<Action>* actions) {
  now_ = now_ns;
  actions_ = actions;
  RunTimers();
  switch (event.kind) {
    case DhcpClientEvent::kStart:
      Start(event);
      break;
    case DhcpClientEvent::kStop:
      Stop(DhcpReason::kStop);
      break;
    case DhcpClientEvent::kRelease:
      Stop(DhcpReason::kRelease);
      break;
    case DhcpClientEvent::kCarrier:
      Carrier(event.is_up);
      break;
    case DhcpClientEvent::kPacket:
      Packet(*event.message);
      break;
    case DhcpClientEvent::kConflict:
      Conflict(event.address);
      break;
    case DhcpClientEvent::kTimer:
      timer_ = kNever;
      break;
  }
  RunTimers();
  AskTimer();
}

bool DhcpClient::IsHeld() const {
  return state_ == DhcpState::kProbing || state_ == DhcpState::kBound ||
         state_ == DhcpState::kRenewing || state_ == DhcpState::kRebinding;
}

Action& DhcpClient::Do(Action::Kind kind) { return actions_->emplace_back(Action{.kind = kind}); }

int64_t DhcpClient::Below(int64_t limit) {
  return static_cast<int64_t>(static_cast<double>(limit) * (random_() / 4294967296.0));
}

void DhcpClient::RunTimers() {
  if (expires_at_ <= now_) Expire();
  if (give_up_at_ <= now_) GiveUp();
  while (phase_at_ <= now_) RunPhase();
  if (send_at_ <= now_) SendAgain();
  if (probe_at_ <= now_) RunProbe();
}

void DhcpClient::RunPhase() {
  if (state_ == DhcpState::kBound) {
    Ask(DhcpState::kRenewing);
    phase_at_ = rebind_at_;
  } else if (state_ == DhcpState::kRenewing) {
    Ask(DhcpState::kRebinding);
  } else if (state_ == DhcpState::kRequesting) {
    Note("no answer of " + AddressText(server_) + " to the offer that was taken");
    InitAfter(Backoff());
  } else {
    Ask(DhcpState::kSelecting);  // rebooting
  }
}

void DhcpClient::AskTimer() {
  const int64_t next = std::min({send_at_, phase_at_, probe_at_, give_up_at_, expires_at_});
  if (next == timer_) return;
  timer_ = next;
  Do(Action::kTimer).deadline_ns = next == kNever ? 0 : next;
}

// --- Beginning, and asking ---

void DhcpClient::Start(const DhcpClientEvent& event) {
  if (state_ != DhcpState::kStopped) return;
  failures_ = 0;
  if (event.lease != nullptr) {
    wanted_ = event.lease->address;
    if (event.expires_ns > now_) {
      lease_ = *event.lease;
      expires_at_ = event.expires_ns;
      is_configured_ = event.is_configured;
    }
  }
  Begin();
}

void DhcpClient::Carrier(bool is_up) {
  if (is_up == has_carrier_) return;
  has_carrier_ = is_up;
  if (state_ == DhcpState::kStopped) return;
  failures_ = 0;
  if (is_up) return Begin();
  if (state_ == DhcpState::kProbing) Forget();
  state_ = DhcpState::kNoCarrier;
  send_at_ = phase_at_ = probe_at_ = kNever;
}

void DhcpClient::Begin() {
  InitAfter(0);
  if (!lease_ || !has_carrier_) return;
  Ask(DhcpState::kRebooting);
  phase_at_ = now_ + settings_.reboot_ns;
}

// Of what is in use nobody has to be found in time.
void DhcpClient::SetDeadline() {
  if (give_up_at_ != kNever || settings_.give_up_ns == 0 || is_configured_) return;
  give_up_at_ = now_ + settings_.give_up_ns;
}

void DhcpClient::InitAfter(int64_t delay_ns) {
  SetDeadline();
  phase_at_ = probe_at_ = kNever;
  state_ = has_carrier_ ? DhcpState::kInit : DhcpState::kNoCarrier;
  send_at_ = has_carrier_ ? now_ + delay_ns : kNever;
}

// The first failure costs nothing: what failed may have been a lease of another network.
int64_t DhcpClient::Backoff() {
  const int failure = std::min(failures_++, 7);
  return failure == 0 ? 0 : About(std::min(kSecond << (failure - 1), kLastRetry));
}

// A new exchange, whose first message is due now. An offer is asked for in the exchange that
// brought it.
void DhcpClient::Ask(DhcpState state) {
  state_ = state;
  if (state != DhcpState::kRequesting) {
    xid_ = random_();
    began_ns_ = now_;
    seconds_ = 0;
  }
  tries_ = 0;
  phase_at_ = kNever;
  send_at_ = now_;
}

void DhcpClient::SendAgain() {
  if (state_ == DhcpState::kInit) {
    InitAfter(0);
    Ask(DhcpState::kSelecting);
  }
  if (state_ != DhcpState::kRequesting) {
    seconds_ = static_cast<uint16_t>(std::min<int64_t>((now_ - began_ns_) / kSecond, 0xffff));
  }
  DhcpQuestion question{.type = DhcpType::kRequest, .xid = xid_, .seconds = seconds_};
  uint32_t to = kBroadcastAddress;
  switch (state_) {
    case DhcpState::kSelecting:
      question.type = DhcpType::kDiscover;
      question.requested = wanted_;
      break;
    case DhcpState::kRequesting:
      question.requested = offered_;
      question.server = server_;
      break;
    case DhcpState::kRebooting:
      question.requested = lease_->address;
      break;
    case DhcpState::kRenewing:
      to = lease_->server;
      [[fallthrough]];
    default:
      question.client = lease_->address;
      break;
  }
  Send(std::move(question), to);
  sent_ns_ = now_;
  const bool renews = state_ == DhcpState::kRenewing || state_ == DhcpState::kRebinding;
  const int64_t retry = std::min(kFirstRetry << std::min(tries_++, 7), kLastRetry);
  send_at_ = now_ + (renews ? RenewalDelay() : About(retry));
}

// Half of what is left, but at least a minute; of a short lease, at least a quarter of the phase.
int64_t DhcpClient::RenewalDelay() const {
  const int64_t end = state_ == DhcpState::kRenewing ? rebind_at_ : expires_at_;
  const int64_t begin = state_ == DhcpState::kRenewing ? renew_at_ : rebind_at_;
  return std::max({(end - now_) / 2, std::min(kMinRenewal, (end - begin) / 4), kSecond});
}

void DhcpClient::Send(DhcpQuestion question, uint32_t to) {
  Action& action = Do(Action::kSend);
  action.packet = BuildDhcpMessage(ComposeDhcp(settings_.identity, question));
  action.to = to;
}

// --- The end ---

void DhcpClient::Forget() {
  lease_.reset();
  expires_at_ = kNever;
}

void DhcpClient::Expire() {
  if (is_configured_) Deconfigure(DhcpReason::kExpire, "expired");
  Forget();
  if (IsHeld() || state_ == DhcpState::kRebooting) return InitAfter(0);
  if (has_carrier_) SetDeadline();
}

void DhcpClient::GiveUp() {
  const bool is_unconfirmed = lease_ && state_ != DhcpState::kProbing;
  Deconfigure(is_unconfirmed ? DhcpReason::kTimeout : DhcpReason::kFail, "no answer in time");
  Forget();
  give_up_at_ = send_at_ = phase_at_ = probe_at_ = kNever;
  if (settings_.retry_ns == 0) {
    state_ = DhcpState::kStopped;
  } else if (has_carrier_) {
    state_ = DhcpState::kInit;
    send_at_ = now_ + settings_.retry_ns;
  }
}

void DhcpClient::Stop(DhcpReason reason) {
  if (is_configured_) {
    if (reason == DhcpReason::kRelease && has_carrier_) {
      Send({.type = DhcpType::kRelease,
            .xid = random_(),
            .client = lease_->address,
            .server = lease_->server},
           lease_->server);
    }
    Deconfigure(reason, "");
  }
  Forget();
  state_ = DhcpState::kStopped;
  give_up_at_ = send_at_ = phase_at_ = probe_at_ = kNever;
}

}  // namespace keelson
