// DHCP and router advertisements, read by a process without privileges.
//
// netconfd opens what needs privileges (a raw socket for each interface, filtered to DHCP and to
// ARP for it; a UDP socket at the client's port) and hands it over; the worker runs a DhcpClient
// (core/dhcp_client.h) for each interface and tells of leases. They come back as the text of
// core/dhcp_lease_text.h and are parsed anew here, so nothing but typed values gets to whoever is
// root, even from a worker that was taken over. When the worker dies it is started again and every
// client of it asks for its lease anew; what is configured stays meanwhile.
#ifndef KEELSON_APPLETS_NETCONFD_DHCP_WORKER_H_
#define KEELSON_APPLETS_NETCONFD_DHCP_WORKER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/network_model.h"
#include "core/dhcp_client.h"
#include "core/dhcp_lease_text.h"
#include "core/ip_address.h"
#include "platform/error.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

struct DhcpWorkerEvent {
  enum Kind : uint8_t {
    kLease,      // reason, lease, granted_ns: to be configured
    kLost,       // reason: to be deconfigured; by kFail and kTimeout (lease: of old) there was none
    kNote,       // text for the log
    kResolvers,  // what router advertisements say: dns, search; empty: nothing any more
    kGone,       // the client has stopped, as asked
  };
  Kind kind = kNote;
  uint32_t index = 0;  // of the interface
  DhcpReason reason = DhcpReason::kBound;
  std::optional<DhcpLease> lease = {};
  int64_t granted_ns = 0;
  std::string text = {};
  std::vector<IpAddress> dns = {};
  std::vector<std::string> search = {};
};

struct DhcpWorkerStart {
  uint32_t index = 0;
  std::string name = {};
  std::string hardware_address = {};  // raw bytes
  bool has_arp = true;
  bool has_carrier = true;
  DesiredDhcp settings = {};
  int64_t give_up_ns = 60'000'000'000;
  std::optional<DhcpLeaseRecord> lease = {};  // of old
  bool is_configured = false;                 // that lease is, right now
  bool probes_before = false;                 // RFC 5227 to the letter
};

class DhcpWorker {
 public:
  virtual ~DhcpWorker() = default;

  // Again: from the beginning. EINVAL: no hardware address that DHCP knows; ENODEV, ENXIO: no such
  // interface.
  virtual Error Start(const DhcpWorkerStart& start) = 0;
  virtual void SetCarrier(uint32_t index, bool is_up) = 0;
  // kGone follows. release: the server is told.
  virtual void Stop(uint32_t index, bool release) = 0;
  // Router advertisements of the interface count from now on.
  virtual void HearRouters(uint32_t index) = 0;
  virtual void ForgetRouters(uint32_t index) = 0;
};

// How the worker's program is called, and the descriptor that is its end of the channel.
inline constexpr const char* kDhcpWorkerArguments[] = {"netconfd", "--dhcp-worker"};
inline constexpr int kDhcpWorkerChannel = 3;

// program: netconfd's own, to be run as the worker; it is when the first interface needs it.
// The callback runs in the loop, never from inside a call. REQUIRES: loop and processes outlive it.
Error NewDhcpWorker(Loop* loop, Processes* processes, std::string program,
                    std::function<void(const DhcpWorkerEvent&)> callback,
                    std::unique_ptr<DhcpWorker>* worker);

// What the worker process does, with its end of the channel, until that ends. The exit code.
int RunDhcpWorker(int channel);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_DHCP_WORKER_H_
