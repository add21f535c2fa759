// Order   type 1 + kind: index, serial, flag, has port, has ARP, is configured, expires, lease,
//         hardware address, client identifier, host name, vendor class, parameters, lease
//         seconds, give up, probing
// Telling type 17 + kind: serial, index, reason, granted, lease, text, servers, domains
#include "applets/netconfd/dhcp_wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "core/dns_name.h"
#include "core/flat_file.h"
#include "core/frame.h"
#include "core/log.h"
#include "core/router_option.h"

namespace keelson {
namespace {

constexpr uint16_t kFirstOrder = 1, kFirstTelling = 17;
constexpr size_t kMaxNote = 500;

std::string Build(uint16_t type, std::span<const std::string> fields) {
  const std::vector<std::string_view> views(fields.begin(), fields.end());
  std::string bytes;
  AppendFrame(type, views, &bytes);  // nothing of ours is too large, or nothing is sent
  return bytes;
}

// The fields of a message, in their order; one that is not there or is none makes all bad.
class Fields {
 public:
  explicit Fields(std::string_view message) {
    size_t size = 0;
    ok_ = ParseFrame(message, &frame_, &size) == FrameResult::kFrame && size == message.size();
  }

  bool ok() const { return ok_; }
  uint16_t type() const { return ok_ ? frame_.type : 0; }

  std::string_view Text() {
    if (ok_ && next_ < frame_.fields.size()) return frame_.fields[next_++];
    ok_ = false;
    return {};
  }
  template <typename Integer>
  Integer Number(Integer most) {
    const std::string_view text = Text();
    Integer number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    ok_ = ok_ && error == std::errc() && end == text.data() + text.size() && number >= 0 &&
          number <= most;
    return ok_ ? number : 0;
  }
  bool Flag() { return Number<int>(1) != 0; }

 private:
  Frame frame_;
  bool ok_;
  size_t next_ = 0;
};

std::string_view HardwareOf(const DhcpClientSettings& settings) {
  const HardwareAddress& hardware = settings.identity.hardware;
  return {reinterpret_cast<const char*>(hardware.bytes.data()), hardware.size};
}

bool TakeHardware(std::string_view bytes, HardwareAddress* hardware) {
  if (bytes.empty() || bytes.size() > hardware->bytes.size()) return false;
  hardware->size = static_cast<uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), hardware->bytes.begin());
  return true;
}

template <typename List, typename Show>
std::string Joined(const List& list, Show show) {
  std::string joined;
  for (const auto& item : list) (joined += joined.empty() ? "" : " ") += show(item);
  return joined;
}

bool TakeServers(std::string_view text, std::vector<IpAddress>* servers) {
  ColumnReader words(text);
  for (std::string_view word; words.Next(&word);) {
    const auto address = ParseIpAddress(word);
    if (!address || servers->size() == RouterResolverList::kMaxEach) return false;
    servers->push_back(*address);
  }
  return true;
}

bool TakeDomains(std::string_view text, std::vector<std::string>* domains) {
  ColumnReader words(text);
  for (std::string_view word; words.Next(&word);) {
    if (!IsDnsName(word) || domains->size() == RouterResolverList::kMaxEach) return false;
    domains->emplace_back(word);
  }
  return true;
}

}  // namespace

std::string FormatDhcpOrder(const DhcpOrder& order) {
  const DhcpClientSettings& settings = order.settings;
  const auto flag = [](bool is) { return std::string(is ? "1" : "0"); };
  const std::string fields[] = {
      std::to_string(order.index),
      std::to_string(order.serial),
      flag(order.flag),
      flag(order.has_port),
      flag(order.has_arp),
      flag(order.is_configured),
      std::to_string(order.expires_ns),
      order.lease,
      std::string(HardwareOf(settings)),
      settings.identity.client_id,
      settings.identity.host_name,
      settings.identity.vendor_class,
      {settings.identity.parameters.begin(), settings.identity.parameters.end()},
      std::to_string(settings.identity.lease_seconds.value_or(0)),
      std::to_string(settings.give_up_ns),
      std::to_string(static_cast<int>(settings.probing))};
  return Build(static_cast<uint16_t>(kFirstOrder + order.kind), fields);
}

