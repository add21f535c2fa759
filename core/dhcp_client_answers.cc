// What a DHCP client does about an answer, and about what it was granted: configure, look for other
// holders of the address, defend or decline it.
#include <utility>

#include "core/dhcp_client.h"
#include "core/dhcp_frame.h"
#include "core/ip_address.h"

namespace keelson {

namespace {

using Action = DhcpClientAction;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDeclineWait = 10 * kSecond;  // RFC 2131 3.1
// RFC 5227 1.1.
constexpr int64_t kProbeWait = kSecond, kProbeMin = kSecond, kProbeSpread = kSecond;
constexpr int64_t kAnnounceWait = 2 * kSecond, kAnnounceInterval = 2 * kSecond;
constexpr int64_t kDefendInterval = 10 * kSecond;
constexpr int kProbes = 3, kAnnouncements = 2;

std::string AddressText(uint32_t address) { return FormatIpAddress(IpV4(address)); }

// Now or later, without an overflow.
int64_t After(int64_t from, uint32_t seconds) {
  return seconds == kDhcpForever ? DhcpClient::kNever : from + seconds * kSecond;
}

}  // namespace

void DhcpClient::Packet(const DhcpMessage& message) {
  if (!IsForUs(message)) return;
  const DhcpType type = message.type();
  if (state_ == DhcpState::kSelecting) {
    if (type == DhcpType::kOffer) Offer(message);
    return;
  }
  const bool asked = state_ == DhcpState::kRequesting || state_ == DhcpState::kRebooting ||
                     state_ == DhcpState::kRenewing || state_ == DhcpState::kRebinding;
  if (!asked || (type != DhcpType::kAck && type != DhcpType::kNak)) return;
  if (!IsFromOurServer(message)) return;
  if (type == DhcpType::kAck) return Ack(message);
  Nak();
}

bool DhcpClient::IsForUs(const DhcpMessage& message) const {
  const DhcpIdentity& own = settings_.identity;
  if (!message.is_reply || message.xid != xid_ || !(message.hardware == own.hardware)) return false;
  const std::string* id = message.Find(kDhcpClientId);  // RFC 6842
  return id == nullptr || own.client_id.empty() || *id == own.client_id;
}

bool DhcpClient::IsFromOurServer(const DhcpMessage& message) {
  const uint32_t server = message.server();
  const uint32_t ours = state_ == DhcpState::kRequesting ? server_
                        : state_ == DhcpState::kRenewing ? lease_->server
                                                         : server;
  if (server == ours && server != 0) return true;
  Note("an answer of " + AddressText(server) + ", which was not asked");
  return false;
}

void DhcpClient::Offer(const DhcpMessage& message) {
  DhcpLease lease;
  std::vector<std::string> notes;  // told when it is granted
  if (const auto fault = ReadDhcpLease(message, settings_.rules, &lease, &notes)) {
    return Note("an offer with " + std::string(*fault));
  }
  offered_ = lease.address;
  server_ = lease.server;
  Ask(DhcpState::kRequesting);
  phase_at_ = now_ + settings_.request_ns;
}

void DhcpClient::Ack(const DhcpMessage& message) {
  DhcpLease lease;
  std::vector<std::string> notes;
  if (const auto fault = ReadDhcpLease(message, settings_.rules, &lease, &notes)) {
    return Note("a grant with " + std::string(*fault));
  }
  const uint32_t asked = state_ == DhcpState::kRequesting ? offered_ : lease_->address;
  if (lease.address != asked) {
    return Note("a grant of " + AddressText(lease.address) + " in place of " + AddressText(asked));
  }
  for (std::string& note : notes) Note(std::move(note));
  const DhcpReason reason = state_ == DhcpState::kRequesting  ? DhcpReason::kBound
                            : state_ == DhcpState::kRebooting ? DhcpReason::kReboot
                            : state_ == DhcpState::kRenewing  ? DhcpReason::kRenew
                                                              : DhcpReason::kRebind;
  Bind(std::move(lease), reason);
}

void DhcpClient::Nak() {
  if (is_configured_) Deconfigure(DhcpReason::kNak, "refused by the server");
  Forget();
  wanted_ = 0;
  InitAfter(Backoff());
}

// --- Having a lease ---

void DhcpClient::Bind(DhcpLease lease, DhcpReason reason) {
  const bool is_new = !is_configured_ || lease_->address != lease.address;
  const bool waits = is_new && settings_.probing == DhcpProbing::kBefore;
  if (waits && is_configured_) Deconfigure(DhcpReason::kExpire, "another address was granted");
  lease_ = std::move(lease);
  wanted_ = lease_->address;
  send_at_ = phase_at_ = kNever;
  // T1 up to a sixteenth earlier, so that machines that start together do not stay so.
  const auto renew_seconds = static_cast<int64_t>(lease_->renew_seconds);
  renew_at_ = After(sent_ns_, lease_->renew_seconds);
  if (renew_at_ != kNever) renew_at_ -= Below(renew_seconds * kSecond / 16);
  rebind_at_ = After(sent_ns_, lease_->rebind_seconds);
  expires_at_ = After(sent_ns_, lease_->lease_seconds);
  if (waits) {
    state_ = DhcpState::kProbing;
    probed_for_ = reason;
    probes_ = 0;
    probe_at_ = now_ + Below(kProbeWait);
    return;
  }
  Configure(reason);
  const bool is_renewed = reason == DhcpReason::kRenew || reason == DhcpReason::kRebind;
  if (settings_.probing == DhcpProbing::kNever || is_renewed) return;
  probes_ = 0;
  probe_at_ = now_;
}

void DhcpClient::Configure(DhcpReason reason) {
  state_ = DhcpState::kBound;
  is_configured_ = true;
  give_up_at_ = kNever;
  phase_at_ = renew_at_;
  if (settings_.probing == DhcpProbing::kNever) failures_ = 0;
  Action& action = Do(Action::kConfigure);
  action.reason = reason;
  action.lease = *lease_;
  action.granted_ns = sent_ns_;
}

void DhcpClient::Deconfigure(DhcpReason reason, std::string_view text) {
  is_configured_ = false;
  Action& action = Do(Action::kDeconfigure);
  action.reason = reason;
  action.text = text;
  if (reason == DhcpReason::kTimeout) action.lease = *lease_;
}

void DhcpClient::RunProbe() {
  const int step = probes_++;
  if (step == kProbes) {
    failures_ = 0;
    if (state_ == DhcpState::kProbing) Configure(probed_for_);
  }
  Do(step < kProbes ? Action::kProbe : Action::kAnnounce).address = lease_->address;
  if (step < kProbes - 1) {
    probe_at_ = now_ + kProbeMin + Below(kProbeSpread);
  } else if (step == kProbes - 1) {
    probe_at_ = now_ + kAnnounceWait;
  } else {
    probe_at_ = step < kProbes + kAnnouncements - 1 ? now_ + kAnnounceInterval : kNever;
  }
}

// One whose address is undisputed defends it, once in a while (RFC 5227 2.4).
void DhcpClient::Conflict(uint32_t address) {
  if (!IsHeld() || settings_.probing == DhcpProbing::kNever) return;
  if (lease_->address != address) return;
  const bool is_probed = probe_at_ == kNever || probes_ > kProbes;
  if (!is_probed || (defended_ns_ != 0 && now_ - defended_ns_ < kDefendInterval)) return Decline();
  defended_ns_ = now_;
  Note("another host uses " + AddressText(address) + ": defended");
  Do(Action::kAnnounce).address = address;
}

void DhcpClient::Decline() {
  Send({.type = DhcpType::kDecline,
        .xid = random_(),
        .requested = lease_->address,
        .server = lease_->server,
        .text = "in use by another host"},
       kBroadcastAddress);
  Note("another host uses " + AddressText(lease_->address) + ": declined");
  if (is_configured_) Deconfigure(DhcpReason::kExpire, "in use by another host");
  Forget();
  wanted_ = 0;
  InitAfter(std::max(kDeclineWait, Backoff()));
}

}  // namespace keelson
