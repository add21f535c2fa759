// Numbers and counted bytes, whole and cut.
#include "core/xdr.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

TEST(Xdr, OpaqueIsPaddedToFour) {
  const struct {
    std::string opaque, bytes;
  } cases[] = {
      {"", "\0\0\0\0"s},         {"a", "\0\0\0\1a\0\0\0"s},         {"abc", "\0\0\0\3abc\0"s},
      {"abcd", "\0\0\0\4abcd"s}, {"abcde", "\0\0\0\5abcde\0\0\0"s},
  };
  for (const auto& c : cases) {
    std::string bytes;
    AppendXdrOpaque(c.opaque, &bytes);
    EXPECT_EQ(bytes, c.bytes);
    XdrReader reader(bytes);
    std::string_view opaque;
    EXPECT_TRUE(reader.Opaque(5, &opaque));
    EXPECT_EQ(opaque, c.opaque);
    EXPECT_EQ(reader.rest(), "");
  }
}

TEST(Xdr, WhatIsCutOrTooLongIsNotTaken) {
  for (const std::string& bytes :
       {""s, "\0\0\0"s, "\0\0\0\1"s, "\0\0\0\1a\0\0"s, "\0\0\0\4abc"s, "\0\0\0\7abcdefg\0"s,
        "\xff\xff\xff\xff"s, "\xff\xff\xff\xfe"s + "abcd"}) {
    XdrReader reader(bytes);
    std::string_view opaque;
    EXPECT_FALSE(reader.Opaque(6, &opaque));
    EXPECT_EQ(reader.rest(), bytes);
  }
  const std::string seven = "\1\2\3\4\5\6\7";
  XdrReader reader(seven);
  uint32_t number = 0;
  EXPECT_TRUE(reader.Number(&number));
  EXPECT_EQ(number, 0x01020304u);
  EXPECT_FALSE(reader.Number(&number));
}

}  // namespace
}  // namespace keelson
