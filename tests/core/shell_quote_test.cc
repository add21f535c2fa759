#include "core/shell_quote.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace keelson {
namespace {

TEST(ShellQuote, Forms) {
  EXPECT_EQ(ShellQuoted(""), "''");
  EXPECT_EQ(ShellQuoted("a b"), "'a b'");
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
}

TEST(ShellQuote, AShellGivesAllBytesBack) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  for (const std::string& text :
       {all, std::string("-n"), std::string("'"), std::string("''"), std::string("\\'"),
        std::string("$(id)`id`$HOME;\"*"), std::string("line\n"), std::string("\n#x\n")}) {
    std::FILE* shell = popen(("printf %s " + ShellQuoted(text)).c_str(), "r");
    ASSERT_NE(shell, nullptr);
    std::string got(text.size() + 1, '\0');
    got.resize(std::fread(got.data(), 1, got.size(), shell));
    EXPECT_EQ(pclose(shell), 0);
    EXPECT_EQ(got, text);
  }
}

}  // namespace
}  // namespace keelson
