#include "core/account_names.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(AccountNames, TheFirstOfEach) {
  const AccountNames users("+x\na:x:1:0:::\nbroken\nb:x:1:0:::\na:x:2:0:::\n", /*group=*/false);
  ASSERT_EQ(users.size(), 3u);
  EXPECT_EQ(users.FindName("a")->line, 2u);
  EXPECT_EQ(users.FindName("b")->line, 4u);
  EXPECT_EQ(users.FindId(1)->name, "a");
  EXPECT_EQ(users.FindId(2)->line, 5u);
  EXPECT_EQ(users.Place(users.FindName("b")), 1u);
  EXPECT_EQ(users.FindName("+x"), nullptr);
  EXPECT_EQ(users.FindName("broken"), nullptr);
  EXPECT_EQ(users.FindId(3), nullptr);
}

TEST(AccountNames, OtherFiles) {
  const AccountNames groups("g:x:7\nh:x:8:a\n", /*group=*/true);
  EXPECT_EQ(groups.FindId(8)->name, "h");
  const AccountNames shadows = AccountNames::OfShadow("a:*:1::::::\n-b\n");
  EXPECT_EQ(shadows.size(), 1u);
  EXPECT_EQ(shadows.FindName("a")->line, 1u);
}

}  // namespace
}  // namespace keelson
