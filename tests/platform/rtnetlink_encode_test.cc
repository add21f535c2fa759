// Requests, byte by byte, as the kernel's headers lay them out: for kinds of links that the machine
// may not have. Numbers are of a little-endian machine.
#include <gtest/gtest.h>

#include <bit>
#include <cstdio>
#include <string>
#include <string_view>

#include "platform/linux/rtnetlink.h"

namespace keelson {
namespace {

static_assert(std::endian::native == std::endian::little);

// "0a 0b" as bytes.
std::string Bytes(std::string_view hex) {
  std::string bytes;
  int digits = 0, value = 0;
  for (const char c : hex) {
    if (c == ' ') continue;
    value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    if (++digits % 2 != 0) continue;
    bytes += static_cast<char>(value);
    value = 0;
  }
  return bytes;
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  char two[4];
  for (const char c : bytes) {
    snprintf(two, sizeof(two), "%02x", static_cast<unsigned char>(c));
    hex += two;
  }
  return hex;
}

Error IndexOfEth0(std::string_view name, uint32_t* index) {
  *index = 3;
  return name == "eth0" ? kOk : Error(ENODEV);
}

struct Case {
  const char* name;
  LinkMaking making;
  const char* linkinfo;  // all behind IFLA_IFNAME
};

const Case kCases[] = {
    {"dummy", {.kind = "dummy"}, "1400 1200 0900 0100 64756d6d79 000000 0400 0200"},
    {"wireguard",
     {.kind = "wireguard"},
     "1800 1200 0d00 0100 776972656775617264 000000"  // padded to 4
     "0400 0200"},
    {"vlan",
     {.kind = "vlan", .lower = "eth0", .vlan = 4094},
     "0800 0500 03000000"  // IFLA_LINK
     "1800 1200 0800 0100 766c616e 0c00 0200 0600 0100 fe0f 0000"},
    {"macvlan",
     {.kind = "macvlan", .lower = "eth0", .options = {{"mode", "bridge"}}},
     "0800 0500 03000000"
     "1c00 1200 0b00 0100 6d6163766c616e 00 0c00 0200 0800 0100 04000000"},
    {"veth",
     {.kind = "veth", .lower = "p"},
     "2c00 1200 0800 0100 76657468 2000 0200"
     "1c00 0100 00000000000000000000000000000000 0600 0300 7000 0000"},
    {"bridge",
     {.kind = "bridge",
      .options = {{"forward_delay", "1500"},
                  {"stp_state", "1"},
                  {"priority", "32768"},
                  {"vlan_filtering", "1"}}},
     "3400 1200 0a00 0100 627269646765 0000 2400 0200"
     "0800 0100 dc050000"  // IFLA_BR_FORWARD_DELAY
     "0800 0500 01000000"  // IFLA_BR_STP_STATE
     "0600 0600 0080 0000"
     "0500 0700 01 000000"},
    {"bond",
     {.kind = "bond",
      .options = {{"mode", "active-backup"},
                  {"miimon", "100"},
                  {"arp_ip_target", "10.0.0.1,+10.0.0.2"},
                  {"primary", "eth0"},
                  {"lacp_rate", "fast"},
                  {"arp_ip_target", "10.0.0.3"}}},
     "4c00 1200 0800 0100 626f6e64 4000 0200"
     "0500 0100 01 000000"  // IFLA_BOND_MODE
     "0800 0300 64000000"   // IFLA_BOND_MIIMON
     "1c00 0800 0800 0000 0a000001 0800 0100 0a000002 0800 0200 0a000003"
     "0800 0b00 03000000"     // IFLA_BOND_PRIMARY
     "0500 1500 01 000000"},  // IFLA_BOND_AD_LACP_RATE
    {"sit",
     {.kind = "sit",
      .local = NetIp{false, {192, 0, 2, 1}},
      .remote = NetIp{false, {198, 51, 100, 2}},
      .ttl = 64},
     "2800 1200 0700 0100 736974 00 1c00 0200"
     "0800 0200 c0000201 0800 0300 c6336402 0500 0400 40 000000"},
    {"gre",
     {.kind = "gre", .lower = "eth0", .remote = NetIp{false, {198, 51, 100, 2}}},
     "2800 1200 0700 0100 677265 00 1c00 0200"
     "0800 0100 03000000 0800 0700 c6336402 0500 0800 00 000000"},
    {"ip6tnl",
     {.kind = "ip6tnl", .remote = NetIp{true, {0x20, 1, 0xd, 0xb8}}, .ttl = 9, .encap_limit = 255},
     "4000 1200 0a00 0100 6970 36746e6c 0000 3000 0200"
     "1400 0300 20010db8000000000000000000000000 0500 0400 09 000000"
     "0800 0800 01000000"     // IP6_TNL_F_IGN_ENCAP_LIMIT
     "0500 0900 29 000000"},  // IFLA_IPTUN_PROTO: v6 inside
    {"ip6tnl of v4",
     {.kind = "ip6tnl", .options = {{"mode", "ipip6"}}},
     "2c00 1200 0a00 0100 6970 36746e6c 0000 1c00 0200"
     "0500 0400 00 000000 0500 0600 04 000000 0500 0900 04 000000"},
    {"ip6tnl of both",
     {.kind = "ip6tnl", .options = {{"mode", "any"}}},
     "2c00 1200 0a00 0100 6970 36746e6c 0000 1c00 0200"
     "0500 0400 00 000000 0500 0600 04 000000 0500 0900 00 000000"},
    {"ip6gre",
     {.kind = "ip6gre", .local = NetIp{true, {0x20, 1, 0xd, 0xb8}}},
     "3800 1200 0a00 0100 697036677265 0000 2800 0200"
     "1400 0600 20010db8000000000000000000000000 0500 0800 00 000000"
     "0500 0b00 04 000000"},  // IFLA_GRE_ENCAP_LIMIT
};

TEST(RtnetlinkEncode, MakesLinksOfEachKind) {
  for (const Case& each : kCases) {
    const std::string behind = Bytes(each.linkinfo);
    NetChange change = {.kind = NetChange::kMakeLink, .name = "new0"};
    change.making = each.making;
    std::string request;
    ASSERT_TRUE(EncodeNetChange(change, 7, IndexOfEth0, &request).ok()) << each.name;
    // NEWLINK, create, and but for a bond excl
    std::string expected = Bytes("00000000 1000 0506 07000000 00000000");
    if (each.making.kind == "bond") expected[7] = 4;
    expected += std::string(16, '\0');                 // ifinfomsg
    expected += Bytes("0900 0300 6e65773000 000000");  // IFLA_IFNAME
    expected += behind;
    expected[0] = static_cast<char>(expected.size());
    EXPECT_EQ(Hex(request), Hex(expected)) << each.name;
  }
}

TEST(RtnetlinkEncode, ABondThatIsThereIsNotMadeAnew) {
  NetChange change = {.kind = NetChange::kMakeLink, .name = "eth0", .making = {.kind = "bond"}};
  std::string request;
  EXPECT_EQ(EncodeNetChange(change, 7, IndexOfEth0, &request), Error(EEXIST));
  EXPECT_EQ(request, "");
}

TEST(RtnetlinkEncode, RefusesWhatMakesNoSense) {
  const LinkMaking wrong[] = {
      {.kind = ""},
      {.kind = std::string(64, 'k')},
      {.kind = "vlan", .lower = "eth0"},
      {.kind = "vlan", .lower = "eth0", .vlan = 4095},
      {.kind = "dummy", .options = {{"mode", "1"}}},
      {.kind = "bridge", .options = {{"no_such", "1"}}},
      {.kind = "bridge", .options = {{"priority", "65536"}}},
      {.kind = "bridge", .options = {{"priority", "-1"}}},
      {.kind = "bridge", .options = {{"priority", ""}}},
      {.kind = "bond", .options = {{"mode", "best"}}},
      {.kind = "bond", .options = {{"arp_ip_target", "10.0.0.1 ten"}}},
      {.kind = "macvlan", .lower = "eth0", .options = {{"mode", ""}}},
      {.kind = "sit", .local = NetIp{true, {}}},
      {.kind = "ip6tnl", .remote = NetIp{false, {}}},
      {.kind = "ip6tnl", .options = {{"mode", "gre"}}},
  };
  for (const LinkMaking& making : wrong) {
    NetChange change = {.kind = NetChange::kMakeLink, .name = "new0"};
    change.making = making;
    std::string request = "before";
    EXPECT_EQ(EncodeNetChange(change, 7, IndexOfEth0, &request), Error(EINVAL)) << making.kind;
    EXPECT_EQ(request, "before");
  }
  NetChange change = {.kind = NetChange::kMakeLink, .name = "new0"};
  change.making = {.kind = "vlan", .lower = "eth9", .vlan = 1};
  std::string request;
  EXPECT_EQ(EncodeNetChange(change, 7, IndexOfEth0, &request), Error(ENODEV));
  change = {.kind = NetChange::kSetLink, .name = "eth0"};
  change.alias = std::string(70'000, 'a');
  EXPECT_EQ(EncodeNetChange(change, 7, IndexOfEth0, &request), Error(EINVAL));
}

TEST(RtnetlinkEncode, WhatAMasterMakesOfAPort) {
  NetChange change = {.kind = NetChange::kSetLink, .name = "eth0"};
  change.port_cost = 77;
  change.port_priority = 9;
  std::string request;
  ASSERT_TRUE(EncodeNetChange(change, 7, IndexOfEth0, &request).ok());
  const std::string head(16, '\0');  // ifinfomsg
  EXPECT_EQ(Hex(request),
            Hex(Bytes("50000000 1000 0500 07000000 00000000") + head +
                Bytes("0900 0300 65746830 00 000000"
                      "2400 1200 0a00 0400 627269646765 0000"  // IFLA_INFO_SLAVE_KIND
                      "1400 0500 0800 0300 4d000000"           // IFLA_BRPORT_COST
                      "0600 0200 0900 0000")));                // IFLA_BRPORT_PRIORITY
  change.port_priority = 64;
  EXPECT_EQ(EncodeNetChange(change, 7, IndexOfEth0, &request), Error(ERANGE));

  change = {.kind = NetChange::kSetOptions, .name = "bond0"};
  change.making = {.kind = "bond", .options = {{"primary", "eth0"}}};
  request.clear();
  ASSERT_TRUE(EncodeNetChange(change, 7, IndexOfEth0, &request).ok());
  EXPECT_EQ(Hex(request), Hex(Bytes("44000000 1000 0500 07000000 00000000") + head +
                              Bytes("0a00 0300 626f6e6430 00 0000"
                                    "1800 1200 0800 0100 626f6e64 0c00 0200 0800 0b00 03000000")));
}

TEST(RtnetlinkEncode, AddressAndRoute) {
  NetChange change = {.kind = NetChange::kAddAddress, .name = "eth0"};
  change.address = {.address = {false, {192, 0, 2, 1}}, .length = 24, .label = "eth0:1"};
  std::string request;
  ASSERT_TRUE(EncodeNetChange(change, 9, IndexOfEth0, &request).ok());
  EXPECT_EQ(Hex(request), Hex(Bytes("34000000 1400 0505 09000000 00000000"  // create, replace
                                    "02 18 00 00 03000000"
                                    "0800 0200 c0000201 0800 0100 c0000201"
                                    "0b00 0300 657468303a3100 00")));
  change = {.kind = NetChange::kAddRoute, .name = "eth0"};
  change.route = {.gateway = NetIp{false, {192, 0, 2, 254}}, .metric = 100, .table = 1000};
  request.clear();
  ASSERT_TRUE(EncodeNetChange(change, 1, IndexOfEth0, &request).ok());
  EXPECT_EQ(Hex(request), Hex(Bytes("3c000000 1800 0506 01000000 00000000"
                                    "02 00 00 00 00 04 00 01 00000000"
                                    "0800 0500 c00002fe 0800 0400 03000000"
                                    "0800 0600 64000000 0800 0f00 e8030000")));
}

}  // namespace
}  // namespace keelson
