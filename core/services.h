// services(5), protocols(5), rpc(5), networks(5) and hosts(5): one record a line, words between
// blanks, '#' anywhere begins a comment. As glibc's `files` reads them, seen from outside (getent
// as the oracle). Blanks before the first word are skipped, CR is a blank, '+' and '-' mean
// nothing.
#ifndef KEELSON_CORE_SERVICES_H_
#define KEELSON_CORE_SERVICES_H_

#include <cstdint>
#include <string_view>

#include "core/flat_file.h"
#include "core/ip_address.h"

namespace keelson {

// NAME PORT[/PROTOCOL] ALIASES...  The port is a C number (0x16, 022) up to 4294967295 of which 16
// bits count; '/' or the end of the line must follow it at once. "22/ tcp" has no protocol and an
// alias.
struct ServiceEntry {
  std::string_view name, protocol;
  uint16_t port = 0;      // host byte order
  ColumnReader aliases{""};  // the rest of the line
};
bool ParseService(std::string_view text, ServiceEntry* entry);

// protocols and rpc: NAME NUMBER ALIASES...  As an id of passwd; libc shows it as an int
// (4294967295 is -1).
struct NumberedEntry {
  std::string_view name;
  uint32_t number = 0;
  ColumnReader aliases{""};
};
bool ParseNumbered(std::string_view text, NumberedEntry* entry);

// networks: NAME NETWORK ALIASES...  The network has one to four parts, each a C number up to 255;
// what lacks is zero at the end ("127.1" is 127.1.0.0). Missing or wrong: 255.255.255.255.
struct NetworkEntry {
  std::string_view name;
  uint32_t network = 0;  // host byte order
  ColumnReader aliases{""};
};
bool ParseNetwork(std::string_view text, NetworkEntry* entry);

// hosts: ADDRESS NAME ALIASES...  The name may be missing (empty); a zone ("fe80::1%lo") makes the
// line ignored.
struct HostEntry {
  IpAddress address;
  std::string_view name;
  ColumnReader aliases{""};
};
bool ParseHost(std::string_view text, HostEntry* entry);

}  // namespace keelson

#endif  // KEELSON_CORE_SERVICES_H_
