#include "core/ip_address.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(IpAddress, TextBothWays) {
  const struct {
    std::string_view input;
    std::string expected;  // "": not an address
  } kCases[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"255.255.255.255", "255.255.255.255"},
      {"0.0.0.0", "0.0.0.0"},
      {"01.2.3.4", ""},
      {"256.1.1.1", ""},
      {"1.2.3", ""},
      {"1.2.3.4.5", ""},
      {"1.2.3.4 ", ""},
      {"1.2.3.", ""},
      {"+1.2.3.4", ""},
      {"00.0.0.0", ""},
      {"::", "::"},
      {"::1", "::1"},
      {"::2", "::2"},
      {"::1:2", "::0.1.0.2"},
      {"::1.2.3.4", "::1.2.3.4"},
      {"::ffff:9.9.9.9", "::ffff:9.9.9.9"},
      {"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"0:1::", "0:1::"},
      {"1:2:3:4:5:6:0:8", "1:2:3:4:5:6:0:8"},
      {"::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"0001::1", "1::1"},
      {"00001::1", ""},
      {"1:2:3:4:5:6:7", ""},
      {"1:2:3:4:5:6:7:8:9", ""},
      {"1::2:3:4:5:6:7:8", ""},
      {"1::2::3", ""},
      {"12345::1", ""},
      {"::1.2.3", ""},
      {"::01.2.3.4", ""},
      {"::1.2.3.4:5", ""},
      {"1:2:3:4:5:6:7:1.2.3.4", ""},
      {":", ""},
      {":::", ""},
      {"1:", ""},
      {":1", ""},
      {"1:::", ""},
      {"1::2:", ""},
      {"fe80::1%lo", ""},
      {"2001:db8::g", ""},
      {"::+1", ""},
      {":: 1", ""},
      {"", ""},
  };
  for (const auto& c : kCases) {
    const auto address = ParseIpAddress(c.input);
    EXPECT_EQ(address ? FormatIpAddress(*address) : "", c.expected) << c.input;
  }
}

TEST(IpAddress, V6AsV4) {
  const struct {
    std::string_view input;
    std::string expected;
  } kCases[] = {
      {"::ffff:1.2.3.4", "1.2.3.4"},
      {"::1", "127.0.0.1"},
      {"1.2.3.4", "1.2.3.4"},
      {"::2", ""},
      {"::1.2.3.4", ""},
      {"fe80::1", ""},
  };
  for (const auto& c : kCases) {
    const auto v4 = AsV4(*ParseIpAddress(c.input));
    EXPECT_EQ(v4 ? FormatIpAddress(*v4) : "", c.expected) << c.input;
  }
}

TEST(IpAddress, LooseV4) {
  const struct {
    std::string_view input;
    std::string expected;
  } kCases[] = {
      {"127.1", "127.0.0.1"},
      {"127", "0.0.0.127"},
      {"1.2.3", "1.2.0.3"},
      {"1.2.65535", "1.2.255.255"},
      {"65536", "0.1.0.0"},
      {"2130706432", "127.0.0.0"},
      {"0x7f.0.0.1", "127.0.0.1"},
      {"017.1", "15.0.0.1"},
      {"4294967295", "255.255.255.255"},
      {"1.2.3.4 x", "1.2.3.4"},
      {"4294967296", ""},
      {"256.1", ""},
      {"1.256.3", ""},
      {"08", ""},
      {"1..2", ""},
      {".1", ""},
      {"1.", ""},
      {"1.2.3.4.5", ""},
      {"x", ""},
      {"", ""},
      {"+1", ""},
      {"1.2.3.4x", ""},
  };
  for (const auto& c : kCases) {
    const auto number = ParseLooseV4(c.input);
    EXPECT_EQ(number ? FormatIpAddress(IpV4(*number)) : "", c.expected) << c.input;
  }
}

TEST(IpAddress, NumberBothWays) {
  EXPECT_EQ(V4Number(IpV4(0x01020304)), 0x01020304u);
  EXPECT_EQ(V4Number(*ParseIpAddress("1.2.3.4")), 0x01020304u);
}

