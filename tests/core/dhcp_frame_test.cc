#include "core/dhcp_frame.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

// The sum of all words with their carries, in another way than the code has it; 0: the checksum is
// right.
uint32_t SumByBytes(std::string_view bytes) {
  uint64_t even = 0, odd = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    (i % 2 == 0 ? even : odd) += static_cast<uint8_t>(bytes[i]);
  return static_cast<uint32_t>((even * 256 + odd) % 0xffff);
}

std::string Packet(std::string_view payload = "hello") {
  return BuildUdpPacket({.from = 0x0a000001,
                         .to = 0x0a000002,
                         .from_port = kDhcpServerPort,
                         .to_port = kDhcpClientPort,
                         .payload = payload});
}

std::string Show(std::string_view bytes, bool pending = false) {
  const auto packet = ParseUdpPacket(bytes, pending);
  return packet ? std::string(packet->payload) : "no";
}

TEST(DhcpFrame, ThePacketByteForByte) {
  const std::string bytes = Packet();
  EXPECT_EQ(bytes.substr(0, 10), "\x45\x10\0\x21\0\0\x40\0\x40\x11"s);
  EXPECT_EQ(bytes.substr(12, 14), "\x0a\0\0\1\x0a\0\0\2\0\x43\0\x44\0\x0d"s);
  EXPECT_EQ(bytes.substr(28), "hello");
  // A sum with its own complement in it is a multiple of 0xffff.
  EXPECT_EQ(SumByBytes(bytes.substr(0, 20)), 0u);
  EXPECT_EQ(SumByBytes(bytes.substr(12, 8) + "\0\x11\0\x0d"s + bytes.substr(20)), 0u);
}

TEST(DhcpFrame, WhatIsReadBack) {
  const std::string bytes = Packet();
  const auto packet = ParseUdpPacket(bytes, false);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->from, 0x0a000001u);
  EXPECT_EQ(packet->to, 0x0a000002u);
  EXPECT_EQ(packet->from_port, 67);
  EXPECT_EQ(packet->to_port, 68);
  EXPECT_EQ(packet->payload, "hello");
}

// Changes one byte of a packet and, where asked, mends the header's checksum.
std::string Changed(size_t at, uint8_t value, bool mend) {
  std::string bytes = Packet();
  bytes[at] = static_cast<char>(value);
  if (!mend) return bytes;
  bytes[10] = bytes[11] = 0;
  const uint32_t sum = 0xffff - SumByBytes(bytes.substr(0, 20));
  bytes[10] = static_cast<char>(sum >> 8);
  bytes[11] = static_cast<char>(sum);
  return bytes;
}

