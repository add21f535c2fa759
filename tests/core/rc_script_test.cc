#include "core/rc_script.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::string Show(const RcScript& script) {
  std::string shown;
  for (const auto& [name, words] :
       {std::pair{'P', &script.provide}, std::pair{'R', &script.require},
        std::pair{'B', &script.before}, std::pair{'K', &script.keywords}}) {
    for (const std::string& word : *words) shown += std::string(1, name) + word + " ";
  }
  return shown;
}

// As FreeBSD's rcorder took each.
TEST(RcScript, HeadersAsRcorderReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"", ""},
      {"#!/bin/sh\n#\n\n# PROVIDE: a b\n# REQUIRE: c\n# BEFORE:\td\n# KEYWORD: e\n",
       "Pa Pb Rc Bd Ke "},
      {"# PROVIDES: a\n# REQUIRES: b\n# KEYWORDS: c", "Pa Rb Kc "},
      {"# BEFORES: a\n", ""},
      {"# PROVIDE: a\n#\n# REQUIRE: b\n", "Pa "},
      {"# REQUIRE: a\n# REQUIRE: b a\n", "Ra Rb Ra "},
      {"# REQUIRE: a\\\n b\n# PROVIDE: c\n", "Pc Ra Rb "},
      {"# REQUIRE: a\\\nb\n", "Rab "},
      {"# REQUIRE: a\\\\\n# PROVIDE: c\n", "Pc Ra\\\\ "},
      {"# REQUIRE: a\\", "Ra "},
      {"#PROVIDE: a\n # PROVIDE: b\n# provide: c\n# PROVIDE : d\n", ""},
      {"# PROVIDE:a\n", "Pa "},
      {"# PROVIDE:\n# REQUIRE:\n", ""},
      {"foo\\\n# PROVIDE: a\n", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Show(ParseRcScript(c.input)), c.expected) << c.input;
}

}  // namespace
}  // namespace keelson
