// The state machine of a DHCPv4 client (RFC 2131 4.4). No system call, no clock: events in, actions
// out.
//
//   stopped     nothing; kStart                      -> rebooting (with a lease of old), init
//   init        waits for its turn                   -> selecting
//   selecting   asks for offers; takes the first     -> requesting
//   requesting  asks its server for the offer        -> bound or probing by ACK; init by NAK or
//   silence rebooting   asks whether its lease still holds   -> the same; selecting by silence
//   probing     asks for other holders of the address, where that comes first -> bound; init
//   bound       has the lease                        -> renewing at T1
//   renewing    asks its server                      -> bound by ACK; rebinding at T2; init by NAK
//   rebinding   asks all servers                     -> bound by ACK; init by NAK
//   no carrier  keeps what it has until it expires   -> rebooting or init when the carrier is back
//
// A lease that was configured stays so until kDeconfigure, in whatever state: with the carrier
// gone, and when nobody answers whether it still holds, until it expires. Its end is told in any
// case. When nothing could be configured before the deadline it gives up: kTimeout where a lease of
// old has not expired, so that it may still be used, else kFail.
//
// Answers count when they have the exchange's number, our hardware address and, if they say one,
// our client identifier; from the choice of an offer to T2 only those of its server, and only with
// the address that was asked for.
//
// Messages are sent again after 0.5 s, 1 s, 2 s ... up to 64 s, each up to a quarter sooner or
// later; a renewal after half the time that is left.
#ifndef KEELSON_CORE_DHCP_CLIENT_H_
#define KEELSON_CORE_DHCP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dhcp_lease.h"
#include "core/dhcp_packet.h"

namespace keelson {

enum class DhcpState : uint8_t {
  kStopped,
  kNoCarrier,
  kInit,
  kSelecting,
  kRequesting,
  kRebooting,
  kProbing,
  kBound,
  kRenewing,
  kRebinding,
};
std::string_view DhcpStateName(DhcpState state);  // "selecting"

// Why something was configured or is no more; the names are those of dhclient-script(8), and NAK.
enum class DhcpReason : uint8_t {
  kBound,
  kRenew,
  kRebind,
  kReboot,
  kExpire,
  kNak,
  kStop,
  kRelease,
  kFail,
  kTimeout,
};
std::string_view DhcpReasonName(DhcpReason reason);  // "BOUND"

// When other holders of an address are looked for (RFC 5227).
enum class DhcpProbing : uint8_t {
  kNever,   // a link without ARP
  kAfter,   // while it is in use already: nobody waits
  kBefore,  // as the RFC has it: 4 to 7 s pass before it is used
};

struct DhcpClientSettings {
  DhcpIdentity identity;  // REQUIRES: zeros behind the hardware address
  DhcpLeaseRules rules = {};
  DhcpProbing probing = DhcpProbing::kAfter;
  int64_t give_up_ns = 60'000'000'000;  // the deadline; 0: never
  // After it gave up it tries again that much later; 0: it is stopped.
  int64_t retry_ns = 300'000'000'000;
  int64_t reboot_ns = 5'000'000'000;   // so long for an answer about a lease of old
  int64_t request_ns = 8'000'000'000;  // so long for an answer to an offer that was taken
};

struct DhcpClientEvent {
  enum Kind : uint8_t {
    kStart,     // lease: one of old, or null, and when it expires; is_configured: by a client
                // before this one, and it has not been told as gone
    kStop,      // the lease stays ours, for a later start
    kRelease,   // the server is told that it may give the address to others
    kCarrier,   // is_up; it is taken to be up before the first of these
    kPacket,    // a message came
    kConflict,  // somebody else was seen with the address
    kTimer,     // the time that kTimer asked for has come; every event looks at the time, though
  };
  Kind kind;
  bool is_up = false;
  bool is_configured = false;
  uint32_t address = 0;
  const DhcpMessage* message = nullptr;
  const DhcpLease* lease = nullptr;
  int64_t expires_ns = 0;
};

struct DhcpClientAction {
  enum Kind : uint8_t {
    kSend,         // packet, to the server's port at `to`: 255.255.255.255 by a raw socket
    kTimer,        // one: at deadline_ns; 0: none any more
    kConfigure,    // the lease (in place of one before, which may have another address), since
                   // granted_ns
    kDeconfigure,  // nothing is configured any more; or, by kFail and kTimeout, nothing ever was
    kProbe,        // does anybody have the address?
    kAnnounce,     // we have it
    kNote,         // text for the log
  };
  Kind kind;
  DhcpReason reason = DhcpReason::kBound;
  uint32_t address = 0, to = 0;
  int64_t deadline_ns = 0, granted_ns = 0;
  std::string packet = {}, text = {};
  DhcpLease lease = {};  // of kConfigure; of kTimeout the one of old
};

class DhcpClient {
 public:
  // random: any number of 32 bits, each time it is called.
  DhcpClient(DhcpClientSettings settings, std::function<uint32_t()> random)
      : settings_(std::move(settings)), random_(std::move(random)) {}

