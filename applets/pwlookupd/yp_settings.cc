// Three small files, read when they are needed: when a server is looked for.
#include "applets/pwlookupd/yp_settings.h"

#include <optional>

#include "applets/pwlookupd/scan.h"
#include "core/yp_config.h"
#include "platform/machine.h"

namespace keelson {

namespace {

constexpr size_t kMaxFile = 1 << 20;

// A file that is not there, or cannot be read, says nothing.
FileBytes Read(Root* root, const char* path) {
  FileBytes bytes;
  if (!root->Read(path, kMaxFile, &bytes, nullptr).ok()) return {};
  return bytes;
}

}  // namespace

std::vector<uint32_t> V4AddressesOf(std::string_view name, std::string_view hosts) {
  std::vector<uint32_t> addresses;
  HostEntry entry;
  Scan(hosts, ParseHost, &entry, [&](const HostEntry& host) {
    const std::optional<IpAddress> address = AsV4(host.address);
    bool is_called = SameIgnoringCase(host.name, name);
    ColumnReader aliases = host.aliases;
    for (std::string_view alias; aliases.Next(&alias);) is_called |= SameIgnoringCase(alias, name);
    if (address && is_called) addresses.push_back(V4Number(*address));
    return false;
  });
  return addresses;
}

YpSettings ReadYpSettings(Root* root) {
  YpSettings settings;
  settings.domain = YpDomainOf(Read(root, "/etc/defaultdomain").view());
  if (MachineFacts facts; settings.domain.empty() && ReadMachineFacts(&facts).ok()) {
    if (IsYpDomain(facts.yp_domain)) settings.domain = facts.yp_domain;
  }
  if (settings.domain.empty()) return settings;
  const FileBytes config = Read(root, "/etc/yp.conf"), hosts = Read(root, "/etc/hosts");
  for (const std::string_view server : YpServersOf(config.view(), settings.domain)) {
    std::vector<uint32_t> addresses = V4AddressesOf(server, hosts.view());
    const std::optional<IpAddress> address = ParseIpAddress(server);
    if (address && !address->v6) addresses = {V4Number(*address)};
    for (const uint32_t each : addresses) {
      if (settings.servers.size() < YpSettings::kMaxServers) settings.servers.push_back(each);
    }
  }
  return settings;
}

}  // namespace keelson