TEST(IpAddress, Prefixes) {
  const struct {
    std::string_view text;
    int without;
    std::string_view expected;  // empty: none
  } kCases[] = {
      {"192.0.2.1/24", -1, "192.0.2.1/24"},
      {"192.0.2.1/255.255.252.0", -1, "192.0.2.1/22"},
      {"192.0.2.1/0", -1, "192.0.2.1/0"},
      {"192.0.2.1/0.0.0.0", -1, "192.0.2.1/0"},
      {"192.0.2.1/255.255.255.255", -1, "192.0.2.1/32"},
      {"192.0.2.1", 8, "192.0.2.1/8"},
      {"192.0.2.1", -1, ""},
      {"192.0.2.1/", 8, ""},
      {"192.0.2.1/33", -1, ""},
      {"192.0.2.1/255.0.255.0", -1, ""},
      {"192.0.2.1/0.0.0.255", -1, ""},
      {"192.0.2.1/-1", -1, ""},
      {"192.0.2.1/ 8", -1, ""},
      {"192.0.2.1/8/8", -1, ""},
      {"192.0.2.1/0000000000000008", -1, ""},
      {"2001:db8::1/64", -1, "2001:db8::1/64"},
      {"2001:db8::1/128", -1, "2001:db8::1/128"},
      {"2001:db8::1/129", -1, ""},
      {"2001:db8::1/255.255.0.0", -1, ""},
      {"", 8, ""},
  };
  for (const auto& c : kCases) {
    const auto prefix = ParseIpPrefix(c.text, c.without);
    EXPECT_EQ(prefix ? FormatIpPrefix(*prefix) : "", c.expected) << c.text;
  }
}

TEST(IpAddress, MasksNetworksAndBroadcasts) {
  const struct {
    std::string_view prefix, mask, network, broadcast;
  } kCases[] = {
      {"1.2.3.4/24", "255.255.255.0", "1.2.3.0", "1.2.3.255"},
      {"1.2.3.4/14", "255.252.0.0", "1.0.0.0", "1.3.255.255"},
      {"1.2.3.4/25", "255.255.255.128", "1.2.3.0", "1.2.3.127"},
      {"1.2.3.4/0", "0.0.0.0", "0.0.0.0", "255.255.255.255"},
      {"1.2.3.5/31", "255.255.255.254", "1.2.3.4", "1.2.3.5"},
      {"1.2.3.4/32", "255.255.255.255", "1.2.3.4", "1.2.3.4"},
  };
  for (const auto& c : kCases) {
    const IpPrefix prefix = *ParseIpPrefix(c.prefix);
    EXPECT_EQ(FormatIpAddress(NetworkMask(prefix.length, false)), c.mask) << c.prefix;
    EXPECT_EQ(FormatIpAddress(NetworkOf(prefix)), c.network) << c.prefix;
    EXPECT_EQ(FormatIpAddress(BroadcastOf(prefix)), c.broadcast) << c.prefix;
  }
  EXPECT_EQ(FormatIpAddress(NetworkOf(*ParseIpPrefix("2001:db8:1:2:f::1/60"))), "2001:db8:1::");
  EXPECT_EQ(FormatIpAddress(NetworkMask(65, true)), "ffff:ffff:ffff:ffff:8000::");
}

TEST(IpAddress, ClassesOfOld) {
  const struct {
    std::string_view address;
    int length;
  } kCases[] = {{"0.0.0.0", 8},    {"127.1.1.1", 8},  {"128.0.0.1", 16}, {"191.9.9.9", 16},
                {"192.0.2.1", 24}, {"223.0.0.1", 24}, {"224.0.0.1", 32}, {"255.0.0.0", 32}};
  for (const auto& c : kCases) {
    EXPECT_EQ(ClassfulLength(*ParseIpAddress(c.address)), c.length) << c.address;
  }
}

}  // namespace
}  // namespace keelson
