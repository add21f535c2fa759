// One pass over the lines for each family; the rules were seen from outside, getent being the
// oracle.
#include "applets/pwlookupd/hosts.h"

#include <algorithm>

#include "applets/pwlookupd/scan.h"

namespace keelson {

namespace {

// The line's address in the family that is asked for.
std::optional<IpAddress> InFamily(const IpAddress& address, bool v6) {
  if (!v6) return AsV4(address);
  if (!address.v6) return std::nullopt;
  return address;
}

void AddAliases(ColumnReader reader, std::vector<std::string_view>* aliases) {
  for (std::string_view alias; reader.Next(&alias);) aliases->push_back(alias);
}

bool ScanByAddress(std::string_view bytes, const IpAddress& wanted, HostAnswer* answer) {
  if (wanted == IpAddress{.v6 = true, .bytes = {}}) return false;  // "::" is nobody
  HostEntry entry;
  const bool found = Scan(bytes, ParseHost, &entry, [&](const HostEntry& host) {
    return InFamily(host.address, wanted.v6) == wanted;
  });
  if (!found) return false;
  answer->name = entry.name;
  AddAliases(entry.aliases, &answer->aliases);
  answer->addresses = {wanted};
  return true;
}

bool IsCalled(const HostEntry& host, std::string_view name) {
  if (SameIgnoringCase(host.name, name)) return true;
  ColumnReader aliases = host.aliases;
  for (std::string_view alias; aliases.Next(&alias);) {
    if (SameIgnoringCase(alias, name)) return true;
  }
  return false;
}

bool ScanByName(std::string_view bytes, std::string_view name, bool v6, bool multi,
                HostAnswer* answer) {
  HostEntry entry;
  Scan(bytes, ParseHost, &entry, [&](const HostEntry& host) {
    if (!InFamily(host.address, v6) || !IsCalled(host, name)) return false;
    AddHostLine(host, v6, answer);
    return !multi;
  });
  return !answer->addresses.empty();
}

// Digits and dots, as "127.1": an address or nothing, whatever the file says.
bool IsDottedNumber(std::string_view key) {
  return !key.empty() && key[0] >= '0' && key[0] <= '9' && key.back() != '.' &&
         key.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Hexadecimal digits and colons that are no v6 address: nothing.
bool IsBrokenV6(std::string_view key) {
  return key.find(':') != std::string_view::npos &&
         key.find_first_not_of("0123456789abcdefABCDEF:") == std::string_view::npos;
}

}  // namespace

bool AddHostLine(const HostEntry& host, bool v6, HostAnswer* answer) {
  const std::optional<IpAddress> address = InFamily(host.address, v6);
  if (!address) return false;
  const bool first = answer->addresses.empty();
  if (first) answer->name = host.name;
  AddAliases(host.aliases, &answer->aliases);
  if (!first && host.name != answer->name) answer->aliases.push_back(host.name);
  answer->addresses.push_back(*address);
  return true;
}

bool IsAddressInDisguise(std::string_view name) {
  return ParseIpAddress(name) || IsDottedNumber(name) || IsBrokenV6(name);
}

bool ScanHosts(std::string_view bytes, std::string_view key, bool multi, HostAnswer* answer) {
  *answer = {};
  if (const auto address = ParseIpAddress(key)) return ScanByAddress(bytes, *address, answer);
  if (IsDottedNumber(key)) {
    const std::optional<uint32_t> number = ParseLooseV4(key);
    if (!number) return false;
    answer->name = key;
    answer->addresses = {IpV4(*number)};
    return true;
  }
  if (IsBrokenV6(key)) return false;
  return ScanByName(bytes, key, true, multi, answer) ||
         ScanByName(bytes, key, false, multi, answer);
}

bool HostConfSaysMulti(std::string_view bytes) {
  bool multi = false;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    ColumnReader words(line.text);
    std::string_view key, value;
    if (words.Next(&key) && words.Next(&value) && SameIgnoringCase(key, "multi")) {
      multi = SameIgnoringCase(value, "on");
    }
  }
  return multi;
}

}  // namespace keelson
