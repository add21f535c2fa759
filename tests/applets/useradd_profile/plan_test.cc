#include "applets/useradd_profile/plan.h"

#include <gtest/gtest.h>

#include "applets/useradd_profile/needed_accounts.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

// Definitions come from the root's own override, so that all of it is in one fake tree.
class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    tree_.Put("/etc/passwd", "root:x:0:0::/root:/bin/sh\nold:x:7:7:Old:/:/bin/sh\n");
    tree_.Put("/etc/group", "root:x:0:\nold:x:7:\n");
    tree_.Put("/etc/shadow", "root:*:1::::::\nold:$h:1::::::\n");
  }
  void User(const std::string& name, std::string_view text) {
    tree_.Put("/etc/portage/profile/accounts/user/" + name, text);
  }
  void Group(const std::string& name, std::string_view text) {
    tree_.Put("/etc/portage/profile/accounts/group/" + name, text);
  }
  AccountPlan Plan(const AccountRequest& request, bool update = false) {
    root_ = tree_.NewRoot();
    change_ = std::make_unique<AccountChange>(root_.get(), "", AccountSystem::kLinux, false);
    Definitions definitions;
    std::vector<std::string> errors;
    EXPECT_TRUE(definitions.Load({{}, {}, "linux", root_.get()}, &errors));
    const DeclaredAccounts declared = ReadDeclaredAccounts(definitions);
    EXPECT_TRUE(change_->Open("t", AccountChange::Access::kRead).ok());
    EXPECT_TRUE(change_->ReadFiles(NamesToRead(request, declared)).ok());
    return MakePlan(request, declared, {}, *change_, *root_, {AccountSystem::kLinux, update});
  }
  std::vector<std::string> ChangedFiles() {
    std::vector<std::string> paths;
    for (const FileChange& change : change_->files().Changes()) paths.push_back(change.path);
    return paths;
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_;
  std::unique_ptr<AccountChange> change_;
};

using Lines = std::vector<std::string>;

TEST_F(PlanTest, ChangesNothingUntilItIsApplied) {
  User("new", "uid:50\ngroups:old\n");
  AccountPlan plan = Plan({{"new"}, {}, "p"});
  EXPECT_EQ(plan.lines, (Lines{"add group new gid 50",
                               "add user new uid 50 gid 50 home /dev/null shell /sbin/nologin",
                               "add member new to old"}));
  EXPECT_EQ(plan.errors, Lines{});
  EXPECT_EQ(ChangedFiles(), Lines{});
  EXPECT_TRUE(change_->table().records().empty());
  ApplyPlan(plan, change_.get());
  EXPECT_EQ(ChangedFiles(), (Lines{"/etc/group", "/etc/shadow", "/etc/passwd"}));
  ASSERT_EQ(change_->table().records().size(), 3u);
  for (const AccountRecord& record : change_->table().records()) {
    EXPECT_EQ(record.packages, Lines{"p"}) << record.name;
  }
}

TEST_F(PlanTest, WithoutAnyWishIdsGoDownInTheOrderOfNames) {
  for (const char* name : {"c", "a", "b"}) User(name, "");
  const AccountPlan plan = Plan({{"c", "a", "b"}, {}, "-"});
  ASSERT_EQ(plan.new_users.size(), 3u);
  uint32_t expected = 999;
  for (const UserRecord& user : plan.new_users) {
    EXPECT_EQ(user.uid, expected) << user.name;
    EXPECT_EQ(user.gid, expected) << user.name;
    --expected;
  }
}

TEST_F(PlanTest, AWishComesBeforeAGuessWhateverTheNames) {
  User("a", "");
  User("z", "uid:999\n");
  const AccountPlan plan = Plan({{"a", "z"}, {}, "-"});
  ASSERT_EQ(plan.new_users.size(), 2u);
  EXPECT_EQ(plan.new_users[0].uid, 998u);
  EXPECT_EQ(plan.new_users[1].uid, 999u);
  EXPECT_EQ(plan.notes, Lines{});
}

TEST_F(PlanTest, OfTwoWhoWishTheSameTheFirstNameGetsIt) {
  User("b", "uid:60\n");
  User("a", "uid:60\n");
  const AccountPlan plan = Plan({{"a", "b"}, {}, "-"});
  ASSERT_EQ(plan.new_users.size(), 2u);
  EXPECT_EQ(plan.new_users[0].uid, 60u);
  EXPECT_EQ(plan.notes, Lines{"/etc/portage/profile/accounts/user/b:1:5: uid 60 is taken by a; "
                              "b gets 999"});
}

TEST_F(PlanTest, OnlyWhatWasWrittenByUsIsFingerprintedAnew) {
  User("old", "shell:/bin/zsh\n");
  AccountPlan plan = Plan({{"old"}, {}, "-"}, true);
  ASSERT_EQ(plan.records.size(), 2u);
  EXPECT_EQ(plan.records[1].written, "");  // it was there before us

  UserRecord there = *change_->files().FindUser("old");
  const std::string ours = AccountFingerprint(WrittenText(there));
  for (const std::string& written : {ours, std::string("0123456789abcdef")}) {
    tree_.Put(kAccountTable, "user:old:7:active:p:o:1:" + written + "\n");
    plan = Plan({{"old"}, {}, "-"}, true);
    there.shell = "/bin/zsh";
    const std::string expected = written == ours ? AccountFingerprint(WrittenText(there)) : written;
    EXPECT_EQ(plan.records[1].written, expected);
    EXPECT_EQ(plan.records[1].packages, (Lines{"-", "p"}));
    EXPECT_EQ(plan.records[1].origin, "o");
  }
}

}  // namespace
}  // namespace keelson
