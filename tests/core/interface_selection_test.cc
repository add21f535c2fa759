#include "core/interface_selection.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

TEST(InterfaceSelection, NamesAndPatterns) {
  const struct {
    std::string_view word, expected;
  } kCases[] = {
      {"eth0", "eth0"},
      {"eth0=work", "eth0 as work"},
      {"eth0=a=b", "eth0 as a=b"},
      {"eth0=", "eth0 as "},
      {"/eth*", "?eth*"},
      {"/eth*=lan", "?eth* as lan"},
      {"mac/02:*", "mac?02:*"},
      {"mac/02:*/1", "mac?02:* #1"},
      {"mac/02:*/2=x", "mac?02:* #2 as x"},
      {"/eth*/", "?eth*"},
      {"/eth*/99999999999=x", "?eth* #4294967295 as x"},
      {"/eth*/-1", "?eth*"},
      {"/a=b/1", "?a=b #1"},
      {"/", "?"},
      {"//1", "?/1"},
  };
  for (const auto& c : kCases) {
    const InterfaceSelection s = ParseInterfaceSelection(c.word);
    std::string text(s.name);
    if (s.is_pattern) text = std::string(s.variable) + "?" + std::string(s.value);
    if (s.nth != 0) text += " #" + std::to_string(s.nth);
    if (s.has_logical) text += " as " + std::string(s.logical);
    EXPECT_EQ(text, c.expected) << c.word;
  }
}

}  // namespace
}  // namespace keelson
