#include "core/dns_name.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

TEST(DnsName, WhichAreFit) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  const struct {
    std::string name;
    bool expected;
  } kCases[] = {
      {"a", true},
      {"host", true},
      {"a.b.example", true},
      {"_sip._tcp.x", true},
      {"xn--bcher-kva", true},
      {"3com.example", true},
      {"a-b", true},
      {label, true},
      {longest, true},
      {"", false},
      {".", false},
      {"a.", false},
      {".a", false},
      {"a..b", false},
      {"-rf", false},
      {"a-", false},
      {"a.-b", false},
      {label + "a", false},
      {longest + "a", false},
      {"a b", false},
      {"a;b", false},
      {"$(id)", false},
      {"a\n", false},
      {"a\0"s, false},
      {"b\xc3\xbc", false},
      {"a/b", false},
      {"a'", false},
  };
  for (const auto& c : kCases) EXPECT_EQ(IsDnsName(c.name), c.expected) << c.name;
}

std::string Show(const std::string& bytes, size_t limit = 32) {
  const auto result = ReadDnsNames(bytes, limit);
  if (!result) return "malformed";
  std::string shown;
  for (const std::string& name : result->names) shown += name + " ";
  if (result->dropped > 0) shown += "-" + std::to_string(result->dropped);
  return shown;
}

TEST(DnsName, NamesInPackets) {
  const std::string label = "\x3f"s + std::string(63, 'a');
  const std::string rest = "\x3d"s + std::string(61, 'a');
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"none", "", ""},
      {"the example of RFC 3397", "\3eng\5apple\3com\0\11marketing\xc0\4"s,
       "eng.apple.com marketing.apple.com "},
      {"a pointer to a pointer", "\1a\0\1b\xc0\0\1c\xc0\3"s, "a b.a c.b.a "},
      {"a pointer alone", "\1a\0\xc0\0"s, "a a "},
      {"the root", "\0"s, "-1"},
      {"a pointer to the root", "\0\xc0\0"s, "-2"},
      {"to itself", "\xc0\0"s, "malformed"},
      {"to its own name", "\1a\xc0\0"s, "malformed"},
      {"forward", "\xc0\2\1a\0"s, "malformed"},
      {"into the middle of a piece that it ends", "\1a\1b\xc0\2"s, "malformed"},
      {"two that lead to each other", "\1a\xc0\4\1b\xc0\0"s, "malformed"},
      {"half a pointer", "\1a\xc0"s, "malformed"},
      {"beyond the end", "\1a\xff\xff"s, "malformed"},
      {"a label beyond the end", "\5abc"s, "malformed"},
      {"no end", "\1a"s, "malformed"},
      {"the other two kinds of labels",
       "\x41"
       "a\0"s,
       "malformed"},
      {"a byte that no name has", "\3a;b\3com\0\1x\0"s, "x -1"},
      {"a dot in a label", "\3a.b\0"s, "-1"},
      {"NUL in a label", "\3a\0b\0"s, "-1"},
      {"253 bytes", label + label + label + rest + "\0"s,
       std::string(63, 'a') + "." + std::string(63, 'a') + "." + std::string(63, 'a') + "." +
           std::string(61, 'a') + " "},
      {"254 bytes", label + label + label + "\x3e"s + std::string(62, 'a') + "\0"s, "malformed"},
      {"above the limit", "\1a\0\1b\0\1c\0"s, "a b -1"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Show(c.input, c.name == std::string_view("above the limit") ? 2 : 32), c.expected)
        << c.name;
  }
}

}  // namespace
}  // namespace keelson
