#include <string>
#include <vector>

#include "core/mds_query.h"
#include "gtest/gtest.h"
#include "tests/core/mds_modules.h"

namespace keelson {
namespace {

TEST(MdsCondition, Texts) {
  const std::string bytes = BuildMds(SmallMdsSchema(), {});
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  // Of CAPABILITY: 0 ModuleID, 1 SSID, 2 Desc, 3 Blob, 4 Type (ServiceNames), 5 Values.
  using Op = MdsOperator;
  const struct {
    const char* text;
    size_t attribute;
    Op op;
    MdsValue value;
  } right[] = {
      {"ModuleID={1}", 0, Op::kEqual, MdsText("{1}")},
      {"ModuleID = {1} ", 0, Op::kEqual, MdsText("{1}")},
      {"SSID!=0x10", 1, Op::kNotEqual, MdsNumbers({16})},
      {"SSID<1", 1, Op::kLess, MdsNumbers({1})},
      {"SSID > 1", 1, Op::kGreater, MdsNumbers({1})},
      {"Desc*=a=b", 2, Op::kContains, MdsText("a=b")},
      {"Desc^=a^=b", 2, Op::kInitial, MdsText("a^=b")},
      {"Desc$=$", 2, Op::kFinal, MdsText("$")},
      {"Desc==b", 2, Op::kEqual, MdsText("=b")},
      {"Desc=hex:2061", 2, Op::kEqual, MdsText(" a")},
      {"Desc=hex:", 2, Op::kEqual, MdsText("")},
      {"Desc~=^a|b$", 2, Op::kMatches, MdsText("^a|b$")},
      {"Desc~=", 2, Op::kMatches, MdsText("")},
      {"Blob~=hex:", 3, Op::kMatches, MdsText("hex:")},
      {"Blob=hex:00ff", 3, Op::kEqual, MdsText(std::string("\0\xff", 2))},
      {"Blob*=base64:AP8=", 3, Op::kContains, MdsText(std::string("\0\xff", 2))},
      {"Type=CSSM_SERVICE_CSP", 4, Op::kEqual, MdsNumbers({2})},
      {"Values*=1,2", 5, Op::kContains, MdsNumbers({1, 2})},
      {"Values=", 5, Op::kEqual, MdsNumbers({})},
  };
  for (const auto& c : right) {
    SCOPED_TRACE(c.text);
    MdsCondition condition;
    EXPECT_EQ(ParseMdsCondition(c.text, *snapshot, 0, &condition), "");
    EXPECT_EQ(condition.attribute, c.attribute);
    EXPECT_EQ(condition.op, c.op);
    EXPECT_EQ(condition.value, c.value);
  }
  const std::string operators = ": one of = != < > *= ^= $= ~= goes behind the attribute";
  const std::string attributes = "; it has ModuleID, SSID, Desc, Blob, Type, Values";
  const struct {
    const char* text;
    std::string wrong;
  } wrong[] = {
      {"", "''" + operators},
      {"SSID", "'SSID'" + operators},
      {"SSID<=1", "'SSID<=1'" + operators},
      {"SSID*1", "'SSID*1'" + operators},
      {"SSID!1", "'SSID!1'" + operators},
      {"=1", "CAPABILITY has no attribute ''" + attributes},
      {"Ssid=1", "CAPABILITY has no attribute 'Ssid'" + attributes},
      {"SSID*=1", "SSID is a UINT32: *= is not for a number"},
      {"SSID~=1", "SSID is a UINT32: ~= is not for a number"},
      {"Values~=1", "Values is a MULTI_UINT32: ~= is not for numbers"},
      {"SSID=", "SSID: a value is missing"},
      {"Desc=", "Desc: a value is missing"},
      {"SSID=1,2", "SSID: '1,2' is not a number of 32 bits"},
      {"Values=1,,2", "Values: a number is missing"},
      {"Type=NOTHING", "Type: 'NOTHING' is neither a number nor one of ServiceNames"},
      {"Blob=00", "Blob: a BLOB begins with hex: or base64:"},
  };
  for (const auto& c : wrong) {
    MdsCondition condition;
    EXPECT_EQ(ParseMdsCondition(c.text, *snapshot, 0, &condition), c.wrong) << c.text;
  }
  MdsCondition condition;
  EXPECT_EQ(ParseMdsCondition("A=1", *snapshot, 9, &condition), "there is no such relation");
}

}  // namespace
}  // namespace keelson
