// services(5), protocols(5), rpc(5), networks(5) and hosts(5): one record a line, words between
// blanks, '#' begins a comment. As libc's `files` reads them.
#ifndef KEELSON_CORE_SERVICES_H_
#define KEELSON_CORE_SERVICES_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "core/flat_file.h"

namespace keelson {

struct ServiceEntry {
  std::string_view name, protocol;
  uint16_t port = 0;      // host byte order
  ColumnReader aliases{""};  // the rest of the line
};
bool ParseService(std::string_view text, ServiceEntry* entry);

// protocols and rpc: NAME NUMBER ALIASES...
struct NumberedEntry {
  std::string_view name;
  uint32_t number = 0;
  ColumnReader aliases{""};
};
bool ParseNumbered(std::string_view text, NumberedEntry* entry);

// networks: NAME NETWORK ALIASES...
struct NetworkEntry {
  std::string_view name;
  uint32_t network = 0;  // host byte order, "127" being 127.0.0.0
  ColumnReader aliases{""};
};
bool ParseNetwork(std::string_view text, NetworkEntry* entry);

// hosts: ADDRESS NAME ALIASES...
struct HostEntry {
  bool v6 = false;
  std::array<uint8_t, 16> address{};  // network byte order, the first 4 bytes for v4
  std::string_view name;
  ColumnReader aliases{""};
};
bool ParseHost(std::string_view text, HostEntry* entry);

}  // namespace keelson

#endif  // KEELSON_CORE_SERVICES_H_
