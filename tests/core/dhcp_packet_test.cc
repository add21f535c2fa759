#include "core/dhcp_packet.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

const std::string kCookie = "\x63\x82\x53\x63"s;
const std::string kMac = "\x02\x00\x00\xaa\xbb\xcc"s;

// A reply with these 64, 128 and any bytes of options.
std::string Bytes(std::string server_name, std::string boot_file, const std::string& options) {
  server_name.resize(64, '\0');
  boot_file.resize(128, '\0');
  return "\2\1\6\0"s + "\x12\x34\x56\x78"s + "\0\5\x80\0"s + "\0\0\0\0"s + "\x0a\0\0\5"s +
         "\x0a\0\0\2"s + "\x0a\0\0\3"s + kMac + std::string(10, '\0') + server_name + boot_file +
         kCookie + options;
}

std::string Show(const std::string& bytes) {
  DhcpMessage message;
  if (const auto fault = ParseDhcpMessage(bytes, &message)) {
    EXPECT_EQ(message, DhcpMessage());
    return std::string(*fault);
  }
  std::string shown;
  if (!message.server_name.empty()) shown += "name=" + message.server_name + " ";
  if (!message.boot_file.empty()) shown += "file=" + message.boot_file + " ";
  for (const DhcpOption& option : message.options) {
    shown += std::to_string(option.code) + "[" + option.data + "]";
  }
  return shown;
}

TEST(DhcpPacket, Options) {
  const std::string long_a(255, 'a');
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"nothing", "", "too short"},
      {"one byte too short", Bytes("", "", "").substr(0, 239), "too short"},
      {"no options", Bytes("", "", ""), ""},
      {"BOOTP's cookie", Bytes("", "", "").replace(236, 4, "\0\0\0\0"s), "no magic cookie"},
      {"op 3", Bytes("", "", "").replace(0, 1, "\3"), "neither request nor reply"},
      {"hardware address of 17", Bytes("", "", "").replace(2, 1, "\x11"),
       "a hardware address too long"},
      {"giant", Bytes("", "", std::string(kMaxDhcpMessage, '\0')), "too long"},
      {"padding and an end", Bytes("", "", "\0\0\14\1a\0\377\14\1b"s), "12[a]"},
      {"no end", Bytes("", "", "\14\1a"), "12[a]"},
      {"an empty option", Bytes("", "", "\14\0\377"s), "12[]"},
      {"code without length", Bytes("", "", "\14"), "an option without its length"},
      {"data cut", Bytes("", "", "\14\3ab"), "an option beyond its end"},
      {"length 255 of 0", Bytes("", "", "\14\377"), "an option beyond its end"},
      {"names", Bytes("srv\0x", "pxe.0", "\377"), "name=srv file=pxe.0 "},
      {"a name without NUL", Bytes(std::string(64, 'n'), "", ""),
       "name=" + std::string(64, 'n') + " "},
      {"pieces are joined", Bytes("", "", "\14\1a\17\1x\14\2bc\377"), "12[abc]15[x]"},
      {"more than 255", Bytes("", "", "\14\377" + long_a + "\14\1b\377"), "12[" + long_a + "b]"},
      {"in the boot file", Bytes("srv", "\17\1x\377", "\64\1\1\377"), "name=srv 15[x]"},
      {"in the server name", Bytes("\17\1x\377", "f", "\64\1\2\377"), "file=f 15[x]"},
      {"in both, pieces in the order of RFC 3396",
       Bytes("\14\1c\377", "\14\1b\377", "\64\1\3\14\1a\377"), "12[abc]"},
      {"an overload inside means nothing", Bytes("n", "\64\1\3\377", "\64\1\1\377"), "name=n "},
      {"a broken field behind it", Bytes("", std::string(127, '\0') + "\14", "\64\1\1\377"),
       "an option without its length"},
      {"a broken field that nobody reads", Bytes("", std::string(128, '\14'), "\377"),
       "file=" + std::string(128, '\14') + " "},
      {"overload 0", Bytes("", "", "\64\1\0\377"s), "an option 52 that is not 1, 2 or 3"},
      {"overload 4", Bytes("", "", "\64\1\4\377"), "an option 52 that is not 1, 2 or 3"},
      {"overload of two bytes", Bytes("", "", "\64\2\1\1\377"),
       "an option 52 that is not 1, 2 or 3"},
      {"overload twice", Bytes("", "", "\64\1\1\64\1\1\377"), "an option 52 that is not 1, 2 or 3"},
      {"type of two bytes", Bytes("", "", "\65\2\1\1\377"), "a message type that is not one byte"},
      {"type without data", Bytes("", "", "\65\0\377"s), "a message type that is not one byte"},
      {"server of 3 bytes", Bytes("", "", "\66\3abc\377"),
       "a server identifier that is no address"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Show(c.input), c.expected) << c.name;
}

