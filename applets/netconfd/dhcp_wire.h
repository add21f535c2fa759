// What netconfd and its DHCP worker say to each other: a frame of core/frame.h a message, numbers
// in decimal.
#ifndef KEELSON_APPLETS_NETCONFD_DHCP_WIRE_H_
#define KEELSON_APPLETS_NETCONFD_DHCP_WIRE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "applets/netconfd/dhcp_worker.h"
#include "core/dhcp_client.h"

namespace keelson {

// What the worker is asked to do.
struct DhcpOrder {
  enum Kind : uint8_t {
    kStart,    // everything; descriptors: packets, port and ARP, those that there are
    kCarrier,  // index, flag
    kStop,     // index, flag: release
    kRouters,  // index, flag: they count, or no more
  };
  Kind kind = kStart;
  uint32_t index = 0;
  uint32_t serial = 0;  // of kStart; comes back in all that is told of it
  bool flag = false;    // of kStart: the carrier is there
  bool has_port = false, has_arp = false;
  bool is_configured = false;  // the lease of old is, at this moment
  DhcpClientSettings settings = {};
  int64_t expires_ns = 0;
  std::string lease = {};  // of old, as core/dhcp_lease_text.h has it; empty: none
};

std::string FormatDhcpOrder(const DhcpOrder& order);
// Nothing: no order. The worker believes who started it, so only the form is looked at.
std::optional<DhcpOrder> ParseDhcpOrder(std::string_view message);

// What the worker tells. Nobody believes it: nothing is returned for what is no such event, whole
// and with values that may stand there.
struct DhcpTelling {
  uint32_t serial = 0;
  DhcpWorkerEvent event;
};
std::string FormatDhcpTelling(const DhcpTelling& telling);
std::optional<DhcpTelling> ParseDhcpTelling(std::string_view message);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_DHCP_WIRE_H_