  // REQUIRES: now_ns is above 0 and never less than in a call before.
  void Handle(const DhcpClientEvent& event, int64_t now_ns, std::vector<DhcpClientAction>* actions);

  DhcpState state() const { return state_; }
  bool is_configured() const { return is_configured_; }
  // What it has or asks for again, or null.
  const DhcpLease* lease() const { return lease_ ? &*lease_ : nullptr; }
  int64_t expires_ns() const { return expires_at_; }  // of the lease; kNever: it does not

  static constexpr int64_t kNever = INT64_MAX;

 private:
  DhcpClientAction& Do(DhcpClientAction::Kind kind);
  void Note(std::string text) { Do(DhcpClientAction::kNote).text = std::move(text); }
  int64_t Below(int64_t limit);
  int64_t About(int64_t time) { return time * 3 / 4 + Below(time / 2); }

  bool IsHeld() const;  // a lease that was granted here and whose time has not come

  void RunTimers();
  void RunPhase();
  void RunProbe();
  void AskTimer();

  void Start(const DhcpClientEvent& event);
  void Carrier(bool is_up);
  void Begin();
  void SetDeadline();
  void InitAfter(int64_t delay_ns);
  int64_t Backoff();
  void Ask(DhcpState state);
  void SendAgain();
  int64_t RenewalDelay() const;
  void Send(DhcpQuestion question, uint32_t to);

  void Packet(const DhcpMessage& message);
  bool IsForUs(const DhcpMessage& message) const;
  bool IsFromOurServer(const DhcpMessage& message);
  void Offer(const DhcpMessage& message);
  void Ack(const DhcpMessage& message);
  void Nak();

  void Bind(DhcpLease lease, DhcpReason reason);
  void Configure(DhcpReason reason);
  void Deconfigure(DhcpReason reason, std::string_view text);
  void Conflict(uint32_t address);
  void Decline();
  void Forget();
  void Expire();
  void GiveUp();
  void Stop(DhcpReason reason);

  const DhcpClientSettings settings_;
  const std::function<uint32_t()> random_;

  // Of the call that runs.
  int64_t now_ = 0;
  std::vector<DhcpClientAction>* actions_ = nullptr;

  DhcpState state_ = DhcpState::kStopped;
  bool has_carrier_ = true;
  bool is_configured_ = false;
  std::optional<DhcpLease> lease_;
  DhcpReason probed_for_ = DhcpReason::kBound;  // what kProbing becomes
  uint32_t wanted_ = 0;                         // an address that we had; 0: none
  uint32_t offered_ = 0, server_ = 0;           // of the offer that was taken

  // The exchange that runs.
  uint32_t xid_ = 0;
  uint16_t seconds_ = 0;
  int64_t began_ns_ = 0, sent_ns_ = 0;
  int tries_ = 0;
  int failures_ = 0;  // since an address was ours undisputed
  int probes_ = 0;    // sent, then announcements
  int64_t defended_ns_ = 0;

  // Times, kNever: none. send: of the next try, or of the first one in kInit; phase: the next
  // state.
  int64_t send_at_ = kNever, phase_at_ = kNever, probe_at_ = kNever;
  int64_t give_up_at_ = kNever;
  int64_t renew_at_ = kNever, rebind_at_ = kNever, expires_at_ = kNever;
  int64_t timer_ = kNever;  // that was asked for
};

}  // namespace keelson

#endif  // KEELSON_CORE_DHCP_CLIENT_H_
