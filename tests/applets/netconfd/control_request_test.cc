#include "applets/netconfd/control_request.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(ControlRequest, OptionsAreWhatStandsBeforeTheNames) {
  const std::vector<std::string_view> words = {"up",  "--all", "a", "--allow=x", "",
                                               "-rf", "--",    "b", "--all",     "--"};
  const ControlRequest request = ReadControlRequest(words);
  EXPECT_EQ(request.verb, "up");
  EXPECT_EQ(request.options, (std::vector<std::string_view>{"--all", "--allow=x"}));
  EXPECT_EQ(request.operands, (std::vector<std::string_view>{"a", "", "-rf", "b", "--all", "--"}));
  EXPECT_TRUE(request.Has("--all"));
  EXPECT_FALSE(request.Has("--allow"));
  EXPECT_EQ(request.Value("--allow"), "x");
  EXPECT_EQ(request.Value("--al"), "");
}

TEST(ControlRequest, Numbers) {
  const struct {
    std::string_view option;
    int64_t expected;
  } kTable[] = {
      {"--timeout=7", 7},
      {"--timeout=2305843009213693951", INT64_MAX / 4},
      {"--timeout=2305843009213693952", 0},
      {"--timeout=99999999999999999999999999", 0},
      {"--timeout=-1", 0},
      {"--timeout=7 ", 0},
      {"--timeout=", 0},
      {"--timeout", 0},
      {"--timeouts=7", 0},
  };
  for (const auto& row : kTable) {
    const std::string_view words[] = {"up", row.option};
    EXPECT_EQ(ReadControlRequest(words).Number("--timeout"), row.expected) << row.option;
  }
}

TEST(ControlRequest, WithinNamesAreWhole) {
  const std::string_view words[] = {"up", "--within=eth0 a.b  x"};
  const ControlRequest request = ReadControlRequest(words);
  for (const char* const name : {"eth0", "a.b", "x"}) EXPECT_TRUE(request.IsWithin(name)) << name;
  for (const char* const name : {"eth", "th0", "eth0 a.b", ""}) {
    EXPECT_FALSE(request.IsWithin(name)) << name;
  }
  EXPECT_FALSE(ReadControlRequest({words, 1}).IsWithin("eth0"));
}

}  // namespace
}  // namespace keelson
