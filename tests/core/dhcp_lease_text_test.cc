#include "core/dhcp_lease_text.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

constexpr char kWhole[] =
    "obtained: 1700000000\n"
    "address: 192.168.1.5/24\n"
    "broadcast-address: 192.168.1.255\n"
    "server: 192.168.1.1\n"
    "next-server: 192.168.1.9\n"
    "lease-seconds: 3600\n"
    "renew-seconds: 1800\n"
    "rebind-seconds: 3150\n"
    "route: 10.0.0.0/8\n"
    "route: 0.0.0.0/0 192.168.1.1\n"
    "dns: 192.168.1.1 192.168.1.2\n"
    "ntp: 192.168.1.3\n"
    "host-name: box\n"
    "domain-name: example.org\n"
    "search: example.org example.com\n"
    "mtu: 1400\n"
    "link-mtu: 9000\n"
    "root-path: 10.0.0.1:/srv\n"
    "wpad: http://wpad/?a\n";

TEST(DhcpLeaseText, ThereAndBack) {
  DhcpLeaseRecord record;
  const auto error = ParseDhcpLease(kWhole, &record);
  ASSERT_FALSE(error) << error->Text("lease");
  EXPECT_EQ(record.obtained, 1700000000);
  EXPECT_EQ(record.lease.address, 0xc0a80105u);
  EXPECT_EQ(record.lease.routes.size(), 2u);
  EXPECT_EQ(FormatDhcpLease(record), kWhole);
}

TEST(DhcpLeaseText, TheLeastAndTheUnknown) {
  DhcpLeaseRecord record;
  EXPECT_FALSE(
      ParseDhcpLease("# a lease\n\naddress: 10.0.0.1/8\ncolour: red\nserver: 10.0.0.2\n"
                     "obtained: 0\nlease-seconds: 4294967295\nrenew-seconds: 4294967295\n"
                     "rebind-seconds: 4294967295\n",
                     &record));
  EXPECT_EQ(record.lease.renew_seconds, kDhcpForever);
}

// kWhole with one line changed.
std::string With(std::string_view key, std::string_view line) {
  std::string text = kWhole;
  const size_t at = text.find(std::string(key) + ":");
  text.replace(at, text.find('\n', at) + 1 - at, line);
  return text;
}

TEST(DhcpLeaseText, Errors) {
  const struct {
    const char* key;
    const char* line;
    const char* expected;
  } kCases[] = {
      {"obtained", "", "f:1:1: no 'obtained'"},
      {"obtained", "obtained: soon\n", "f:1:11: no value for 'obtained'"},
      {"obtained", "obtained: -1\n", "f:1:11: no value for 'obtained'"},
      {"obtained", "obtained\n", "f:1:1: ':' is missing"},
      {"address", "", "f:1:1: no 'address'"},
      {"address", "address: 10.0.0.1\n", "f:2:10: no value for 'address'"},
      {"address", "address: 10.0.0.1/0\n", "f:2:10: no value for 'address'"},
      {"address", "address: 10.0.0.1/33\n", "f:2:10: no value for 'address'"},
      {"address", "address: 10.0.0.1/8x\n", "f:2:10: no value for 'address'"},
      {"address", "address: 127.0.0.1/8\n", "f:2:10: no value for 'address'"},
      {"address", "address: fe80::1/64\n", "f:2:10: no value for 'address'"},
      {"server", "", "f:1:1: no 'server'"},
      {"server", "server: 255.255.255.255\n", "f:4:9: no value for 'server'"},
      {"renew-seconds", "renew-seconds: 3150\n", "f:1:1: the times are not in order"},
      {"renew-seconds", "renew-seconds: 0\n", "f:1:1: the times are not in order"},
      {"rebind-seconds", "rebind-seconds: 3600\n", "f:1:1: the times are not in order"},
      {"lease-seconds", "lease-seconds: 4294967295\n", "f:1:1: the times are not in order"},
      {"lease-seconds", "lease-seconds: 4294967296\n", "f:6:16: no value for 'lease-seconds'"},
      {"route", "route: 10.0.0.1/8\n", "f:9:8: no value for 'route'"},
      {"route", "route: 10.0.0.0/8 1.1.1.1 x\n", "f:9:8: no value for 'route'"},
      {"route", "route: 10.0.0.0/8 224.0.0.1\n", "f:9:8: no value for 'route'"},
      {"dns", "dns:\n", "f:11:5: no value for 'dns'"},
      {"dns", "dns: 10.0.0.1 x\n", "f:11:6: no value for 'dns'"},
      {"host-name", "host-name: $(id)\n", "f:13:12: no value for 'host-name'"},
      {"search", "search: a ;b\n", "f:15:9: no value for 'search'"},
      {"mtu", "mtu: 67\n", "f:16:6: no value for 'mtu'"},
      {"mtu", "mtu: 65536\n", "f:16:6: no value for 'mtu'"},
      {"root-path", "root-path: a b\n", "f:18:12: no value for 'root-path'"},
      {"link-mtu", "link-mtu: -1\n", "f:17:11: no value for 'link-mtu'"},
      {"mtu", "mtu: 1400\nmtu: 1400\n", "f:17:1: 'mtu' again"},
  };
  for (const auto& c : kCases) {
    DhcpLeaseRecord record;
    const auto error = ParseDhcpLease(With(c.key, c.line), &record);
    EXPECT_EQ(error ? error->Text("f") : "none", c.expected) << c.line;
  }
}

TEST(DhcpLeaseText, AFileTooLarge) {
  DhcpLeaseRecord record;
  std::string text = kWhole;
  text.append(kMaxDhcpLeaseFile - text.size(), '#');
  EXPECT_FALSE(ParseDhcpLease(text, &record));
  EXPECT_EQ(ParseDhcpLease(text + "#", &record).value_or(ParseError()).what, "too large");
}

}  // namespace
}  // namespace keelson
