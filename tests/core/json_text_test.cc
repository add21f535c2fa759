#include "core/json_text.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(JsonText, Cases) {
  struct Case {
    const char* name;
    std::string_view text;
    const char* json;
  };
  const Case cases[] = {
      {"empty", "", "\"\""},
      {"plain", "/a b", "\"/a b\""},
      {"quote and backslash", "a\"b\\c", "\"a\\\"b\\\\c\""},
      {"control characters", std::string_view("\n\t\0\x7f", 4), "\"\\u000a\\u0009\\u0000\\u007f\""},
      {"UTF-8", "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80", "\"\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80\""},
      {"C1", "\xc2\x80\xc2\x9f\xc2\xa0", "\"\\u0080\\u009f\xc2\xa0\""},
      {"a byte that is not",
       "a\xff"
       "b\n",
       "\"hex:61ff620a\""},
      {"cut off", "\xe4\xb8", "\"hex:e4b8\""},
      {"overlong", "\xc0\xaf", "\"hex:c0af\""},
      {"a surrogate", "\xed\xb2\x80", "\"hex:edb280\""},
      {"what looks like that", "hex:00", "\"hex:6865783a3030\""},
  };
  for (const Case& c : cases) EXPECT_EQ(JsonQuoted(c.text), c.json) << c.name;
}

}  // namespace
}  // namespace keelson
