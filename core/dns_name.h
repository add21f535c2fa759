// Names of hosts and domains: which are fit for use, and their form in packets (RFC 1035 4.1.4).
#ifndef KEELSON_CORE_DNS_NAME_H_
#define KEELSON_CORE_DNS_NAME_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Labels of letters, digits, hyphens and underscores, 1 to 63 bytes each, none with a hyphen at an
// end, separated by dots; at most 253 bytes. No dot at the end.
bool IsDnsName(std::string_view name);

struct DnsNames {
  std::vector<std::string> names;
  size_t dropped = 0;  // not fit for use, or beyond the limit
};

// Names one after another, each a sequence of labels that an empty one or a pointer ends; a pointer
// counts from the first byte and leads backwards. Nothing: the bytes are not that.
std::optional<DnsNames> ReadDnsNames(std::string_view bytes, size_t limit);

}  // namespace keelson

#endif  // KEELSON_CORE_DNS_NAME_H_
