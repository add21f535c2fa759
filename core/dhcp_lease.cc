// One reader for each kind of value. A value is taken whole or left out whole; of a list of
// addresses only those are left out that no host can have.
#include "core/dhcp_lease.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/dns_name.h"
#include "core/flat_file.h"
#include "core/ip_address.h"
#include "core/network_order.h"

namespace keelson {

namespace {

constexpr DhcpTextOption kTexts[] = {
    {kDhcpRootPath, "root-path", false},
    {kDhcpTftpServer, "tftp-server-name", false},
    {kDhcpBootFile, "bootfile-name", false},
    {kDhcpPosixZone, "pcode", false},
    {kDhcpZoneName, "tcode", false},
    {kDhcpPortal, "captive-portal", true},
    {kDhcpProxy, "wpad", true},
};

std::string AddressText(uint32_t address) { return FormatIpAddress(IpV4(address)); }

// Each is a prefix, as many bytes of the network as that needs, a gateway. At least one.
std::optional<std::vector<DhcpRoute>> ParseRoutes(std::string_view data) {
  std::vector<DhcpRoute> routes;
  while (!data.empty()) {
    DhcpRoute route{.prefix = Read8(data, 0)};
    const size_t bytes = (route.prefix + size_t{7}) / 8;
    if (route.prefix > 32 || data.size() < 1 + bytes + 4) return std::nullopt;
    for (size_t i = 0; i < bytes; ++i) {
      route.network |= static_cast<uint32_t>(Read8(data, 1 + i)) << (24 - 8 * i);
    }
    route.network &= MaskOf(route.prefix);
    route.gateway = Read32(data, 1 + bytes);
    routes.push_back(route);
    data.remove_prefix(1 + bytes + 4);
  }
  if (routes.empty()) return std::nullopt;
  return routes;
}

class Reader {
 public:
  Reader(const DhcpMessage& message, const DhcpLeaseRules& rules, DhcpLease* lease,
         std::vector<std::string>* notes)
      : message_(message), rules_(rules), lease_(lease), notes_(notes) {}

  void ReadAll() {
    ReadMask();
    ReadBroadcast();
    ReadRoutes();
    lease_->dns = Addresses(kDhcpDns, "domain-name-servers");
    lease_->ntp = Addresses(kDhcpNtp, "ntp-servers");
    ReadHostName();
    ReadDomains();
    ReadMtu();
    ReadTexts();
    ReadTimes();
    if (IsHostAddress(message_.next_server)) lease_->next_server = message_.next_server;
  }

 private:
  void Note(std::string_view name, std::string_view what) {
    notes_->push_back(std::string(name) + ": " + std::string(what));
  }

  // The option's data if it has that size.
  const std::string* OfSize(uint8_t code, size_t size, std::string_view name) {
    const std::string* data = message_.Find(code);
    if (data == nullptr || data->size() == size) return data;
    Note(name, "of " + std::to_string(data->size()) + " bytes, dropped");
    return nullptr;
  }

  // Some servers count a NUL at the end.
  std::optional<std::string_view> Text(uint8_t code) const {
    const std::string* data = message_.Find(code);
    if (data == nullptr) return std::nullopt;
    std::string_view text = *data;
    while (text.ends_with('\0')) text.remove_suffix(1);
    return text;
  }

  // The prefix that addresses had before there were masks: of class A, B and C.
  uint8_t ClassPrefix() const {
    return lease_->address < 0x80000000 ? 8 : lease_->address < 0xc0000000 ? 16 : 24;
  }

  void ReadMask() {
    lease_->prefix = ClassPrefix();
    const std::string* data = OfSize(kDhcpMask, 4, "subnet-mask");
    if (data == nullptr)
      return Note("subnet-mask", "/" + std::to_string(lease_->prefix) + " taken");
    const uint32_t mask = Read32(*data, 0);
    const int ones = std::countl_one(mask);
    if (ones == 0 || mask != MaskOf(static_cast<uint8_t>(ones))) {
      return Note("subnet-mask",
                  AddressText(mask) + " is none, /" + std::to_string(lease_->prefix) + " taken");
    }
    lease_->prefix = static_cast<uint8_t>(ones);
  }

