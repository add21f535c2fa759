#include "core/services.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

std::string Aliases(ColumnReader aliases) {
  std::string shown;
  for (std::string_view word; aliases.Next(&word);) shown += " " + std::string(word);
  return shown;
}

// Every expectation in this file is what getent shows of a file of this one line; "": nothing.
TEST(Services, LinesAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"ssh 22/tcp", "ssh 22/tcp"},
      {"ssh 22/tcp\r", "ssh 22/tcp"},
      {"ssh\t22/tcp\ta1\ta2 # c", "ssh 22/tcp a1 a2"},
      {"ssh 22/tcp a#b", "ssh 22/tcp a"},
      {"ssh 22/tcp#x", "ssh 22/tcp"},
      {"ssh 22/#x", "ssh 22/"},
      {"ss#h 22/tcp", ""},
      {"  ssh 22/tcp", "ssh 22/tcp"},
      {"ssh\v22/tcp\fa\rb", "ssh 22/tcp a b"},
      {"ssh 22", "ssh 22/"},
      {"ssh 22#c", "ssh 22/"},
      {"ssh 22 ", ""},
      {"ssh 22\r", ""},
      {"ssh 22 a", ""},
      {"ssh 22/", "ssh 22/"},
      {"ssh 22/ tcp", "ssh 22/ tcp"},
      {"ssh 22 /tcp", ""},
      {"ssh /tcp", ""},
      {"ssh tcp/22", ""},
      {"ssh 0x16/tcp", "ssh 22/tcp"},
      {"ssh 0X16/tcp", "ssh 22/tcp"},
      {"ssh 022/tcp", "ssh 18/tcp"},
      {"ssh 08/tcp", ""},
      {"ssh 0x/tcp", ""},
      {"ssh +22/tcp", "ssh 22/tcp"},
      {"ssh -22/tcp", ""},
      {"ssh -0/tcp", "ssh 0/tcp"},
      {"ssh 65535/tcp", "ssh 65535/tcp"},
      {"ssh 65536/tcp", "ssh 0/tcp"},
      {"ssh 65558/tcp", "ssh 22/tcp"},
      {"ssh 4294967295/tcp", "ssh 65535/tcp"},
      {"ssh 4294967296/tcp", ""},
      {"ssh 99999999999999999999/tcp", ""},
      {"ssh 22//tcp", "ssh 22/tcp"},
      {"ssh 22///tcp", "ssh 22/tcp"},
      {"ssh 22/tcp/x a", "ssh 22/tcp/x a"},
      {"ssh 22x/tcp", ""},
      {"ssh", ""},
      {"22/tcp", ""},
      {"#ssh 22/tcp", ""},
      {"+ssh 22/tcp", "+ssh 22/tcp"},
      {"ssh:22/tcp", ""},
      {"ssh 22/tcp ssh ssh a a", "ssh 22/tcp ssh ssh a a"},
      {"", ""},
  };
  for (const auto& c : kCases) {
    ServiceEntry e;
    const std::string shown = !ParseService(c.input, &e)
                                  ? ""
                                  : std::string(e.name) + " " + std::to_string(e.port) + "/" +
                                        std::string(e.protocol) + Aliases(e.aliases);
    EXPECT_EQ(shown, c.expected) << c.input;
  }
}

TEST(Services, NumberedLinesAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"tcp 6 TCP", "tcp 6 TCP"},
      {"tcp 6", "tcp 6"},
      {"tcp 6 ", "tcp 6"},
      {"tcp 6\r", "tcp 6"},
      {"tcp 6 a  b c\r", "tcp 6 a b c"},
      {"tcp", ""},
      {"tcp 6#c", "tcp 6"},
      {"tcp 6x TCP", ""},
      {"tcp x 6", ""},
      {"tcp -1 TCP", ""},
      {"tcp -0 T", "tcp 0 T"},
      {"tcp +6 TCP", "tcp 6 TCP"},
      {"tcp 0x6 TCP", ""},
      {"tcp 06 A", "tcp 6 A"},
      {"tcp 256 TCP", "tcp 256 TCP"},
      {"tcp 4294967295 T", "tcp -1 T"},
      {"tcp 2147483648 T", "tcp -2147483648 T"},
      {"tcp 4294967296 T", ""},
      {"+t 6 T", "+t 6 T"},
      {" tcp 6", "tcp 6"},
      {"", ""},
  };
  for (const auto& c : kCases) {
    NumberedEntry e;
    const std::string shown = !ParseNumbered(c.input, &e)
                                  ? ""
                                  : std::string(e.name) + " " +
                                        std::to_string(static_cast<int32_t>(e.number)) +
                                        Aliases(e.aliases);
    EXPECT_EQ(shown, c.expected) << c.input;
  }
}

