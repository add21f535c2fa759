// Orders come back as they were; of what a worker tells, what may not be is refused.
#include "applets/netconfd/dhcp_wire.h"

#include <gtest/gtest.h>

#include "applets/netconfd/dhcp_settings.h"
#include "core/frame.h"

namespace keelson {
namespace {

TEST(DhcpOrder, ComesBackAsItWas) {
  DhcpOrder order{.index = 7, .serial = 9, .flag = true, .has_port = true, .has_arp = true};
  order.is_configured = true;
  order.expires_ns = 123;
  order.lease = "a lease\n";
  order.settings.identity.hardware.bytes = {2, 0, 0, 0, 0, 9};
  order.settings.identity.client_id = std::string("\1\0\n", 3);
  order.settings.identity.host_name = "box";
  order.settings.identity.lease_seconds = 600;
  order.settings.identity.parameters = {1, 121, 3};
  order.settings.probing = DhcpProbing::kBefore;
  const auto again = ParseDhcpOrder(FormatDhcpOrder(order));
  ASSERT_TRUE(again);
  EXPECT_EQ(FormatDhcpOrder(*again), FormatDhcpOrder(order));
  EXPECT_EQ(again->settings.identity.client_id, order.settings.identity.client_id);
  EXPECT_EQ(again->settings.identity.parameters, order.settings.identity.parameters);
  EXPECT_EQ(again->settings.identity.lease_seconds, 600u);
}

// With a comment behind it.
std::string Padded(std::string_view lease, size_t size) {
  std::string text(lease);
  return text.append(size - lease.size(), '#');
}

std::string Telling(uint16_t type, std::vector<std::string_view> fields) {
  std::string bytes;
  AppendFrame(type, fields, &bytes);
  return bytes;
}

TEST(DhcpTelling, Table) {
  constexpr std::string_view kLease =
      "obtained: 0\naddress: 10.0.0.5/24\nserver: 10.0.0.1\n"
      "lease-seconds: 100\nrenew-seconds: 50\nrebind-seconds: 80\n";
  const size_t most = kMaxFrame - Telling(17, {"1", "2", "0", "5", "", "", "", ""}).size() + 4;
  const struct {
    const char* name;
    std::string message;
    bool is_taken;
  } kTable[] = {
      {"a lease", Telling(17, {"1", "2", "0", "5", kLease, "", "", ""}), true},
      {"a lease that is none", Telling(17, {"1", "2", "0", "5", "address: $(id)", "", "", ""}),
       false},
      {"no lease", Telling(17, {"1", "2", "0", "5", "", "", "", ""}), false},
      {"a lease by EXPIRE", Telling(17, {"1", "2", "4", "5", kLease, "", "", ""}), false},
      {"lost", Telling(18, {"1", "2", "4", "0", "", "expired", "", ""}), true},
      {"lost by BOUND", Telling(18, {"1", "2", "0", "0", "", "", "", ""}), false},
      {"a reason that is none", Telling(18, {"1", "2", "10", "0", "", "", "", ""}), false},
      {"a number that is none", Telling(19, {"1", "-2", "0", "0", "", "", "", ""}), false},
      {"a number and more", Telling(19, {"1", "2x", "0", "0", "", "", "", ""}), false},
      {"servers", Telling(20, {"0", "2", "0", "0", "", "", "fd00::1 fd00::2", "lab.test"}), true},
      {"a server that is none", Telling(20, {"0", "2", "0", "0", "", "", "fd00::1;id", ""}), false},
      {"a domain that is none", Telling(20, {"0", "2", "0", "0", "", "", "", "a;b"}), false},
      {"gone", Telling(21, {"1", "2", "0", "0", "", "", "", ""}), true},
      {"another kind", Telling(22, {"1", "2", "0", "0", "", "", "", ""}), false},
      {"an order", Telling(1, {"1", "2", "0", "0", "", "", "", ""}), false},
      {"too little", Telling(21, {"1", "2"}), false},
      {"a lease as large as a frame",
       Telling(17, {"1", "2", "0", "5", Padded(kLease, most), "", "", ""}), true},
      {"a lease that is larger",
       Telling(17, {"1", "2", "0", "5", Padded(kLease, most + 1), "", "", ""}), false},
      {"no frame", "garbage", false},
      {"two frames", Telling(21, {"1", "2", "0", "0", "", "", "", ""}) + Telling(21, {}), false},
  };
  for (const auto& row : kTable) {
    EXPECT_EQ(ParseDhcpTelling(row.message).has_value(), row.is_taken) << row.name;
  }
}

TEST(DhcpTelling, ANoteIsOneLineAndShort) {
  DhcpTelling telling;
  telling.event.text = "a\nb\x1b[2J" + std::string(1000, 'x');
  const auto again = ParseDhcpTelling(FormatDhcpTelling(telling));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->event.text.starts_with("a\\x0ab\\x1b[2Jxxx"));
  EXPECT_LT(again->event.text.size(), 600u);
}

TEST(DhcpSettings, WhatAClientSaysOfItself) {
  const std::string hardware("\2\0\0\0\0\x09", 6);
  const struct {
    const char *client, *hostname, *vendor;
    std::string client_id, host_name, vendor_class;
  } kTable[] = {
      {"", "", "", "\1" + hardware, "box", ""},
      {"no", "no", "no", "", "", ""},
      {"01:ab:0c", "other", "v 1", "\x01\xab\x0c", "other", "v 1"},
      {"01:ab:0", "a;b", "", std::string("\0", 1) + "01:ab:0", "", ""},
      {"me", "", "", std::string("\0me", 3), "box", ""},
  };
  for (const auto& row : kTable) {
    DhcpWorkerStart start;
    start.hardware_address = hardware;
    start.settings.client_id = row.client;
    start.settings.hostname = row.hostname;
    start.settings.vendor = row.vendor;
    const DhcpIdentity identity = DhcpSettingsOf(start, "box").identity;
    EXPECT_EQ(identity.client_id, row.client_id) << row.client;
    EXPECT_EQ(identity.host_name, row.host_name) << row.hostname;
    EXPECT_EQ(identity.vendor_class, row.vendor_class) << row.vendor;
    EXPECT_FALSE(identity.parameters.empty());
  }
}

TEST(DhcpSettings, WhenALeaseOfOldEnds) {
  constexpr int64_t kSecond = 1'000'000'000;
  DhcpLeaseRecord record{.obtained = 1000, .lease = {}};
  record.lease.lease_seconds = 100;
  EXPECT_EQ(DhcpExpiryOf(record, 5 * kSecond, 1030 * kSecond), 75 * kSecond);
  EXPECT_EQ(DhcpExpiryOf(record, 5 * kSecond, 1200 * kSecond), -95 * kSecond);
  EXPECT_EQ(DhcpExpiryOf(record, 5 * kSecond, 10 * kSecond), 105 * kSecond);
  record.lease.lease_seconds = kDhcpForever;
  EXPECT_EQ(DhcpExpiryOf(record, 5 * kSecond, 1030 * kSecond), DhcpClient::kNever);
}

}  // namespace
}  // namespace keelson
