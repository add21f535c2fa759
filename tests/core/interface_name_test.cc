#include "core/interface_name.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

// What Linux 6.18 answered when asked for a link of each name.
TEST(InterfaceName, WhatTheKernelTakesAndWhatIsPlain) {
  const struct {
    std::string_view name;
    bool taken, plain;
  } kCases[] = {
      {"eth0", true, true},
      {"eth0.100", true, true},
      {"123456789012345", true, true},
      {"1234567890123456", false, false},
      {"wg_home-1+a@b", true, true},
      {"ALL", true, true},
      {"-rf", true, false},
      {"$(id)", true, false},
      {"a;b", true, false},
      {"a'b", true, false},
      {"`x`", true, false},
      {"a=b", true, false},
      {"a\\b", true, false},
      {"&&x", true, false},
      {"*", true, false},
      {"#c", true, false},
      {"a\x1b[1m", true, false},
      {"\x7f", true, false},
      {"\xff\xfe", true, false},
      {"a\x85", true, false},
      {"...", true, true},
      {"", false, false},
      {".", false, false},
      {"..", false, false},
      {"all", false, false},
      {"default", false, false},
      {"a/b", false, false},
      {"a:b", false, false},
      {"a b", false, false},
      {"a\tb", false, false},
      {"a\nb", false, false},
      {"a\xa0", false, false},
      {"%d", false, false},
      {"eth%", false, false},
      {std::string_view("a\0b", 3), false, false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsInterfaceName(c.name), c.taken) << c.name;
    EXPECT_EQ(IsPlainInterfaceName(c.name), c.plain) << c.name;
  }
}

TEST(InterfaceName, Labels) {
  const struct {
    std::string_view name, device, label;
  } kCases[] = {{"eth0", "eth0", ""},
                {"eth0:1", "eth0", "1"},
                {"eth0.2:a:b", "eth0.2", "a:b"},
                {":", "", ""}};
  for (const auto& c : kCases) {
    const InterfaceLabel split = SplitInterfaceLabel(c.name);
    EXPECT_EQ(split.device, c.device) << c.name;
    EXPECT_EQ(split.label, c.label) << c.name;
  }
}

}  // namespace
}  // namespace keelson
