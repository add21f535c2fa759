#include "core/xml.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

// <name a="1" @LINE:COLUMN 'text' children>
std::string Show(const XmlElement& element) {
  std::string shown = "<" + element.name;
  for (const auto& [name, value] : element.attributes) shown += " " + name + "=" + value;
  shown += "@" + std::to_string(element.at.line) + ":" + std::to_string(element.at.column);
  if (!element.text.empty()) shown += "'" + element.text + "'";
  for (const XmlElement& child : element.children) shown += Show(child);
  return shown + ">";
}

std::string Parse(std::string_view bytes, const XmlLimits& limits = {}) {
  XmlElement root;
  const auto error = ParseXml(bytes, limits, &root);
  return error ? error->Text("F") : Show(root);
}

TEST(Xml, Documents) {
  const struct {
    const char *bytes, *expected;
  } kCases[] = {
      {"<a/>", "<a@1:1>"},
      {"<?xml version=\"1.0\"?>\n<a>\n <b c='1' d=\"&lt;2\">x</b>y\n<b/></a>\n",
       "<a@2:1'\n y\n'<b c=1 d=<2@3:2'x'><b@4:1>>"},
      {"<a>1&amp;2<b/>&#65;&#x42;<![CDATA[<c>&amp;]]><!-- no -->.<?no no?></a>",
       "<a@1:1'1&2AB<c>&amp;.'<b@1:11>>"},
      {"\xef\xbb\xbf<a\xc3\xa9><b/></a\xc3\xa9>", "<a\xc3\xa9@1:4<b@1:9>>"},
      {"<!DOCTYPE plist SYSTEM \"file://localhost/x.dtd\">\n<p:list xmlns:p='u'/>",
       "<p:list xmlns:p=u@2:1>"},
      {"<!DOCTYPE a [<!ELEMENT a ANY> <!-- --> ]><a/>", "<a@1:42>"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "<a@1:44'\xc3\xa9'>"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Parse(c.bytes), c.expected) << c.bytes;
}

TEST(Xml, Errors) {
  const struct {
    const char *bytes, *expected;
  } kCases[] = {
      {"", "F:1:1: XML: no element found"},
      {"<a>\n</b>", "F:2:3: XML: mismatched tag"},
      {"<a>\n  <b></a>", "F:2:8: XML: mismatched tag"},
      {"<a/><b/>", "F:1:5: XML: junk after document element"},
      {"<a b='1' b='2'/>", "F:1:10: XML: duplicate attribute"},
      {"<a>&b;</a>", "F:1:4: XML: undefined entity"},
      {"<!DOCTYPE a SYSTEM 'x'>\n<a>&b;</a>", "F:2:4: the entity 'b' is not known"},
      {"<!DOCTYPE a [\n<!ENTITY b \"c\">]><a>&b;</a>",
       "F:2:12: the entity 'b' is declared: that is not allowed"},
      {"<!DOCTYPE a [\n<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
       "F:2:39: the entity 'b' is declared: that is not allowed"},
      {"<!DOCTYPE a [<!ENTITY % b SYSTEM \"file:///etc/passwd\"> %b;]><a/>",
       "F:1:54: the entity 'b' is declared: that is not allowed"},
      {"<!DOCTYPE a [<!ATTLIST a b CDATA 'long'>]><a/>",
       "F:1:34: attributes of 'a' are declared: that is not allowed"},
      {"<a>\xff</a>", "F:1:4: XML: not well-formed (invalid token)"},
      {"bplist00", "F:1:1: XML: syntax error"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Parse(c.bytes), c.expected) << c.bytes;
}

TEST(Xml, BillionLaughs) {
  std::string bytes = "<!DOCTYPE a [<!ENTITY l0 'lol'>";
  for (int i = 1; i < 10; ++i) {
    bytes += "<!ENTITY l" + std::to_string(i) + " '";
    for (int k = 0; k < 10; ++k) bytes += "&l" + std::to_string(i - 1) + ";";
    bytes += "'>";
  }
  EXPECT_EQ(Parse(bytes + "]><a>&l9;</a>"),
            "F:1:26: the entity 'l0' is declared: that is not allowed");
}

TEST(Xml, Limits) {
  const XmlLimits limits{.bytes = 100, .depth = 3, .elements = 5};
  const struct {
    std::string bytes, expected;
  } kCases[] = {
      {"<a><a><a/></a></a>", "<a@1:1<a@1:4<a@1:7>>>"},
      {"<a><a><a><a/></a></a></a>", "F:1:10: elements are nested deeper than 3"},
      {"<a><a/><a/><a/><a/></a>", "<a@1:1<a@1:4><a@1:8><a@1:12><a@1:16>>"},
      {"<a><a/><a/><a/><a/><a/></a>", "F:1:20: more than 5 elements and attributes"},
      {"<a b='' c='' d=''><a/><a/></a>", "F:1:23: more than 5 elements and attributes"},
      {"<a>" + std::string(100, ' ') + "</a>", "F:1:1: more than 100 bytes"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Parse(c.bytes, limits), c.expected) << c.bytes;
}

// Each place was looked for from the beginning of its line.
TEST(Xml, OneLongLine) {
  std::string bytes = "<a>";
  for (int i = 0; i < 300'000; ++i) bytes += "<b/>";
  XmlElement root;
  ASSERT_FALSE(ParseXml(bytes + "</a>", {}, &root));
  ASSERT_EQ(root.children.size(), 300'000u);
  EXPECT_EQ(root.children.back().at.column, 4u + 4 * 299'999);
}

}  // namespace
}  // namespace keelson