std::optional<DhcpOrder> ParseDhcpOrder(std::string_view message) {
  Fields fields(message);
  const int kind = fields.type() - kFirstOrder;
  if (kind < 0 || kind > DhcpOrder::kRouters) return std::nullopt;
  DhcpOrder order{.kind = static_cast<DhcpOrder::Kind>(kind)};
  order.index = fields.Number(UINT32_MAX);
  order.serial = fields.Number(UINT32_MAX);
  order.flag = fields.Flag();
  order.has_port = fields.Flag();
  order.has_arp = fields.Flag();
  order.is_configured = fields.Flag();
  order.expires_ns = fields.Number(INT64_MAX);
  order.lease = fields.Text();
  DhcpIdentity& identity = order.settings.identity;
  const bool has_hardware = TakeHardware(fields.Text(), &identity.hardware);
  identity.client_id = fields.Text();
  identity.host_name = fields.Text();
  identity.vendor_class = fields.Text();
  const std::string_view parameters = fields.Text();
  identity.parameters.assign(parameters.begin(), parameters.end());
  if (const uint32_t seconds = fields.Number(UINT32_MAX)) identity.lease_seconds = seconds;
  order.settings.give_up_ns = fields.Number(INT64_MAX / 2);
  order.settings.probing =
      static_cast<DhcpProbing>(fields.Number(static_cast<int>(DhcpProbing::kBefore)));
  if (!fields.ok() || (order.kind == DhcpOrder::kStart && !has_hardware)) return std::nullopt;
  return order;
}

std::string FormatDhcpTelling(const DhcpTelling& telling) {
  const DhcpWorkerEvent& event = telling.event;
  const std::string fields[] = {
      std::to_string(telling.serial),
      std::to_string(event.index),
      std::to_string(static_cast<int>(event.reason)),
      std::to_string(event.granted_ns),
      event.lease ? FormatDhcpLease({.lease = *event.lease}) : std::string(),
      event.text.substr(0, kMaxNote),
      Joined(event.dns, FormatIpAddress),
      Joined(event.search, [](const std::string& name) { return name; })};
  return Build(static_cast<uint16_t>(kFirstTelling + event.kind), fields);
}

std::optional<DhcpTelling> ParseDhcpTelling(std::string_view message) {
  Fields fields(message);
  const int kind = fields.type() - kFirstTelling;
  if (kind < 0 || kind > DhcpWorkerEvent::kGone) return std::nullopt;
  DhcpTelling telling;
  DhcpWorkerEvent& event = telling.event;
  event.kind = static_cast<DhcpWorkerEvent::Kind>(kind);
  telling.serial = fields.Number(UINT32_MAX);
  event.index = fields.Number(UINT32_MAX);
  event.reason = static_cast<DhcpReason>(fields.Number(static_cast<int>(DhcpReason::kTimeout)));
  event.granted_ns = fields.Number(INT64_MAX);
  if (const std::string_view lease = fields.Text(); !lease.empty()) {
    DhcpLeaseRecord record;
    if (ParseDhcpLease(lease, &record)) return std::nullopt;
    event.lease = std::move(record.lease);
  }
  event.text = Printable(fields.Text().substr(0, kMaxNote));
  const bool has_lists =
      TakeServers(fields.Text(), &event.dns) && TakeDomains(fields.Text(), &event.search);
  if (!fields.ok() || !has_lists) return std::nullopt;
  const bool is_grant = event.reason <= DhcpReason::kReboot;
  if (event.kind == DhcpWorkerEvent::kLease && (!event.lease || !is_grant)) return std::nullopt;
  if (event.kind == DhcpWorkerEvent::kLost && is_grant) return std::nullopt;
  return telling;
}

}  // namespace keelson
