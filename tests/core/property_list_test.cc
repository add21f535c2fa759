#include "core/property_list.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Show(const Property& value) {
  std::string shown;
  switch (value.kind) {
    case PropertyKind::kDictionary:
      for (size_t i = 0; i < value.keys.size(); ++i) {
        shown += value.keys[i] + "=" + Show(value.items[i]) + ";";
      }
      return "{" + shown + "}";
    case PropertyKind::kArray:
      for (const Property& item : value.items) shown += Show(item) + ",";
      return "[" + shown + "]";
    case PropertyKind::kInteger:
      return std::to_string(value.integer);
    case PropertyKind::kBoolean:
      return value.integer ? "yes" : "no";
    default:
      return std::string(PropertyKindName(value.kind)) + "'" + value.bytes + "'";
  }
}

std::string Parse(const std::string& inside) {
  Property value;
  const auto error = ParsePropertyList(
      inside.starts_with("!") ? inside.substr(1) : "<plist>" + inside + "</plist>", &value);
  return error ? error->Text("F") : Show(value);
}

TEST(PropertyList, Values) {
  const struct {
    const char *input, *expected;
  } kCases[] = {
      {"<dict/>", "{}"},
      {" <array>\n<true/><false> </false></array>\n", "[yes,no,]"},
      {"<dict><key>a &amp; b</key><string> x </string><key/><array/></dict>",
       "{a & b=string' x ';=[];}"},
      {"<string/>", "string''"},
      {"<string>&lt;<![CDATA[<]]>&#233;</string>", "string'<<\xc3\xa9'"},
      {"<integer> 20 </integer>", "20"},
      {"<integer>-1</integer>", "-1"},
      {"<integer>+0x1F</integer>", "31"},
      {"<integer>9223372036854775807</integer>", "9223372036854775807"},
      {"<integer>-9223372036854775808</integer>", "-9223372036854775808"},
      {"<data>\n\tKoZI\n hvdjZAEB</data>", "data'\x2a\x86\x48\x86\xf7\x63\x64\x01\x01'"},
      {"<data/>", "data''"},
      {"<real>1.5</real>", "real'1.5'"},
      {"<date>2001-09-01T00:00:00Z</date>", "date'2001-09-01T00:00:00Z'"},
      {"!<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
       "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>"
       "<!-- here --><key>a</key><!-- and --><string>b</string></dict></plist>",
       "{a=string'b';}"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Parse(c.input), c.expected) << c.input;
}

TEST(PropertyList, Errors) {
  const struct {
    const char *input, *expected;
  } kCases[] = {
      {"!bplist00\xd1", "F:1:1: a binary property list: only XML is read"},
      {"!<dict/>", "F:1:1: <plist> goes here"},
      {"", "F:1:1: <plist> holds one value"},
      {"<true/><true/>", "F:1:1: <plist> holds one value"},
      {"x<true/>", "F:1:1: <plist> holds one value"},
      {"<set/>", "F:1:8: <set> is no value of a property list"},
      {"<dict>\n<string>a</string></dict>", "F:2:1: a <key> goes here"},
      {"<dict>\n <key>a</key></dict>", "F:2:2: the value of 'a' is missing"},
      {"<dict><key>a</key>\n<key>b</key></dict>", "F:2:1: <key> is no value of a property list"},
      {"<dict><key>a</key><true/>\n<key>a</key><true/></dict>", "F:2:1: 'a' is there twice"},
      {"<dict><key>a<b/></key><true/></dict>", "F:1:20: a <key> holds text only"},
      {"<dict>a</dict>", "F:1:8: there is text in <dict>"},
      {"<array>a<true/></array>", "F:1:8: there is text in <array>"},
      {"<true>1</true>", "F:1:8: there is text in <true>"},
      {"<true><a/></true>", "F:1:14: <true> is empty"},
      {"<string>a<b/></string>", "F:1:17: <string> holds text only"},
      {"<integer/>", "F:1:8: this is not an integer of 64 bits"},
      {"<integer>1 2</integer>", "F:1:8: this is not an integer of 64 bits"},
      {"<integer>9223372036854775808</integer>", "F:1:8: this is not an integer of 64 bits"},
      {"<integer>--1</integer>", "F:1:8: this is not an integer of 64 bits"},
      {"<data>KoZ</data>", "F:1:8: this is not base64"},
      {"<data>K*ZI</data>", "F:1:8: this is not base64"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Parse(c.input), c.expected) << c.input;
}

TEST(PropertyList, Find) {
  Property value;
  ASSERT_FALSE(ParsePropertyList("<plist><dict><key>a</key><true/></dict></plist>", &value));
  ASSERT_NE(value.Find("a"), nullptr);
  EXPECT_EQ(value.Find("a")->kind, PropertyKind::kBoolean);
  EXPECT_EQ(value.Find("b"), nullptr);
}

TEST(PropertyList, Deep) {
  std::string deep, end;
  for (int i = 0; i < 100'000; ++i) {
    deep += "<array>";
    end += "</array>";
  }
  EXPECT_EQ(Parse(deep + end), "F:1:449: elements are nested deeper than 64");
}

}  // namespace
}  // namespace keelson
