// One linear pass for each question: what is left when no daemon answers, so it depends on nothing.
#include "applets/pwlookupd/scan.h"

#include <algorithm>

namespace keelson {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool StartsWithDigit(std::string_view key) { return !key.empty() && IsDigit(key[0]); }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// By name or an alias.
template <typename Entry>
bool IsCalled(const Entry& entry, std::string_view name) {
  if (entry.name == name) return true;
  ColumnReader aliases = entry.aliases;
  for (std::string_view alias; aliases.Next(&alias);) {
    if (alias == name) return true;
  }
  return false;
}

bool IsCalledIgnoringCase(const NetworkEntry& entry, std::string_view name) {
  if (SameIgnoringCase(entry.name, name)) return true;
  ColumnReader aliases = entry.aliases;
  for (std::string_view alias; aliases.Next(&alias);) {
    if (SameIgnoringCase(alias, name)) return true;
  }
  return false;
}

// same(name, uid) says whether it is the one.
template <typename Same>
bool ScanPasswd(std::string_view bytes, PasswdEntry* entry, Same same) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    std::string_view name;
    uint32_t uid;
    if (!ParsePasswdKeys(line.text, &name, &uid) || !IsLookupName(name)) continue;
    if (same(name, uid)) return ParsePasswd(line.text, entry);
  }
  return false;
}

}  // namespace

bool HasMember(std::string_view members, std::string_view user) {
  // Most groups do not have the bytes at all.
  if (members.find(user) == std::string_view::npos) return false;
  ListReader reader(members);
  for (std::string_view member; reader.Next(&member);) {
    if (member == user) return true;
  }
  return false;
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::optional<uint32_t> IdOfKey(std::string_view key) {
  const Number number = TakeNumber(key);
  if (number.used == 0 || number.used != key.size()) return std::nullopt;
  return static_cast<uint32_t>(number.value);
}

bool ScanPasswdName(std::string_view bytes, std::string_view name, PasswdEntry* entry) {
  return ScanPasswd(bytes, entry, [&](std::string_view found, uint32_t) { return found == name; });
}

bool ScanPasswdUid(std::string_view bytes, uint32_t uid, PasswdEntry* entry) {
  return ScanPasswd(bytes, entry, [&](std::string_view, uint32_t found) { return found == uid; });
}

bool ScanGroupName(std::string_view bytes, std::string_view name, GroupEntry* entry) {
  return Scan(bytes, ParseGroup, entry, [&](const GroupEntry& group) {
    return IsLookupName(group.name) && group.name == name;
  });
}

bool ScanGroupGid(std::string_view bytes, uint32_t gid, GroupEntry* entry) {
  return Scan(bytes, ParseGroup, entry, [&](const GroupEntry& group) {
    return IsLookupName(group.name) && group.gid == gid;
  });
}

bool ScanShadow(std::string_view bytes, std::string_view key, ShadowEntry* entry) {
  return Scan(bytes, ParseShadow, entry, [&](const ShadowEntry& shadow) {
    return IsLookupName(shadow.name) && shadow.name == key;
  });
}

std::vector<uint32_t> ScanInitgroups(std::string_view bytes, std::string_view user) {
  std::vector<uint32_t> gids;
  GroupEntry entry;
  Scan(bytes, ParseMemberships, &entry, [&](const GroupEntry& group) {
    if (HasMember(group.members, user)) gids.push_back(group.gid);
    return false;
  });
  return gids;
}

ServiceKey ParseServiceKey(std::string_view key) {
  ServiceKey parsed;
  const size_t slash = key.find('/');
  parsed.name = key.substr(0, slash);
  if (slash != std::string_view::npos) parsed.protocol = key.substr(slash + 1);
  const std::string_view name = parsed.name;
  const Number number = TakeNumber(name);
  if (StartsWithDigit(name) && number.used == name.size() && number.value <= UINT16_MAX) {
    parsed.port = static_cast<uint16_t>(number.value);
  }
  return parsed;
}

bool ScanServices(std::string_view bytes, const ServiceKey& key, ServiceEntry* entry) {
  return Scan(bytes, ParseService, entry, [&](const ServiceEntry& service) {
    if (key.protocol && service.protocol != *key.protocol) return false;
    return key.port ? service.port == *key.port : IsCalled(service, key.name);
  });
}

bool ScanNumbered(std::string_view bytes, std::string_view key, NumberedEntry* entry) {
  const bool by_number = StartsWithDigit(key);
  // What atol(3) and an int make of it: what stands behind the digits does not count.
  const auto number = static_cast<uint32_t>(std::min<uint64_t>(TakeNumber(key).value, INT64_MAX));
  return Scan(bytes, ParseNumbered, entry, [&](const NumberedEntry& numbered) {
    return by_number ? numbered.number == number : IsCalled(numbered, key);
  });
}

bool ScanNetworks(std::string_view bytes, std::string_view key, NetworkEntry* entry) {
  const bool by_number = StartsWithDigit(key);
  const uint32_t number = ParseLooseV4(key).value_or(0xffffffff);
  return Scan(bytes, ParseNetwork, entry, [&](const NetworkEntry& network) {
    return by_number ? network.network == number : IsCalledIgnoringCase(network, key);
  });
}

}  // namespace keelson