TEST(DhcpPacket, Fields) {
  DhcpMessage message;
  ASSERT_FALSE(ParseDhcpMessage(Bytes("", "", "\65\1\5\66\4\xc0\0\2\1\377"s), &message));
  EXPECT_TRUE(message.is_reply);
  EXPECT_EQ(message.xid, 0x12345678u);
  EXPECT_EQ(message.seconds, 5);
  EXPECT_TRUE(message.by_broadcast);
  EXPECT_EQ(message.client, 0u);
  EXPECT_EQ(message.your, 0x0a000005u);
  EXPECT_EQ(message.next_server, 0x0a000002u);
  EXPECT_EQ(message.relay, 0x0a000003u);
  EXPECT_EQ(message.hardware.size, 6);
  EXPECT_EQ(message.hardware.bytes[5], 0xcc);
  EXPECT_EQ(message.type(), DhcpType::kAck);
  EXPECT_EQ(message.server(), 0xc0000201u);
}

DhcpIdentity Identity() {
  DhcpIdentity identity;
  identity.hardware.bytes = {2, 0, 0, 0xaa, 0xbb, 0xcc};
  return identity;
}

TEST(DhcpPacket, TheSmallestDiscoverByteForByte) {
  const std::string bytes = BuildDhcpMessage(ComposeDhcp(Identity(), {.xid = 0x12345678}));
  std::string expected = "\1\1\6\0\x12\x34\x56\x78"s + std::string(20, '\0') + kMac;
  expected.resize(236, '\0');
  expected += kCookie + "\65\1\1\71\2\x05\xc0\377"s;
  expected.resize(300, '\0');
  EXPECT_EQ(bytes, expected);
}

// Table 5 of RFC 2131, as codes.
TEST(DhcpPacket, WhichOptionsWhichMessageHas) {
  DhcpIdentity identity = Identity();
  identity.client_id = "\1"s + kMac;
  identity.host_name = "box";
  identity.vendor_class = "keelson";
  identity.parameters = {1, 3};
  identity.lease_seconds = 600;
  identity.by_broadcast = true;
  const struct {
    DhcpQuestion question;
    const char* options;
    bool by_broadcast;
    uint32_t client;
  } kCases[] = {
      {{.type = DhcpType::kDiscover, .requested = 1}, "53 61 50 51 57 60 12 55", true, 0},
      {{.type = DhcpType::kRequest, .requested = 1, .server = 2},
       "53 61 50 54 51 57 60 12 55",
       true,
       0},
      {{.type = DhcpType::kRequest, .client = 7}, "53 61 51 57 60 12 55", false, 7},
      {{.type = DhcpType::kInform, .client = 7}, "53 61 57 60 12 55", false, 7},
      {{.type = DhcpType::kDecline, .requested = 1, .server = 2, .text = "in use"},
       "53 61 50 54 56",
       false,
       0},
      {{.type = DhcpType::kRelease, .client = 7, .server = 2}, "53 61 54", false, 7},
  };
  for (const auto& c : kCases) {
    const DhcpMessage message = ComposeDhcp(identity, c.question);
    std::string codes;
    for (const DhcpOption& option : message.options) {
      codes += (codes.empty() ? "" : " ") + std::to_string(option.code);
    }
    EXPECT_EQ(codes, c.options);
    EXPECT_EQ(message.by_broadcast, c.by_broadcast) << c.options;
    EXPECT_EQ(message.client, c.client) << c.options;
    EXPECT_EQ(message.type(), c.question.type);
    EXPECT_EQ(message.server(), c.question.server);
    DhcpMessage again;
    ASSERT_FALSE(ParseDhcpMessage(BuildDhcpMessage(message), &again));
    EXPECT_EQ(again, message) << c.options;
  }
}

TEST(DhcpPacket, LongOptionsAreCutAndJoined) {
  DhcpMessage message;
  message.options = {{43, std::string(600, 'v')}, {12, ""}, {44, std::string(255, 'w')}};
  const std::string bytes = BuildDhcpMessage(message);
  EXPECT_EQ(bytes.size(), 240 + 600 + 3 * 2 + 2 + 257 + 1u);
  DhcpMessage again;
  ASSERT_FALSE(ParseDhcpMessage(bytes, &again));
  EXPECT_EQ(again, message);
}

TEST(DhcpPacket, EveryBeginningOfAMessageIsTakenOrRefused) {
  const std::string bytes =
      Bytes("\14\1c\377", "\14\1b\377", "\64\1\3\65\1\5\66\4\xc0\0\2\1\14\1a"s);
  ASSERT_EQ(Show(bytes), "53[\5]54[\xc0\0\2\1]12[abc]"s);
  for (size_t size = 0; size < 240; ++size) EXPECT_EQ(Show(bytes.substr(0, size)), "too short");
  // Only between options, and before 52 said otherwise: the fields are names then.
  std::string whole;
  for (size_t size = 240; size < bytes.size(); ++size) {
    DhcpMessage message;
    if (!ParseDhcpMessage(bytes.substr(0, size), &message)) whole += std::to_string(size) + " ";
  }
  EXPECT_EQ(whole, "240 243 246 252 ");
}

}  // namespace
}  // namespace keelson
