#include "core/account_id.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

using namespace std::string_literals;

TEST(AccountId, Ids) {
  const struct {
    std::string input;
    std::optional<uint32_t> expected;
  } kCases[] = {
      {"0", 0},
      {"65534", 65534},
      {"65535", std::nullopt},
      {"65536", 65536},
      {"4294967294", 4294967294},
      {"4294967295", std::nullopt},
      {"4294967296", std::nullopt},
      {"18446744073709551616", std::nullopt},
      {"99999999999999999999999999999999", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {" 1", std::nullopt},
      {"1 ", std::nullopt},
      {"0x1", std::nullopt},
      {"", std::nullopt},
      {"1\0"s, std::nullopt},
      {"007", 7},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseAccountId(c.input), c.expected) << c.input;
}

TEST(AccountId, Ranges) {
  const struct {
    std::string input;
    std::optional<IdRange> expected;
  } kCases[] = {
      {"1-2", IdRange{1, 2}},
      {"7", IdRange{7, 7}},
      {"0-4294967295", IdRange{0, 4294967295}},
      {"2-1", std::nullopt},
      {"1-", std::nullopt},
      {"-1", std::nullopt},
      {"1-2-3", std::nullopt},
      {"1-4294967296", std::nullopt},
      {"", std::nullopt},
      {"-", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseIdRange(c.input), c.expected) << c.input;
  EXPECT_TRUE((IdRange{1, 2}).Has(2));
  EXPECT_FALSE((IdRange{1, 2}).Has(3));
}

TEST(AccountId, Names) {
  const struct {
    std::string name;
    bool expected;
  } kCases[] = {
      {"a", true},
      {"_", true},
      {"_cron-failure", true},
      {"3proxy", true},
      {"systemd-network", true},
      {"machine$", true},
      {std::string(32, 'a'), true},
      {std::string(33, 'a'), false},
      {"", false},
      {"0", false},
      {"65535", false},
      {"1-2", false},
      {"$", false},
      {"a$b", false},
      {"-a", false},
      {"+a", false},
      {".", false},
      {"..", false},
      {"a/b", false},
      {"a:b", false},
      {"a,b", false},
      {"a b", false},
      {"a\n", false},
      {"a\0"s, false},
      {"a\xc3\xa9", false},
      {"Root", false},
      {"a.b", false},
  };
  for (const auto& c : kCases) EXPECT_EQ(IsAccountName(c.name), c.expected) << c.name;
}

}  // namespace
}  // namespace keelson
