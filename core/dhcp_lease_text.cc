// A stanza. One table has the keys, each with the function that reads its value.
#include "core/dhcp_lease_text.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "core/dns_name.h"
#include "core/ip_address.h"

namespace keelson {

namespace {

template <typename Integer>
bool TakeInteger(std::string_view text, Integer* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

bool TakeAddress(std::string_view text, uint32_t* address) {
  const auto parsed = ParseIpAddress(text);
  if (!parsed || parsed->v6) return false;
  *address = V4Number(*parsed);
  return true;
}

bool TakeHost(std::string_view text, uint32_t* address) {
  return TakeAddress(text, address) && IsHostAddress(*address);
}

bool TakeHosts(std::string_view text, std::vector<uint32_t>* addresses) {
  ColumnReader words(text);
  for (std::string_view word; words.Next(&word);) {
    if (!TakeHost(word, &addresses->emplace_back())) return false;
  }
  return !addresses->empty();
}

bool TakePrefixed(std::string_view text, uint32_t* address, uint8_t* prefix) {
  const size_t slash = std::min(text.find('/'), text.size());
  return TakeAddress(text.substr(0, slash), address) && slash < text.size() &&
         TakeInteger(text.substr(slash + 1), prefix) && *prefix <= 32;
}

bool TakeRoute(std::string_view text, DhcpLease* lease) {
  ColumnReader words(text);
  std::string_view network, gateway;
  DhcpRoute route;
  if (!words.Next(&network) || !TakePrefixed(network, &route.network, &route.prefix)) return false;
  if (words.Next(&gateway) && !TakeHost(gateway, &route.gateway)) return false;
  if ((route.network & ~MaskOf(route.prefix)) != 0 || words.Next(&gateway)) return false;
  lease->routes.push_back(route);
  return true;
}

bool TakeName(std::string_view text, std::string* name) {
  *name = text;
  return IsDnsName(text);
}

bool TakeSearch(std::string_view text, std::vector<std::string>* names) {
  ColumnReader words(text);
  for (std::string_view word; words.Next(&word);) {
    if (!TakeName(word, &names->emplace_back()) || names->size() > kMaxSearchDomains) return false;
  }
  return !names->empty();
}

constexpr struct {
  std::string_view key;
  bool (*take)(std::string_view value, DhcpLeaseRecord* record);
} kKeys[] = {
    {"obtained",
     [](std::string_view v, DhcpLeaseRecord* r) {
       return TakeInteger(v, &r->obtained) && r->obtained >= 0;
     }},
    {"address",
     [](std::string_view v, DhcpLeaseRecord* r) {
       return TakePrefixed(v, &r->lease.address, &r->lease.prefix) &&
              IsHostAddress(r->lease.address) && r->lease.prefix > 0;
     }},
    {"broadcast-address",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeAddress(v, &r->lease.broadcast); }},
    {"server",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeHost(v, &r->lease.server); }},
    {"next-server",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeHost(v, &r->lease.next_server); }},
    {"lease-seconds", [](std::string_view v,
                         DhcpLeaseRecord* r) { return TakeInteger(v, &r->lease.lease_seconds); }},
    {"renew-seconds", [](std::string_view v,
                         DhcpLeaseRecord* r) { return TakeInteger(v, &r->lease.renew_seconds); }},
    {"rebind-seconds", [](std::string_view v,
                          DhcpLeaseRecord* r) { return TakeInteger(v, &r->lease.rebind_seconds); }},
    {"route", [](std::string_view v, DhcpLeaseRecord* r) { return TakeRoute(v, &r->lease); }},
    {"dns", [](std::string_view v, DhcpLeaseRecord* r) { return TakeHosts(v, &r->lease.dns); }},
    {"ntp", [](std::string_view v, DhcpLeaseRecord* r) { return TakeHosts(v, &r->lease.ntp); }},
    {"host-name",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeName(v, &r->lease.host_name); }},
    {"domain-name",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeName(v, &r->lease.domain); }},
    {"search",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeSearch(v, &r->lease.search); }},
    {"mtu",
     [](std::string_view v, DhcpLeaseRecord* r) {
       return TakeInteger(v, &r->lease.mtu) && r->lease.mtu >= kMinIpV4Mtu;
     }},
    {"link-mtu",
     [](std::string_view v, DhcpLeaseRecord* r) { return TakeInteger(v, &r->link_mtu); }},
};

