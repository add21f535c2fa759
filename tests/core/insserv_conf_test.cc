#include "core/insserv_conf.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Expanded(std::string_view conf, std::string_view name, bool* is_loop) {
  LsbFacilities facilities;
  ReadInsservConf(conf, &facilities);
  std::string words;
  for (const std::string& member : ExpandLsbFacility(facilities, name, is_loop)) {
    words += member + " ";
  }
  return words;
}

TEST(InsservConf, FacilitiesAndTheirMembers) {
  const struct {
    std::string conf, expected;
    bool is_loop = false;
  } kCases[] = {
      {"", ""},
      {"#$a x\n$a\t+b c\n", "+b c "},
      {"$a = b, c;d\n$a: e\n$a b\n", "b c d e "},
      {"$a b\tc\n", "b "},
      {" $a b\n$ab c\n$a\n$a.x b\n", ""},
      {"$a $b x\n$b +y $c x\n$c z\n$d w\n", "x +y z "},
      {"$a $none +x\n", "+x "},
      {"$a b $c\n$c $a d\n", "b d ", true},
      {"$a $a\n", "", true},
  };
  for (const auto& c : kCases) {
    bool is_loop = !c.is_loop;
    EXPECT_EQ(Expanded(c.conf, "$a", &is_loop), c.expected) << c.conf;
    EXPECT_EQ(is_loop, c.is_loop) << c.conf;
  }
}

TEST(InsservConf, Interactive) {
  LsbFacilities facilities;
  ReadInsservConf("<interactive> a b\n<interactive>\tc\n<other> d\n<interactive e\n", &facilities);
  EXPECT_EQ(facilities.interactive, (std::set<std::string, std::less<>>{"a", "b", "c"}));
  EXPECT_TRUE(facilities.members.empty());
}

}  // namespace
}  // namespace keelson