  void ReadBroadcast() {
    const std::string* data = OfSize(kDhcpBroadcast, 4, "broadcast-address");
    if (data == nullptr) return;
    const uint32_t address = Read32(*data, 0), mask = MaskOf(lease_->prefix);
    // All ones, of the network or at all, or all zeros, as in old days.
    if (address == kDhcpForever || address == (lease_->address | ~mask) ||
        address == (lease_->address & mask)) {
      lease_->broadcast = address;
    } else {
      Note("broadcast-address", AddressText(address) + " is not the network's, dropped");
    }
  }

  std::vector<uint32_t> Addresses(uint8_t code, std::string_view name) {
    const std::string* data = message_.Find(code);
    std::vector<uint32_t> addresses;
    if (data == nullptr) return addresses;
    if (data->empty() || data->size() % 4 != 0) {
      Note(name, "of " + std::to_string(data->size()) + " bytes, dropped");
      return addresses;
    }
    for (size_t at = 0; at < data->size(); at += 4) {
      const uint32_t address = Read32(*data, at);
      if (!IsHostAddress(address)) {
        Note(name, AddressText(address) + " is no host, dropped");
      } else if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
        addresses.push_back(address);
      }
    }
    return addresses;
  }

  // RFC 3442: with classless routes the routers are ignored.
  void ReadRoutes() {
    if (ReadClassless(kDhcpRoutes, "classless-static-routes")) return;
    if (rules_.take_249 && ReadClassless(kDhcpOldRoutes, "ms-classless-static-routes")) return;
    for (const uint32_t router : Addresses(kDhcpRouters, "routers")) {
      lease_->routes.push_back({0, 0, router});
    }
  }

  bool ReadClassless(uint8_t code, std::string_view name) {
    const std::string* data = message_.Find(code);
    if (data == nullptr) return false;
    auto routes = ParseRoutes(*data);
    if (!routes) {
      Note(name, "malformed, dropped");
      return false;
    }
    for (const DhcpRoute& route : *routes) {
      if (route.gateway == 0 || IsHostAddress(route.gateway)) {
        lease_->routes.push_back(route);
      } else {
        Note(name, "a gateway " + AddressText(route.gateway) + " is no host, dropped");
      }
    }
    return true;
  }

  void ReadHostName() {
    std::optional<std::string_view> name = Text(kDhcpHostName);
    if (!name) return;
    if (name->ends_with('.')) name->remove_suffix(1);
    if (!IsDnsName(*name)) return Note("host-name", "not a name, dropped");
    lease_->host_name = *name;
  }

  // Several names between blanks are a search list, as it is used though not meant.
  void ReadDomain() {
    std::vector<std::string> words;
    ListReader reader(Text(kDhcpDomain).value_or(""), ' ');
    for (std::string_view word; reader.Next(&word);) {
      if (word.ends_with('.')) word.remove_suffix(1);
      if (!IsDnsName(word) || words.size() == kMaxSearchDomains) {
        return Note("domain-name", "not a name, dropped");
      }
      words.emplace_back(word);
    }
    if (!words.empty()) lease_->domain = words[0];
    if (words.size() > 1) lease_->search = std::move(words);
  }

  void ReadDomains() {
    ReadDomain();
    const std::string* data = message_.Find(kDhcpSearch);
    if (data == nullptr) return;
    auto names = ReadDnsNames(*data, kMaxSearchDomains);
    if (!names) return Note("domain-search", "malformed, dropped");
    if (names->dropped > 0) {
      Note("domain-search", std::to_string(names->dropped) + " no names or too many, dropped");
    }
    if (!names->names.empty()) lease_->search = std::move(names->names);
  }

