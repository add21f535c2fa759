// What a DHCP client says of itself, by the configuration.
#include "applets/netconfd/dhcp_settings.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/dns_name.h"

namespace keelson {
namespace {

constexpr uint8_t kEthernet = 1;
constexpr std::string_view kNone = "no";

// Option 121 comes before the routers (RFC 3442).
constexpr uint8_t kParameters[] = {kDhcpMask,       kDhcpRoutes,     kDhcpRouters,   kDhcpDns,
                                   kDhcpDomain,     kDhcpSearch,     kDhcpHostName,  kDhcpMtu,
                                   kDhcpBroadcast,  kDhcpNtp,        kDhcpLeaseTime, kDhcpRenewTime,
                                   kDhcpRebindTime, kDhcpTftpServer, kDhcpBootFile,  kDhcpRootPath,
                                   kDhcpPosixZone,  kDhcpZoneName,   kDhcpPortal,    kDhcpProxy};

// "01:02:5e" is bytes, anything else a text, whose type byte is 0 (RFC 2132 9.14).
std::string ClientId(std::string_view text, std::string_view hardware) {
  if (text.empty()) return std::string(1, char{kEthernet}) + std::string(hardware);
  if (text == kNone) return {};
  std::string bytes;
  for (size_t at = 0; at < text.size(); at += 3) {
    const std::string_view pair = text.substr(at, 2);
    uint8_t byte = 0;
    const auto [end, error] = std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
    const bool ends_well = at + 2 == text.size() || (at + 2 < text.size() && text[at + 2] == ':');
    if (error != std::errc() || end != pair.data() + 2 || !ends_well) {
      return std::string(1, '\0') + std::string(text.substr(0, 254));
    }
    bytes += static_cast<char>(byte);
  }
  return bytes.substr(0, 255);
}

// The machine's own where the configuration has none; never one that is none.
std::string HostName(std::string_view said, std::string_view own) {
  const std::string name(said.empty() ? own : said);
  const bool is_name = IsDnsName(name) && name != kNone && name != "localhost";
  return is_name ? name : std::string();
}

}  // namespace

DhcpClientSettings DhcpSettingsOf(const DhcpWorkerStart& start, std::string_view host_name) {
  DhcpClientSettings settings;
  DhcpIdentity& identity = settings.identity;
  identity.parameters.assign(std::begin(kParameters), std::end(kParameters));
  std::copy(start.hardware_address.begin(), start.hardware_address.end(),
            identity.hardware.bytes.begin());
  identity.client_id = ClientId(start.settings.client_id, start.hardware_address);
  identity.host_name = HostName(start.settings.hostname, host_name);
  if (start.settings.vendor != kNone) identity.vendor_class = start.settings.vendor.substr(0, 255);
  if (start.settings.lease_seconds != 0) identity.lease_seconds = start.settings.lease_seconds;
  settings.give_up_ns = start.give_up_ns;
  settings.probing = !start.has_arp        ? DhcpProbing::kNever
                     : start.probes_before ? DhcpProbing::kBefore
                                           : DhcpProbing::kAfter;
  return settings;
}

int64_t DhcpExpiryOf(const DhcpLeaseRecord& record, int64_t now_ns, int64_t wall_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  if (record.lease.lease_seconds == kDhcpForever) return DhcpClient::kNever;
  const int64_t age = std::max<int64_t>(wall_ns / kSecond - record.obtained, 0);
  return now_ns + (record.lease.lease_seconds - std::min<int64_t>(age, kDhcpForever)) * kSecond;
}

}  // namespace keelson
