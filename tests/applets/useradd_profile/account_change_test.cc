#include "applets/useradd_profile/account_change.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

TEST(AccountChange, FilesAndTableTogether) {
  FakeClock clock;
  FakeTree tree(&clock);
  tree.PutDirectory("/etc");
  tree.Put("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  std::unique_ptr<Root> root = tree.NewRoot();
  {
    AccountChange change(root.get(), "", AccountSystem::kLinux, false);
    ASSERT_TRUE(change.Open("t", AccountChange::Access::kWrite).ok());
    EXPECT_FALSE(change.has_table());
    ASSERT_TRUE(change.ReadFiles({}).ok());
    change.files().AddGroup({.name = "a", .gid = 5});
    change.table().Put({.kind = AccountKind::kGroup, .name = "a", .id = 5});
    bool committed = false;
    ASSERT_TRUE(change.Commit(&committed).ok());
    EXPECT_TRUE(committed);
  }
  EXPECT_EQ(tree.Get("/etc/group"), "a:x:5:\n");
  AccountChange reader(root.get(), "", AccountSystem::kLinux, false);
  ASSERT_TRUE(reader.Open("t", AccountChange::Access::kRead).ok());
  EXPECT_TRUE(reader.has_table());
  ASSERT_EQ(reader.table().records().size(), 1u);
  EXPECT_EQ(reader.table().records()[0].id, 5u);
}

TEST(AccountChange, WithoutATableNothingOfItStays) {
  FakeClock clock;
  FakeTree tree(&clock);
  std::unique_ptr<Root> root = tree.NewRoot();
  AccountChange change(root.get(), "", AccountSystem::kLinux, false);
  ASSERT_TRUE(change.Open("t", AccountChange::Access::kWrite).ok());  // makes /etc
  ASSERT_TRUE(change.ReadFiles({}).ok());
  change.files().AddGroup({.name = "a", .gid = 5});
  ASSERT_TRUE(change.Commit().ok());
  EXPECT_EQ(tree.Get("/etc/group"), "a:x:5:\n");
  EXPECT_EQ(tree.Get(kAccountTable), "(none)");
  EXPECT_EQ(tree.Get("/etc/.keelson-accounts"), "(none)");
}

TEST(AccountChange, ATableThatIsHalfUnderstoodIsAnError) {
  FakeClock clock;
  FakeTree tree(&clock);
  tree.Put(kAccountTable, "user:a:1:active:::0:\nuser:b:x:gone:::0:\n");
  std::unique_ptr<Root> root = tree.NewRoot();
  AccountChange change(root.get(), "", AccountSystem::kLinux, false);
  const absl::Status status = change.Open("t", AccountChange::Access::kRead);
  EXPECT_EQ(std::string(status.message()), "/var/lib/keelson/accounts.db:2:8: 'x' is not an id");
}

TEST(AccountChange, ATableThatLostRecordsIsAnError) {
  const struct {
    const char *bytes, *wrong;
  } kCases[] = {
      {"", "is empty: bring it back, or remove it and lose which ids are spent"},
      {"#accounts 2\nuser:a:1:active:::0:\n",
       "has 1 records, not 2: bring back the missing ones, or remove the first line"},
      {"#accounts 1\nuser:a:1:active:::0:\n", ""},
      {"user:a:1:active:::0:\n", ""},  // by hand
  };
  for (const auto& c : kCases) {
    FakeClock clock;
    FakeTree tree(&clock);
    tree.Put(kAccountTable, c.bytes);
    std::unique_ptr<Root> root = tree.NewRoot();
    AccountChange change(root.get(), "", AccountSystem::kLinux, false);
    const absl::Status status = change.Open("t", AccountChange::Access::kRead);
    const std::string wrong = c.wrong;
    EXPECT_EQ(std::string(status.message()),
              wrong.empty() ? "" : std::string(kAccountTable) + ": " + wrong);
  }
}

TEST(AccountChange, TheDayNeverForcesAPasswordChange) {
  setenv("SOURCE_DATE_EPOCH", "86399", 1);
  EXPECT_EQ(AccountTime(), 86399);
  EXPECT_EQ(AccountDay(), -1);
  setenv("SOURCE_DATE_EPOCH", "172800", 1);
  EXPECT_EQ(AccountDay(), 2);
  setenv("SOURCE_DATE_EPOCH", "x", 1);
  EXPECT_GT(AccountTime(), 1'700'000'000);
  unsetenv("SOURCE_DATE_EPOCH");
}

}  // namespace
}  // namespace keelson
