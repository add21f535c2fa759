// Values become the lines of a lease's file, one at a time: a line that does not parse is dropped.
#include "core/dhcp_environment.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/dhcp_lease_text.h"
#include "core/flat_file.h"
#include "core/interface_name.h"
#include "core/ip_address.h"

namespace keelson {
namespace {

using Event = DhcpEnvironment;

constexpr struct {
  std::string_view name;
  Event::Kind kind;
  DhcpReason reason;
} kReasons[] = {
    {"PREINIT", Event::kPreinit, DhcpReason::kBound},
    {"BOUND", Event::kLease, DhcpReason::kBound},
    {"RENEW", Event::kLease, DhcpReason::kRenew},
    {"REBIND", Event::kLease, DhcpReason::kRebind},
    {"REBOOT", Event::kLease, DhcpReason::kReboot},
    {"EXPIRE", Event::kLost, DhcpReason::kExpire},
    {"NAK", Event::kLost, DhcpReason::kNak},
    {"STOP", Event::kLost, DhcpReason::kStop},
    {"RELEASE", Event::kLost, DhcpReason::kRelease},
    {"FAIL", Event::kLost, DhcpReason::kFail},
    {"TIMEOUT", Event::kLost, DhcpReason::kTimeout},
    // udhcpc's.
    {"deconfig", Event::kPreinit, DhcpReason::kBound},
    {"bound", Event::kLease, DhcpReason::kBound},
    {"renew", Event::kLease, DhcpReason::kRenew},
    {"nak", Event::kLost, DhcpReason::kNak},
    {"leasefail", Event::kLost, DhcpReason::kFail},
};

// Words that are good stay, the others go, where a list is one.
constexpr struct {
  std::string_view key;
  std::string_view variables[3];  // dhclient's and dhcpcd's, behind "new_"; udhcpc's
  bool is_list;
} kValues[] = {
    {"broadcast-address", {"broadcast_address", "broadcast"}, false},
    {"next-server", {"next_server", "siaddr"}, false},
    {"dns", {"domain_name_servers", "dns"}, true},
    {"ntp", {"ntp_servers", "ntpsrv"}, true},
    {"host-name", {"host_name", "hostname"}, false},
    {"domain-name", {"domain_name", "domain"}, false},
    {"search", {"domain_search", "search"}, true},
    {"mtu", {"interface_mtu", "mtu"}, false},
    {"root-path", {"root_path", "rootpath"}, false},
    {"tftp-server-name", {"tftp_server_name", "tftp"}, false},
    {"bootfile-name", {"bootfile_name", "filename", "boot_file"}, false},
};

std::optional<uint32_t> NumberOf(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Reader {
 public:
  Reader(std::span<const std::string_view> variables, Event* event) : event_(event) {
    for (const std::string_view variable : variables) {
      const size_t equals = variable.find('=');
      if (equals == std::string_view::npos) continue;
      values_.emplace(variable.substr(0, equals), variable.substr(equals + 1));
    }
  }

  std::optional<std::string_view> Read() {
    event_->interface = Get("interface");
    if (!IsInterfaceName(event_->interface)) return "no interface";
    const std::string_view action = Get(kHookAction);
    prefix_ = action.empty() ? "new_" : "";
    const std::string_view reason = action.empty() ? Get("reason") : action;
    if (reason.empty()) return "no reason";
    for (const auto& known : kReasons) {
      if (known.name != reason) continue;
      event_->kind = known.kind;
      event_->reason = known.reason;
    }
    const bool may_have_one =
        event_->kind == Event::kLost && event_->reason == DhcpReason::kTimeout;
    if (event_->kind != Event::kLease && !may_have_one) return std::nullopt;
    const bool has_lease = ReadLease();
    return has_lease || may_have_one ? std::nullopt : std::optional<std::string_view>("no address");
  }

 private:
  std::string_view Get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : found->second;
  }
  std::string_view New(std::string_view name) const { return Get(prefix_ + std::string(name)); }

  bool Fits(std::string_view line) {
    DhcpLeaseRecord record;
    const bool is_plain =
        std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return is_plain && !ParseDhcpLease(text_ + std::string(line) + "\n", &record);
  }
  void Drop(std::string_view key) {
    event_->notes.push_back(std::string(key) + ": no such value, dropped");
  }
  void Put(std::string_view key, std::string_view value) {
    const std::string line = std::string(key) + ": " + std::string(value);
    if (value == "0.0.0.0") return;  // dhclient's next-server, where none is
    if (!Fits(line)) return Drop(key);
    text_ += line + "\n";
  }
  void PutList(std::string_view key, std::string_view value) {
    std::string good;
    ColumnReader words(value);
    for (std::string_view word; words.Next(&word);) {
      if (word.ends_with('.')) word.remove_suffix(1);  // dhclient's domains
      const std::string more = good + (good.empty() ? "" : " ") + std::string(word);
      Fits(std::string(key) + ": " + more) ? void(good = more) : Drop(key);
    }
    if (!good.empty()) Put(key, good);
  }

  bool ReadLease();
  bool ReadAddress();
  void ReadTimes();
  void ReadRoutes();
  bool ReadRouteWords(std::string_view text);
  bool ReadRouteNumbers(std::string_view text);

  Event* const event_;
  std::map<std::string_view, std::string_view> values_;
  std::string prefix_, text_;
};

// The prefix: udhcpc's `mask` and dhcpcd's subnet_cidr are lengths, the others dotted masks.
bool Reader::ReadAddress() {
  const std::string_view said = prefix_.empty() ? Get("ip") : New("ip_address");
  const auto address = ParseIpAddress(said);
  if (!address || address->v6 || !IsHostAddress(V4Number(*address))) return false;
  std::optional<int> length;
  for (const std::string_view name : {"subnet_cidr", "mask", "subnet_mask", "subnet"}) {
    if (!length) length = ParsePrefixLength(New(name), false);
  }
  if (!length || *length == 0) length = ClassfulLength(*address);
  text_ = "obtained: 0\naddress: " + FormatIpPrefix({*address, *length}) + "\n";
  return true;
}

// A client without times keeps its lease for ever; renewing is its business.
void Reader::ReadTimes() {
  const auto said = NumberOf(prefix_.empty() ? Get("lease") : New("dhcp_lease_time"));
  const uint32_t lease = std::max(said.value_or(kDhcpForever), kMinDhcpLease);
  const bool is_forever = lease == kDhcpForever;
  text_ += "lease-seconds: " + std::to_string(lease) + "\n";
  text_ += "renew-seconds: " + std::to_string(is_forever ? lease : lease / 2) + "\n";
  text_ += "rebind-seconds: " +
           std::to_string(is_forever ? lease : static_cast<uint32_t>(uint64_t{lease} * 7 / 8)) +
           "\n";
}

// "10.99.0.0/16 10.77.0.2 ...", of dhcpcd and udhcpc; gateway 0.0.0.0: on the link.
bool Reader::ReadRouteWords(std::string_view text) {
  ColumnReader words(text);
  std::string_view network, gateway;
  bool has_some = false;
  while (words.Next(&network) && words.Next(&gateway)) {
    Put("route", std::string(network) + (gateway == "0.0.0.0" ? "" : " " + std::string(gateway)));
    has_some = true;
  }
  return has_some;
}

// dhclient's: the option byte by byte, in decimal.
bool Reader::ReadRouteNumbers(std::string_view text) {
  std::vector<uint32_t> bytes;
  ColumnReader words(text);
  for (std::string_view word; words.Next(&word);) {
    const auto byte = NumberOf(word);
    if (!byte || *byte > 255) return false;
    bytes.push_back(*byte);
  }
  for (size_t at = 0; at < bytes.size();) {
    const uint32_t length = bytes[at++];
    const size_t octets = (length + 7) / 8;
    if (length > 32 || bytes.size() - at < octets + 4) return false;
    uint32_t network = 0, gateway = 0;
    for (size_t i = 0; i < 4; ++i) network = network << 8 | (i < octets ? bytes[at + i] : 0);
    for (size_t i = 0; i < 4; ++i) gateway = gateway << 8 | bytes[at + octets + i];
    at += octets + 4;
    network &= MaskOf(static_cast<uint8_t>(length));
    Put("route", FormatIpAddress(IpV4(network)) + "/" + std::to_string(length) +
                     (gateway == 0 ? "" : " " + FormatIpAddress(IpV4(gateway))));
  }
  return !bytes.empty();
}

void Reader::ReadRoutes() {
  for (const std::string_view name : {"classless_static_routes", "staticroutes"}) {
    if (ReadRouteWords(New(name))) return;
  }
  if (const std::string_view numbers = New("rfc3442_classless_static_routes"); !numbers.empty()) {
    if (ReadRouteNumbers(numbers)) return;
    Drop("route");
  }
  ColumnReader words(prefix_.empty() ? Get("router") : New("routers"));
  for (std::string_view word; words.Next(&word);) Put("route", "0.0.0.0/0 " + std::string(word));
}

bool Reader::ReadLease() {
  if (!ReadAddress()) return false;
  ReadTimes();
  constexpr std::string_view kNobody = "server: 192.0.2.1\n";
  const std::string_view said = prefix_.empty() ? Get("serverid") : New("dhcp_server_identifier");
  const bool has_server = Fits("server: " + std::string(said));
  text_ += has_server ? "server: " + std::string(said) + "\n" : std::string(kNobody);
  ReadRoutes();
  for (const auto& value : kValues) {
    for (const std::string_view name : value.variables) {
      const std::string_view text = name.empty() ? std::string_view() : New(name);
      if (text.empty()) continue;
      value.is_list ? PutList(value.key, text) : Put(value.key, text);
      break;
    }
  }
  DhcpLeaseRecord record;
  if (ParseDhcpLease(text_, &record)) return false;
  if (!has_server) record.lease.server = 0;
  event_->lease = std::move(record.lease);
  return true;
}

}  // namespace

std::optional<std::string_view> ReadDhcpEnvironment(std::span<const std::string_view> variables,
                                                    DhcpEnvironment* event) {
  *event = {};
  return Reader(variables, event).Read();
}

}  // namespace keelson
