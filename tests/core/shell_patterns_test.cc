#include "core/shell_patterns.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(ShellPatterns, WordsWithoutAShell) {
  const struct {
    std::string_view text;
    std::string expected;  // each pattern and a blank, or "at N"
  } kCases[] = {
      {"", ""},
      {"  ", ""},
      {"interfaces.d/*", "interfaces.d/* "},
      {" a  b[0-9]\tc?", "a b[0-9] c? "},
      {"'a b'c\"*\"d", "a bc\\*d "},
      {"a\\ b\\*", "a b\\* "},
      {"\"a\\\\b\\c\"", "a\\\\b\\\\c "},
      {"'a\\b'", "a\\\\b "},
      {"'$HOME' a~", "$HOME a~ "},
      {"''", " "},
      {"a\\", "a\\\\ "},
      {"x $HOME/a", "at 2"},
      {"\"$(id)\"", "at 1"},
      {"a`id`", "at 1"},
      {"~/a", "at 0"},
      {"a{b,c}", "at 1"},
      {"a;reboot", "at 1"},
      {"a 'b", "at 2"},
      {"a \"b\\\"", "at 2"},
  };
  for (const auto& c : kCases) {
    std::vector<std::string> patterns;
    size_t fault = 0;
    std::string found;
    if (SplitShellPatterns(c.text, &patterns, &fault)) {
      for (const std::string& pattern : patterns) found += pattern + " ";
    } else {
      found = "at " + std::to_string(fault);
    }
    EXPECT_EQ(found, c.expected) << c.text;
  }
  EXPECT_EQ(AsShellPattern("/a[1]/b*\\c d"), "/a\\[1\\]/b\\*\\\\c d");
}

}  // namespace
}  // namespace keelson
