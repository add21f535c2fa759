// Where this machine's YP is.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_SETTINGS_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_SETTINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"

namespace keelson {

struct YpSettings {
  static constexpr size_t kMaxServers = 8;  // more are not asked

  std::string domain;             // empty: there is no YP
  std::vector<uint32_t> servers;  // IPv4, host byte order
};

// The domain of /etc/defaultdomain, or else the kernel's; the servers that /etc/yp.conf has for it,
// by address or by a name in /etc/hosts: whoever needs YP to find names cannot ask for names first.
YpSettings ReadYpSettings(Root* root);

// The IPv4 addresses of a name in the bytes of a hosts file.
std::vector<uint32_t> V4AddressesOf(std::string_view name, std::string_view hosts);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_SETTINGS_H_
