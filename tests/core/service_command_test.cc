#include <gtest/gtest.h>

#include <csignal>

#include "core/service_definition.h"

namespace keelson {
namespace {

TEST(ServiceCommand, Words) {
  struct Row {
    const char* text;
    const char* words;  // each with '|' behind it; or what is wrong
  };
  const Row kRows[] = {
      {"", ""},
      {"  /bin/a  -b\tc ", "/bin/a|-b|c|"},
      {"a 'b c' \"d e\"", "a|b c|d e|"},
      {"a\\ b '\\' \"\\\"\" ''", "a b|\\|\"||"},
      {"x'y'\"z\"", "xyz|"},
      {"\"it's\" 'a\"b' '\\x'y \"\\xy\"z", "it's|a\"b|\\xy|xyz|"},
      {"$HOME * ; >f", "$HOME|*|;|>f|"},
      {"'a", "a quote is open"},
      {"a \"b", "a quote is open"},
      {"'a\\", "a quote is open"},
      {"a\\", "nothing follows the last backslash"},
      {"\"a\\", "nothing follows the last backslash"},
  };
  for (const Row& row : kRows) {
    std::vector<std::string> words;
    const std::optional<std::string> wrong = SplitCommand(row.text, &words);
    std::string shown = wrong.value_or("");
    for (const std::string& word : words) shown += wrong ? "" : word + "|";
    EXPECT_EQ(shown, row.words) << row.text;
  }
}

TEST(ServiceCommand, Signals) {
  for (const char* term : {"TERM", "SIGTERM", "term", "sigterm", "15"}) {
    EXPECT_EQ(ParseSignal(term), SIGTERM) << term;
  }
  EXPECT_EQ(ParseSignal("USR1"), SIGUSR1);
  EXPECT_EQ(ParseSignal("WINCH"), SIGWINCH);
  for (const char* bad : {"", "0", "65", "-1", "SIG", "TERMINATE", "SIGSIGTERM", "1x"}) {
    EXPECT_FALSE(ParseSignal(bad)) << bad;
  }
}

}  // namespace
}  // namespace keelson
