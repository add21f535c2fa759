#include "core/wrapped_lines.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

// "[text]LINE:COLUMN of its first byte" of each line.
std::string Lines(std::string_view bytes) {
  WrappedLineReader reader(bytes);
  WrappedLine line;
  std::string all;
  while (reader.Next(&line)) {
    const Position at = line.At(0);
    all +=
        "[" + line.text() + "]" + std::to_string(at.line) + ":" + std::to_string(at.column) + " ";
  }
  return all;
}

TEST(WrappedLines, JoinsAndCutsAsIfupdownDoes) {
  const struct {
    std::string_view bytes;
    std::string expected;
  } kCases[] = {
      {"", ""},
      {"a\n\n  b \t\r\n", "[a]1:1 []2:1 [b]3:3 "},
      {"a", "[a]1:1 "},
      {"# a\n  # b \\\nc\n", "[c]3:1 "},
      {"a\\\n b\nc\n", "[a b]1:1 [c]3:1 "},
      {"a \\\n# b\\\n\\\nc\n", "[a # bc]1:1 "},
      {"a\\ \nb\n", "[a\\]1:1 [b]2:1 "},
      {"a\\\r\nb\n", "[a\\]1:1 [b]2:1 "},
      {"a\\\\\nb\n", "[a\\b]1:1 "},
      {"a\\", "[a]1:1 "},
      {"a\\\\", "[a]1:1 "},
      {"\\\n a\n", "[ a]2:1 "},
      {std::string_view("a\0b\nc\n", 6), "[a]1:1 [c]2:1 "},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lines(c.bytes), c.expected) << c.bytes;
}

TEST(WrappedLines, WordsKnowTheirPlaces) {
  WrappedLineReader reader("\n  iface eth0\\\n inet \\\n\\\nsta\\\ntic  \n");
  WrappedLine line;
  ASSERT_TRUE(reader.Next(&line));
  ASSERT_TRUE(reader.Next(&line));
  std::string all;
  WrappedWords words(line.text());
  WrappedWords::Word word;
  while (words.Next(&word)) {
    const Position at = line.At(word.offset);
    all += std::string(word.text) + "@" + std::to_string(at.line) + ":" +
           std::to_string(at.column) + " ";
  }
  EXPECT_EQ(all, "iface@2:3 eth0@2:9 inet@3:2 static@5:1 ");
  EXPECT_EQ(words.rest(), "");
  EXPECT_FALSE(reader.Next(&line));
}

}  // namespace
}  // namespace keelson
