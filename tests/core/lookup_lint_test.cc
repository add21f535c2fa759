#include "core/lookup_lint.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

std::string Findings(void (*lint)(std::string_view, const LintSink&), const std::string& bytes) {
  std::string text;
  lint(bytes, [&](const ParseError& finding) { text += finding.Text("f") + "\n"; });
  return text;
}

TEST(LookupLint, Services) {
  const struct {
    std::string bytes, expected;
  } kCases[] = {
      {"ssh 22/tcp a # c\n# c\n\nssh 22/udp\n", ""},
      {"ssh 22/tcp\nssh 23/tcp\n", "f:2:1: service ssh/tcp is there already, in line 1\n"},
      {"ssh\n", "f:1:1: no NAME PORT/PROTOCOL: the line is ignored\n"},
      {"x 70000/udp\n", "f:1:3: port 70000 is read as 4464\n"},
      {"y 022/tcp\n", "f:1:3: port '022' is 18 to glibc, and may be another number elsewhere\n"},
      {"w 5\n", "f:1:3: a port without a protocol\n"},
  };
  for (const auto& [bytes, expected] : kCases) {
    EXPECT_EQ(Findings(LintServices, bytes), expected) << bytes;
  }
}

TEST(LookupLint, Hosts) {
  const struct {
    std::string bytes, expected;
  } kCases[] = {
      {"127.0.0.1 localhost a\n::1\tlocalhost\n10.0.0.1 a#b\n", ""},
      {"10.0.0 a\n", "f:1:1: '10.0.0' is no address: the line is ignored\n"},
      {" fe80::1%lo a\n", "f:1:2: 'fe80::1%lo' is no address: the line is ignored\n"},
      {"10.0.0.1 # a\n", "f:1:1: 10.0.0.1 has no name\n"},
  };
  for (const auto& [bytes, expected] : kCases) {
    EXPECT_EQ(Findings(LintHosts, bytes), expected) << bytes;
  }
}

TEST(LookupLint, Netgroup) {
  const struct {
    std::string bytes, expected;
  } kCases[] = {
      {"a (h,u,d) b \\\n c\nb (,,)\nc b\n", ""},
      {"a (h,u\n",
       "f:1:1: netgroup 'a': a triple is not (HOST,USER,DOMAIN), and nothing behind it is read\n"},
      {"a\na\n", "f:2:1: netgroup 'a' is there already: only the first one counts\n"},
      {"a b b\n", "f:1:1: netgroup 'a': there is no netgroup 'b'\n"},
      {"a a\n", "f:1:1: netgroup 'a' has itself as a member: a > a\n"},
      {"a b\nb c\nc b\n", "f:2:1: netgroup 'b' has itself as a member: b > c > b\n"},
  };
  for (const auto& [bytes, expected] : kCases) {
    EXPECT_EQ(Findings(LintNetgroup, bytes), expected) << bytes;
  }
}

// A long chain that closes is one finding of bounded length.
TEST(LookupLint, ALongCircle) {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) {
    bytes += "n" + std::to_string(i) + " n" + std::to_string((i + 1) % 20'000) + "\n";
  }
  const std::string text = Findings(LintNetgroup, bytes);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_LT(text.size(), 1000u);
  EXPECT_NE(text.find("> ... > n19999 > n0\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace keelson
