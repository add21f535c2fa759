#include "applets/useradd_profile/taken_accounts.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

constexpr AccountKind kUser = AccountKind::kUser;
constexpr AccountKind kGroup = AccountKind::kGroup;

TEST(TakenAccounts, TheFirstLineOfANameOrAnIdCounts) {
  TakenAccounts taken;
  std::vector<std::string> errors;
  taken.Add("a:x:1:9::/:/s\na:x:2:9::/:/s\nb:x:1:9::/:/s\nUpper.Case:x:3:\n", "f", &errors);
  EXPECT_TRUE(errors.empty());
  ASSERT_NE(taken.FindId(kUser, "a"), nullptr);
  EXPECT_EQ(*taken.FindId(kUser, "a"), 1u);
  EXPECT_EQ(*taken.FindName(kUser, 1), "a");
  EXPECT_EQ(*taken.FindId(kUser, "b"), 1u);
  EXPECT_EQ(*taken.FindName(kUser, 2), "a");
  EXPECT_EQ(*taken.FindId(kGroup, "Upper.Case"), 3u);
  EXPECT_EQ(taken.FindId(kGroup, "a"), nullptr);
  EXPECT_EQ(taken.FindName(kGroup, 9), nullptr);  // that users have it says nothing of its name
}

TEST(TakenAccounts, LinesInError) {
  TakenAccounts taken;
  std::vector<std::string> errors;
  taken.Add("\n#\n+\n-a:x:1:\nfive:x:1:2:3\n:x:1:\ng:x:-1:\nok:x:7:\n", "some\nfile", &errors);
  EXPECT_EQ(errors, (std::vector<std::string>{
                        "some\\x0afile:5: 5 fields: not a line of passwd, master.passwd or group",
                        "some\\x0afile:6: not a line of passwd, master.passwd or group",
                        "some\\x0afile:7: not a line of passwd, master.passwd or group"}));
  EXPECT_NE(taken.FindId(kGroup, "ok"), nullptr);
}

}  // namespace
}  // namespace keelson