TEST(Services, NetworksAsLibcReadsThem) {
  const std::string kWrong = "255.255.255.255";
  const struct {
    std::string input, expected;  // of "loop INPUT"
  } kCases[] = {
      {"127", "127.0.0.0"},
      {"127.0", "127.0.0.0"},
      {"127.0.0.0", "127.0.0.0"},
      {"127.1", "127.1.0.0"},
      {"192.168 a b", "192.168.0.0 a b"},
      {"1.2.3 .4", "1.2.3.0 .4"},
      {"1.2.3.4", "1.2.3.4"},
      {"0", "0.0.0.0"},
      {"0\t", "0.0.0.0"},
      {"0x7f", "127.0.0.0"},
      {"0X7F", "127.0.0.0"},
      {"0x7f.0x1", "127.1.0.0"},
      {"1.2.0x3", "1.2.3.0"},
      {"0177", "127.0.0.0"},
      {"0377", "255.0.0.0"},
      {"0000000001", "1.0.0.0"},
      {"0x0000ff", "255.0.0.0"},
      {"127 # c", "127.0.0.0"},
      {"127#c", "127.0.0.0"},
      {"127\r", "127.0.0.0"},
      {"127 a#b", "127.0.0.0 a"},
      {"127.0.0.0.0", kWrong},
      {"127.", kWrong},
      {".1", kWrong},
      {"1..2", kWrong},
      {"1.2.3.4.", kWrong},
      {"1.2.3.4x", kWrong},
      {"256", kWrong},
      {"300.1", kWrong},
      {"1.256", kWrong},
      {"0400", kWrong},
      {"0x100", kWrong},
      {"08", kWrong},
      {"0x", kWrong},
      {"0xg b", kWrong + " b"},
      {"00x1", kWrong},
      {"65536", kWrong},
      {"4294967295", kWrong},
      {"-1", kWrong},
      {"+1", kWrong},
      {"127/8", kWrong},
      {"127.*", kWrong},
      {"x", kWrong},
      {"", kWrong},
      {"fe80::1", kWrong},
  };
  for (const auto& c : kCases) {
    NetworkEntry e;
    const std::string line = "loop " + c.input;
    ASSERT_TRUE(ParseNetwork(line, &e)) << c.input;
    EXPECT_EQ(e.name, "loop");
    EXPECT_EQ(FormatIpAddress(IpV4(e.network)) + Aliases(e.aliases), c.expected) << c.input;
  }
  NetworkEntry e;
  EXPECT_FALSE(ParseNetwork(" # loop 127", &e));
}

TEST(Services, HostsAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"127.0.0.1 localhost lo l2", "127.0.0.1 localhost lo l2"},
      {"127.0.0.1", "127.0.0.1 "},
      {"127.0.0.1 #c", "127.0.0.1 "},
      {"127.0.0.1#c h", "127.0.0.1 "},
      {"127.0.0.1 h#c", "127.0.0.1 h"},
      {" 127.0.0.1\th a\r", "127.0.0.1 h a"},
      {"::1 ip6 a", "::1 ip6 a"},
      {"::ffff:1.2.3.4 m", "::ffff:1.2.3.4 m"},
      {"2001:DB8::0:1 h", "2001:db8::1 h"},
      {"1.2.3.4 a_b -x x..y H.Example.", "1.2.3.4 a_b -x x..y H.Example."},
      {"fe80::1%lo z", ""},
      {"fe80::1%1 z", ""},
      {"1.2.3 h", ""},
      {"1 h", ""},
      {"0x7f.1 h", ""},
      {"010.0.0.1 h", ""},
      {"01.2.3.4 h", ""},
      {"256.1.1.1 h", ""},
      {"1.2.3.4.5 h", ""},
      {"x h", ""},
      {"#127.0.0.1 h", ""},
      {"", ""},
  };
  for (const auto& c : kCases) {
    HostEntry e;
    const std::string shown =
        !ParseHost(c.input, &e)
            ? ""
            : FormatIpAddress(e.address) + " " + std::string(e.name) + Aliases(e.aliases);
    EXPECT_EQ(shown, c.expected) << c.input;
  }
}

}  // namespace
}  // namespace keelson
