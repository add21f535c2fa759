#include "core/mac_address.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(MacAddress, Text) {
  const struct {
    std::string_view text, expected;  // empty: none
  } kCases[] = {
      {"02:00:5e:10:00:01", "02:00:5e:10:00:01"},
      {"02-00-5E-10-00-0A", "02:00:5e:10:00:0a"},
      {"2:0:5e:1:0:a", "02:00:5e:01:00:0a"},
      {"", ""},
      {"02:00:5e:10:00", ""},
      {"02:00:5e:10:00:", ""},
      {"02:00:5e:10:00:01:", ""},
      {"02:00:5e:10:00:01:02", ""},
      {"02:00:5e-10:00:01", ""},
      {"02.00.5e.10.00.01", ""},
      {"002:00:5e:10:00:01", ""},
      {"0g:00:5e:10:00:01", ""},
      {" 2:00:5e:10:00:01", ""},
      {"02005e100001", ""},
  };
  for (const auto& c : kCases) {
    const auto address = ParseMacAddress(c.text);
    EXPECT_EQ(address ? FormatMacAddress(*address) : "", c.expected) << c.text;
  }
}

}  // namespace
}  // namespace keelson
