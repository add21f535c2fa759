// One table.
#include "core/interface_method.h"

namespace keelson {
namespace {

constexpr std::string_view kPpp =
    "ppp needs pppd, which is left to itself: it has no interface yet";
constexpr std::string_view kIpx = "no kernel has IPX any more";

constexpr struct {
  std::string_view family, method, refusal = {};
} kMethods[] = {
    {"inet", "bootp"},       {"inet", "dhcp"},      {"inet", "ipv4ll"},
    {"inet", "loopback"},    {"inet", "manual"},    {"inet", "ppp", kPpp},
    {"inet", "static"},      {"inet", "tunnel"},    {"inet", "wvdial", kPpp},
    {"inet6", "6to4"},       {"inet6", "auto"},     {"inet6", "dhcp"},
    {"inet6", "loopback"},   {"inet6", "manual"},   {"inet6", "static"},
    {"inet6", "tunnel"},     {"inet6", "v4tunnel"}, {"ipx", "dynamic", kIpx},
    {"ipx", "static", kIpx}, {"can", "static"},     {"meta", "none"},
};

}  // namespace

bool IsInterfaceFamily(std::string_view family) {
  for (const auto& row : kMethods) {
    if (row.family == family) return true;
  }
  return false;
}

bool IsInterfaceMethod(std::string_view family, std::string_view method) {
  for (const auto& row : kMethods) {
    if (row.family == family && row.method == method) return true;
  }
  return false;
}

std::string_view WhyRefused(std::string_view family, std::string_view method) {
  for (const auto& row : kMethods) {
    if (row.family == family && row.method == method) return row.refusal;
  }
  return {};
}

}  // namespace keelson