  void ReadMtu() {
    const std::string* data = OfSize(kDhcpMtu, 2, "interface-mtu");
    if (data == nullptr) return;
    const uint16_t mtu = Read16(*data, 0);
    if (mtu < kMinIpV4Mtu) return Note("interface-mtu", std::to_string(mtu) + ", dropped");
    lease_->mtu = mtu;
  }

  void ReadTexts() {
    for (const DhcpTextOption& option : kTexts) {
      std::optional<std::string_view> text = Text(option.code);
      if (!text && option.code == kDhcpBootFile && !message_.boot_file.empty()) {
        text = message_.boot_file;
      }
      if (!text) continue;
      if (IsDhcpText(*text, option.is_url)) {
        lease_->texts.push_back({option.code, std::string(*text)});
      } else {
        Note(option.name, "characters that are not allowed, dropped");
      }
    }
  }

  std::optional<uint32_t> Seconds(uint8_t code, std::string_view name) {
    const std::string* data = OfSize(code, 4, name);
    if (data == nullptr) return std::nullopt;
    return Read32(*data, 0);
  }

  void ReadTimes() {
    const auto lease = Seconds(kDhcpLeaseTime, "dhcp-lease-time");
    if (!lease) Note("dhcp-lease-time", std::to_string(kDefaultDhcpLease) + " taken");
    if (lease && *lease < kMinDhcpLease) {
      Note("dhcp-lease-time",
           std::to_string(*lease) + ", " + std::to_string(kMinDhcpLease) + " taken");
    }
    const uint32_t seconds = std::max(lease.value_or(kDefaultDhcpLease), kMinDhcpLease);
    lease_->lease_seconds = lease_->renew_seconds = lease_->rebind_seconds = seconds;
    if (seconds == kDhcpForever) return;
    // RFC 2131 4.4.5: a half, and seven eighths.
    const auto default_rebind = static_cast<uint32_t>(uint64_t{seconds} * 7 / 8);
    lease_->renew_seconds = Seconds(kDhcpRenewTime, "dhcp-renewal-time").value_or(seconds / 2);
    lease_->rebind_seconds =
        Seconds(kDhcpRebindTime, "dhcp-rebinding-time").value_or(default_rebind);
    if (lease_->renew_seconds == 0 || lease_->renew_seconds >= lease_->rebind_seconds ||
        lease_->rebind_seconds >= seconds) {
      Note("dhcp-renewal-time", "not in order with the other times, both dropped");
      lease_->renew_seconds = seconds / 2;
      lease_->rebind_seconds = default_rebind;
    }
  }

  const DhcpMessage& message_;
  const DhcpLeaseRules& rules_;
  DhcpLease* lease_;
  std::vector<std::string>* notes_;
};

}  // namespace

std::span<const DhcpTextOption> DhcpTextOptions() { return kTexts; }

bool IsDhcpText(std::string_view text, bool is_url) {
  if (text.empty() || text.size() > 255 || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [is_url](char c) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_word || c == '\0') return is_word;
    return std::string_view("%+,-./:=@_~[]").find(c) != std::string_view::npos ||
           (is_url && std::string_view("?&#").find(c) != std::string_view::npos);
  });
}

bool IsHostAddress(uint32_t address) {
  const uint32_t first = address >> 24;
  return first != 0 && first != 127 && first < 224;
}

uint32_t MaskOf(uint8_t prefix) { return prefix == 0 ? 0 : 0xffffffff << (32 - prefix); }

std::optional<std::string_view> ReadDhcpLease(const DhcpMessage& message,
                                              const DhcpLeaseRules& rules, DhcpLease* lease,
                                              std::vector<std::string>* notes) {
  *lease = {};
  if (!IsHostAddress(message.your)) return "no address";
  if (!IsHostAddress(message.server())) return "no server identifier";
  lease->address = message.your;
  lease->server = message.server();
  Reader(message, rules, lease, notes).ReadAll();
  return std::nullopt;
}

}  // namespace keelson
