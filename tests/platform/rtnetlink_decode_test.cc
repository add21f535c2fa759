// Answers of the kernel, byte by byte: whole ones, and what is cut, too short, or of a wrong
// length. Numbers are of a little-endian machine.
#include <gtest/gtest.h>

#include <bit>
#include <cerrno>
#include <string>
#include <string_view>

#include "platform/linux/netlink_socket.h"
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

// ifinfomsg of interface 3, Ethernet, up; then "eth0".
constexpr char kLinkHead[] = "00 00 0100 03000000 01000000 00000000 0900 0300 65746830 00 000000";

TEST(RtnetlinkDecode, TakesOfALinkWhatIsWhole) {
  const struct {
    const char *name, *attributes;
    Interface expected;
  } kRows[] = {
      {"nothing else", "", {}},
      {"an mtu", "0800 0400 dc050000", {.mtu = 1500}},
      {"an mtu of two bytes", "0600 0400 dc05 0000", {}},
      {"an mtu that is cut", "0800 0400 dc05", {}},
      {"an attribute shorter than its head", "0300 0400 dc050000 0800 0a00 07000000", {}},
      {"an attribute without a value", "0400 0400 0800 0a00 07000000", {.master = 7}},
      {"an attribute longer than all", "ff00 0400 dc050000 0800 0a00 07000000", {}},
      {"an unknown one before", "0800 ff0f 01020304 0800 0400 dc050000", {.mtu = 1500}},
      {"a vlan",
       "1800 1200 0800 0100 766c616e 0c00 0200 0600 0100 0500 0000",
       {.kind = "vlan", .vlan = 5}},
      {"a vlan's number of one byte",
       "1800 1200 0800 0100 766c616e 0c00 0200 0500 0100 05 000000",
       {.kind = "vlan"}},
      {"a vlan without what is inside", "1000 1200 0800 0100 766c616e 0400 0200", {.kind = "vlan"}},
      {"what is inside is cut",
       "1600 1200 0800 0100 766c616e 0c00 0200 0600 0100 0500",
       {.kind = "vlan"}},
      {"a port of a bridge",
       "2400 1200 0a00 0400 627269646765 0000 1400 0500 0800 0300 4d000000 0600 0200 0900 0000",
       {.port_cost = 77, .port_priority = 9}},
      {"a port of something else",
       "2000 1200 0800 0400 626f6e64 1400 0500 0800 0300 4d000000 0600 0200 0900 0000",
       {}},
  };
  for (const auto& row : kRows) {
    Interface expected = row.expected, link;
    expected.index = 3;
    expected.name = "eth0";
    expected.flags = kIfUp;
    ASSERT_TRUE(DecodeLink(Bytes(std::string(kLinkHead) + row.attributes), &link)) << row.name;
    EXPECT_EQ(link, expected) << row.name;
  }
}

TEST(RtnetlinkDecode, RefusesWhatIsTooShortOrOfOthers) {
  const std::string link = Bytes(kLinkHead);
  Interface interface;
  for (size_t size = 0; size < link.size() - 3; ++size) {  // its last bytes are padding
    EXPECT_FALSE(DecodeLink(std::string_view(link).substr(0, size), &interface)) << size;
  }
  // Of a bridge's family; of no interface; without a name.
  EXPECT_FALSE(DecodeLink(
      Bytes("07 00 0100 03000000 01000000 00000000 0900 0300 65746830 00 000000"), &interface));
  EXPECT_FALSE(DecodeLink(
      Bytes("00 00 0100 00000000 01000000 00000000 0900 0300 65746830 00 000000"), &interface));
  EXPECT_FALSE(DecodeLink(Bytes("00 00 0100 03000000 01000000 00000000"), &interface));

  InterfaceAddress address;
  ASSERT_TRUE(DecodeAddress(Bytes("02 18 00 00 03000000 0800 0200 c0000201"), &address));
  EXPECT_EQ(address.length, 24);
  EXPECT_EQ(address.address, (NetIp{false, {192, 0, 2, 1}}));
  EXPECT_FALSE(DecodeAddress(Bytes("02 21 00 00 03000000 0800 0200 c0000201"), &address));  // 33
  EXPECT_FALSE(DecodeAddress(Bytes("02 18 00 00 03000000 0600 0200 c000 0000"), &address));
  EXPECT_FALSE(DecodeAddress(Bytes("02 18 00 00 0300"), &address));
  EXPECT_FALSE(DecodeAddress(Bytes("11 18 00 00 03000000 0800 0200 c0000201"), &address));

  NetRoute route;
  ASSERT_TRUE(DecodeRoute(Bytes("02 00 00 00 fe 03 00 01 00000000 0800 0500 c00002fe"), &route));
  EXPECT_EQ(route.gateway, (NetIp{false, {192, 0, 2, 254}}));
  EXPECT_FALSE(DecodeRoute(Bytes("02 00 00 00 fe 03 00 01 0000"), &route));
  EXPECT_FALSE(DecodeRoute(Bytes("02 21 00 00 fe 03 00 01 00000000"), &route));
  // The kernel's own table.
  EXPECT_FALSE(DecodeRoute(Bytes("02 00 00 00 ff 03 00 01 00000000 0800 0500 c00002fe"), &route));
}

