#include "core/os_release.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(OsRelease, Values) {
  const struct {
    const char *bytes, *expected;
  } kCases[] = {
      {"ID=debian\n", "debian"},
      {"ID=debian", "debian"},
      {"", ""},
      {"XID=a\nIDX=b\n", ""},
      {"ID=a\nID=b\n", "b"},
      {"ID=\n", ""},
      {"ID\n", ""},
      {"#ID=a\n;ID=b\n", ""},
      {" ID = a b \r\n", "a b"},
      {"ID=\"a b \" \n", "a b "},
      {"ID='a \"b'\n", "a \"b"},
      {"ID=\"a'b\"'c'd\n", "a'bcd"},
      {"ID=\"a\\\"b\\$c\\d\"\n", "a\"b$c\\d"},
      {"ID=a\\ b\\\"\n", "a b\""},
      {"ID='a\\b'\n", "a\\b"},
      {"ID=\"open\nID2=b\"\n", "open"},
      {"ID=a=b\n", "a=b"},
      {"ID=a\\", "a\\"},
      {"ID=$(x)`y`\n", "$(x)`y`"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(OsReleaseValue(test.bytes, "ID"), test.expected) << test.bytes;
  }
}

}  // namespace
}  // namespace keelson