TEST(DhcpFrame, Refused) {
  const struct {
    const char* name;
    std::string bytes, expected;
  } kCases[] = {
      {"nothing", "", "no"},
      {"half a header", Packet().substr(0, 19), "no"},
      {"one byte lacks", Packet().substr(0, 32), "no"},
      {"the link's padding", Packet() + std::string(18, '\0'), "hello"},
      {"mended, as it was", Changed(0, 0x45, true), "hello"},
      {"version 6", Changed(0, 0x65, true), "no"},
      {"a header of 4 words", Changed(0, 0x44, true), "no"},
      {"a header beyond the packet", Changed(0, 0x4f, true), "no"},
      {"a total below the header", Changed(3, 19, true), "no"},
      {"a total without UDP's header", Changed(3, 27, true), "no"},
      {"a total beyond the bytes", Changed(3, 34, true), "no"},
      {"header checksum", Changed(8, 63, false), "no"},
      {"time to live is free", Changed(8, 63, true), "hello"},
      {"more fragments", Changed(6, 0x20, true), "no"},
      {"a later fragment", Changed(7, 1, true), "no"},
      {"TCP", Changed(9, 6, true), "no"},
      {"UDP longer than the packet", Changed(25, 14, true), "no"},
      {"UDP shorter than its header", Changed(25, 7, true), "no"},
      {"a byte of the payload", Changed(28, 'j', true), "no"},
      {"another sender", Changed(15, 9, true), "no"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Show(c.bytes), c.expected) << c.name;
}

TEST(DhcpFrame, TheChecksumMayBeMissingOrPending) {
  std::string none = Packet();
  none[26] = none[27] = 0;
  EXPECT_EQ(Show(none), "hello");
  // What a virtual link carries: the sum of the pseudo header alone.
  std::string pending = Packet();
  pending[26] = 0x14;
  pending[27] = 0x21;
  EXPECT_EQ(Show(pending), "no");
  EXPECT_EQ(Show(pending, true), "hello");
  // The header's own is always there.
  pending[8] = 1;
  EXPECT_EQ(Show(pending, true), "no");
}

TEST(DhcpFrame, AnIpHeaderWithOptions) {
  std::string bytes = Packet();
  bytes.insert(20, "\1\1\1\0"s);
  bytes[0] = 0x46;
  bytes[3] = 0x25;
  bytes[10] = bytes[11] = 0;
  const uint32_t sum = 0xffff - SumByBytes(bytes.substr(0, 24));
  bytes[10] = static_cast<char>(sum >> 8);
  bytes[11] = static_cast<char>(sum);
  EXPECT_EQ(Show(bytes), "hello");
}

TEST(DhcpFrame, EverySizeOfPayloadComesBack) {
  std::string payload;
  for (int size = 0; size < 600; ++size) {
    ASSERT_EQ(Show(Packet(payload)), payload) << size;
    payload += static_cast<char>(size * 7);
  }
}

HardwareAddress Mac(uint8_t last) {
  HardwareAddress hardware;
  hardware.bytes = {2, 0, 0, 0, 0, last};
  return hardware;
}

TEST(DhcpFrame, ArpByteForByte) {
  EXPECT_EQ(
      BuildArpPacket(ArpProbe(Mac(9), 0x0a000005)),
      "\0\1\x08\0\6\4\0\1"s + "\2\0\0\0\0\x09"s + "\0\0\0\0"s + "\0\0\0\0\0\0"s + "\x0a\0\0\5"s);
  EXPECT_EQ(
      BuildArpPacket(ArpAnnouncement(Mac(9), 0x0a000005)),
      "\0\1\x08\0\6\4\0\1"s + "\2\0\0\0\0\x09"s + "\x0a\0\0\5"s + "\0\0\0\0\0\0"s + "\x0a\0\0\5"s);
}

TEST(DhcpFrame, ArpConflicts) {
  const uint32_t ours = 0x0a000005;
  ArpPacket reply = ArpAnnouncement(Mac(8), ours);
  reply.is_reply = true;
  ArpPacket query = ArpProbe(Mac(8), ours);
  query.sender_address = 0x0a000006;  // somebody wants to talk to us
  ArpPacket empty_reply = ArpProbe(Mac(8), ours);
  empty_reply.is_reply = true;
  const struct {
    const char* name;
    ArpPacket packet;
    bool expected;
  } kCases[] = {
      {"a reply from another", reply, true},
      {"another announces it", ArpAnnouncement(Mac(8), ours), true},
      {"another probes for it", ArpProbe(Mac(8), ours), true},
      {"our own probe comes back", ArpProbe(Mac(9), ours), false},
      {"our own announcement", ArpAnnouncement(Mac(9), ours), false},
      {"asked for by one with another address", query, false},
      {"another address", ArpAnnouncement(Mac(8), ours + 1), false},
      {"a probe for another address", ArpProbe(Mac(8), ours + 1), false},
      {"a reply that says nothing", empty_reply, false},
  };
  for (const auto& c : kCases) {
    const auto packet = ParseArpPacket(BuildArpPacket(c.packet));
    ASSERT_TRUE(packet) << c.name;
    EXPECT_EQ(IsArpConflict(*packet, Mac(9), ours), c.expected) << c.name;
  }
}

TEST(DhcpFrame, ArpThatIsNone) {
  const std::string good = BuildArpPacket(ArpProbe(Mac(9), 1)) + std::string(18, '\0');
  ASSERT_TRUE(ParseArpPacket(good));
  for (size_t size = 0; size < 28; ++size) EXPECT_FALSE(ParseArpPacket(good.substr(0, size)));
  for (const auto& [at, value] : {std::pair{2, 0x86}, {0, 1}, {4, 17}, {4, 16}, {5, 6}, {7, 3}}) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(value);
    EXPECT_FALSE(ParseArpPacket(bytes)) << at;
  }
}

}  // namespace
}  // namespace keelson