// False: the value is none for its key.
bool TakeField(std::string_view key, std::string_view value, DhcpLeaseRecord* record) {
  for (const auto& known : kKeys) {
    if (known.key == key) return known.take(value, record);
  }
  for (const DhcpTextOption& option : DhcpTextOptions()) {
    if (option.name != key) continue;
    record->lease.texts.push_back({option.code, std::string(value)});
    return IsDhcpText(value, option.is_url);
  }
  return true;
}

bool AreTimesInOrder(const DhcpLease& lease) {
  if (lease.lease_seconds == kDhcpForever) {
    return lease.renew_seconds == kDhcpForever && lease.rebind_seconds == kDhcpForever;
  }
  return lease.lease_seconds >= kMinDhcpLease && lease.renew_seconds > 0 &&
         lease.renew_seconds < lease.rebind_seconds && lease.rebind_seconds < lease.lease_seconds;
}

std::string AddressText(uint32_t address) { return FormatIpAddress(IpV4(address)); }

void Put(std::string_view key, std::string_view value, std::string* text) {
  if (value.empty()) return;
  ((text->append(key) += ": ") += value) += '\n';
}

void PutAddress(std::string_view key, uint32_t address, std::string* text) {
  if (address != 0) Put(key, AddressText(address), text);
}

template <typename List, typename Show>
std::string Joined(const List& list, Show show) {
  std::string joined;
  for (const auto& item : list) (joined += joined.empty() ? "" : " ") += show(item);
  return joined;
}

}  // namespace

std::string FormatDhcpLease(const DhcpLeaseRecord& record) {
  const DhcpLease& lease = record.lease;
  std::string text;
  Put("obtained", std::to_string(record.obtained), &text);
  Put("address", AddressText(lease.address) + "/" + std::to_string(lease.prefix), &text);
  PutAddress("broadcast-address", lease.broadcast, &text);
  PutAddress("server", lease.server, &text);
  PutAddress("next-server", lease.next_server, &text);
  Put("lease-seconds", std::to_string(lease.lease_seconds), &text);
  Put("renew-seconds", std::to_string(lease.renew_seconds), &text);
  Put("rebind-seconds", std::to_string(lease.rebind_seconds), &text);
  for (const DhcpRoute& route : lease.routes) {
    std::string shown = AddressText(route.network) + "/" + std::to_string(route.prefix);
    if (route.gateway != 0) shown += " " + AddressText(route.gateway);
    Put("route", shown, &text);
  }
  Put("dns", Joined(lease.dns, AddressText), &text);
  Put("ntp", Joined(lease.ntp, AddressText), &text);
  Put("host-name", lease.host_name, &text);
  Put("domain-name", lease.domain, &text);
  Put("search", Joined(lease.search, [](const std::string& name) { return name; }), &text);
  if (lease.mtu != 0) Put("mtu", std::to_string(lease.mtu), &text);
  if (record.link_mtu != 0) Put("link-mtu", std::to_string(record.link_mtu), &text);
  for (const DhcpText& item : lease.texts) {
    for (const DhcpTextOption& option : DhcpTextOptions()) {
      if (option.code == item.code) Put(option.name, item.text, &text);
    }
  }
  return text;
}

std::optional<ParseError> ParseDhcpLease(std::string_view bytes, DhcpLeaseRecord* record) {
  *record = {};
  if (bytes.size() > kMaxDhcpLeaseFile) return ParseError{{1, 1}, "too large"};
  StanzaReader reader(bytes, true);
  Stanza stanza;
  reader.Next(&stanza);
  if (reader.error()) return reader.error();
  std::set<std::string_view> seen;
  for (const StanzaField& field : stanza.fields) {
    if (field.key != "route" && !seen.insert(field.key).second) {
      return ParseError{field.at, "'" + std::string(field.key) + "' again"};
    }
    if (!TakeField(field.key, field.value, record)) {
      return ParseError{field.value_at, "no value for '" + std::string(field.key) + "'"};
    }
  }
  const DhcpLease& lease = record->lease;
  for (const auto& [key, is_there] : {std::pair{"obtained", stanza.Find("obtained") != nullptr},
                                      {"address", lease.address != 0},
                                      {"server", lease.server != 0}}) {
    if (!is_there) return ParseError{{1, 1}, "no '" + std::string(key) + "'"};
  }
  if (!AreTimesInOrder(lease)) return ParseError{{1, 1}, "the times are not in order"};
  return std::nullopt;
}

}  // namespace keelson
