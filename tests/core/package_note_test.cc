#include "core/package_note.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(PackageNote, Table) {
  using namespace std::string_literals;
  const struct {
    std::string input, expected;  // "key=value;" of each, or "PLACE: what"
  } kCases[] = {
      {"{}", ""},
      {" { } \n", ""},
      {R"({"type":"deb","os":"debian","name":"fsverity-utils","version":"1.3-1"})",
       "type=deb;os=debian;name=fsverity-utils;version=1.3-1;"},
      {"{\"a\" : 1 ,\n\"b\":-0.5e+3, \"c\":true,\"d\":null}\0\0\0"s,
       "a=1;b=-0.5e+3;c=true;d=null;"},
      {R"({"\"\\\/\b\f\n\r\t":"\u0041\u00e9\u20ac\ud83d\ude00"})",
       "\"\\/\b\f\n\r\t=A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80;"},
      {"", "0: a JSON object goes here"},
      {"[]", "0: a JSON object goes here"},
      {"{", "1: a string goes here"},
      {"{\"a\"", "4: ':' is missing"},
      {"{\"a\":\"b\\u0000\"}", "13: a text has no NUL"},
      {"{\"a\":", "5: a string, number, true, false or null goes here"},
      {"{\"a\":1", "6: ',' or '}' goes here"},
      {"{\"a\":1,}", "7: a string goes here"},
      {"{\"a\":1 \"b\":2}", "7: ',' or '}' goes here"},
      {"{\"a\":1}x", "7: there is something behind the object"},
      {"{\"a\":1}\0x"s, "7: there is something behind the object"},
      {"{a:1}", "1: a string goes here"},
      {"{\"a\":[]}", "5: a string, number, true, false or null goes here"},
      {"{\"a\":{}}", "5: a string, number, true, false or null goes here"},
      {"{\"a\":01}", "5: a string, number, true, false or null goes here"},
      {"{\"a\":1.}", "5: a string, number, true, false or null goes here"},
      {"{\"a\":nul}", "5: a string, number, true, false or null goes here"},
      {"{\"a\":truex}", "9: ',' or '}' goes here"},
      {"{\"a\":\"\n\"}", "6: a string, number, true, false or null goes here"},
      {"{\"a\":\"\\x\"}", "7: a string, number, true, false or null goes here"},
      {"{\"a\":\"\\u00\"}", "10: a string, number, true, false or null goes here"},
      {"{\"a\":\"\\ud800\"}", "12: a string, number, true, false or null goes here"},
      {"{\"a\":\"\\udc00\"}", "12: a string, number, true, false or null goes here"},
      {"{\"a\":\"\\u0000\"}", "12: a text has no NUL"},
      {"{\"a\":\"open", "10: a string, number, true, false or null goes here"},
      {"{\"a\":1,\"a\":2}", "7: a key is there twice"},
  };
  for (const auto& c : kCases) {
    std::vector<std::pair<std::string, std::string>> fields;
    size_t at = 0;
    const std::string fault = ParsePackageNote(c.input, &fields, &at);
    std::string got = fault.empty() ? "" : std::to_string(at) + ": " + fault;
    if (fault.empty()) {
      for (const auto& [key, value] : fields) got += key + "=" + value + ";";
    }
    EXPECT_EQ(got, c.expected) << c.input;
  }
}

TEST(PackageNote, Many) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) {
    text += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
  }
  std::vector<std::pair<std::string, std::string>> fields;
  size_t at = 0;
  EXPECT_EQ(ParsePackageNote(text + "}", &fields, &at), "too many fields");
}

}  // namespace
}  // namespace keelson
