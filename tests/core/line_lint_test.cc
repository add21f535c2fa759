#include "core/line_lint.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

TEST(LineLint, Bytes) {
  const struct {
    std::string bytes;
    bool tabs;
    std::string expected;
  } kCases[] = {
      {"plain\n", false, ""},
      {"\n", false, ""},
      {"no end", false, "f:1:1: the last line has no end\n"},
      {"a\tb\n", true, ""},
      {"a\tb\n", false, "f:1:2: control character \\x09\n"},
      {"a\tb\x01 c\x02\n", true, "f:1:4: control character \\x01\n"},
      {"a\r\n", true, "f:1:2: the line ends with CR\n"},
      {"a\rb\n", true, "f:1:2: control character \\x0d\n"},
      {"a\0b\n"s, true, "f:1:2: NUL: the rest of the line is not read\n"},
      {"\x7f\n", true, "f:1:1: control character \\x7f\n"},
      {"\xc3\xbc\xc3\n", true, "f:1:3: no UTF-8: \\xc3\n"},
  };
  for (const auto& [bytes, tabs, expected] : kCases) {
    std::string text;
    LineReader lines(bytes);
    Line line;
    ASSERT_TRUE(lines.Next(&line));
    LintText(line, tabs, [&](const ParseError& finding) { text += finding.Text("f") + "\n"; });
    EXPECT_EQ(text, expected) << bytes;
  }
}

}  // namespace
}  // namespace keelson