TEST(RtnetlinkDecode, CutsMessages) {
  const std::string whole = Bytes("14000000 1000 0200 05000000 00000000 01020304");
  std::string_view left = whole;
  NetlinkMessage message;
  ASSERT_TRUE(NextNetlinkMessage(&left, &message));
  EXPECT_EQ(message.type, 16);
  EXPECT_EQ(message.flags, 2);
  EXPECT_EQ(message.sequence, 5u);
  EXPECT_EQ(message.body, Bytes("01020304"));
  EXPECT_TRUE(left.empty());
  for (size_t size = 0; size < whole.size(); ++size) {
    left = std::string_view(whole).substr(0, size);
    EXPECT_FALSE(NextNetlinkMessage(&left, &message)) << size;
  }
  const std::string shorter = Bytes("0f000000 1000 0200 05000000 00000000 01020304");
  left = shorter;
  EXPECT_FALSE(NextNetlinkMessage(&left, &message));
}

TEST(NetlinkAnswers, OfADumpThatWasDisturbedAreAnError) {
  Error error;
  NetlinkAnswers answers(5, {&error, 1});
  int seen = 0;
  const auto count = [&](const NetlinkMessage&) { ++seen; };
  // One of a request before; one part of ours; one that says so (NLM_F_DUMP_INTR); the end.
  answers.Take(
      Bytes("10000000 1000 0200 04000000 00000000 14000000 0300 0200 04000000 00000000 00000000"),
      count);
  EXPECT_EQ(seen, 0);
  answers.Take(Bytes("10000000 1000 0200 05000000 00000000 10000000 1000 1200 05000000 00000000"),
               count);
  EXPECT_EQ(seen, 2);
  EXPECT_FALSE(answers.is_over());
  answers.Take(Bytes("14000000 0300 0200 05000000 00000000 00000000"), count);
  EXPECT_TRUE(answers.is_over());
  EXPECT_EQ(error, Error(EINTR));

  Error errors[2];
  NetlinkAnswers two(5, errors);
  two.Take(Bytes("24000000 0200 0000 06000000 00000000 edffffff 00000000000000000000000000000000"),
           count);
  EXPECT_EQ(errors[1], Error(ENODEV));
  EXPECT_EQ(two.GiveUp(Error(ENOBUFS)), Error(ENOBUFS));
  EXPECT_EQ(errors[0], Error(ENOBUFS));
  EXPECT_EQ(errors[1], Error(ENODEV));
}

TEST(NetlinkAnswers, WhatWasDisturbedIsReadAgain) {
  int reads = 0;
  EXPECT_TRUE(ReadUndisturbed([&] { return ++reads < 3 ? Error(EINTR) : kOk; }).ok());
  EXPECT_EQ(reads, 3);
  EXPECT_EQ(ReadUndisturbed([&] { return ++reads, Error(EINTR); }), Error(EINTR));
  reads = 0;
  EXPECT_EQ(ReadUndisturbed([&] { return ++reads, Error(ENOBUFS); }), Error(ENOBUFS));
  EXPECT_EQ(reads, 1);
}

}  // namespace
}  // namespace keelson
