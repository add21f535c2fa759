#include "applets/useradd_profile/account_removal.h"

#include <gtest/gtest.h>

#include "applets/useradd_profile/account_lines.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

constexpr char kPasswd[] =
    "root:x:0:0::/root:/bin/sh\n"
    "a:x:10:10::/:/s\n"
    "b:x:11:11::/:/s\n"
    "toor:x:0:0::/:/s\n";
constexpr char kShadow[] =
    "root:$r:1::::::\n"
    "a:!:1::::::\n"
    "b:$b:1::::::\n";
constexpr char kGroup[] = "root:x:0:\na:x:10:\nb:x:11:\nmany:x:20:a,b\nldap:x:21:stranger\n";

std::string User(const char* name, uint32_t uid, const char* lock = "locked") {
  const std::string id = std::to_string(uid);
  return std::string("user:") + name + ":" + id +
         ":active:::1:" + AccountFingerprint(id + ":" + id + "::/:/s:" + lock) + "\n";
}
std::string Group(const char* name, uint32_t gid) {
  const std::string id = std::to_string(gid);
  return std::string("group:") + name + ":" + id + ":active:::1:" + AccountFingerprint(id) + "\n";
}

std::string With(std::string record, std::string_view what, std::string_view instead) {
  return record.replace(record.find(what), what.size(), instead);
}

class AccountRemovalTest : public testing::Test {
 protected:
  // "DONE; ...| REFUSED; ..."
  std::string Remove(const std::string& records, const RemovalRequest& request) {
    FakeClock clock;
    FakeTree tree(&clock);
    tree.Put("/etc/passwd", kPasswd);
    tree.Put("/etc/shadow", kShadow);
    tree.Put("/etc/group", kGroup);
    std::unique_ptr<Root> root = tree.NewRoot();
    std::string path;
    EXPECT_TRUE(
        AccountFiles::Read(*root, AccountSystem::kLinux, {{}, {}, true}, &files_, &path).ok());
    EXPECT_TRUE(ParseAccountTable(records, &table_).empty()) << records;
    const Removal removal = RemoveAccounts(request, AccountSystem::kLinux, &table_, &files_);
    std::string text;
    for (const std::string& line : removal.done) text += line + "; ";
    text += "|";
    for (const std::string& line : removal.refused) text += " " + line + ";";
    return text;
  }
  std::string Changed(const char* path) const {
    for (const FileChange& change : files_.Changes()) {
      if (change.path == path) return change.bytes;
    }
    return "(same)";
  }
  AccountTable table_;
  AccountFiles files_;
};

TEST_F(AccountRemovalTest, WhatIsRefused) {
  const std::string a = User("a", 10), group_a = Group("a", 10), many = Group("many", 20);
  const std::string needed = With(a, ":::1:", ":p,q::1:");
  struct Case {
    const char* name;
    std::string records;
    RemovalRequest request;
    const char* outcome;
  };
  const RemovalRequest all{}, purge{{}, true, false}, force{{}, false, true}, both{{}, true, true};
  const RemovalRequest name_a{{"a"}, false, false}, forced_a{{"a"}, false, true};
  const Case cases[] = {
      {"nothing to do", "", all, "|"},
      {"user and group", a + group_a, all, "lock user a uid 10; lock group a gid 10; |"},
      {"purged", a + group_a, purge, "remove user a uid 10; remove group a gid 10; |"},
      {"needed, not named", needed, all, "|"},
      {"needed, not named, by force", needed, force, "|"},
      {"needed", needed, name_a, "| user a: is needed by p,q;"},
      {"needed by the administrator", With(a, ":::1:", ":-::1:"), name_a,
       "| user a: is needed by -;"},
      {"needed, by force", needed, forced_a, "lock user a uid 10; |"},
      {"not known", a, {{"b"}, false, true}, "| b: no record says that it was ever needed;"},
      {"gone", With(a, "active", "gone"), name_a, "| a: is gone already;"},
      {"a living namesake", a + With(group_a, "active", "gone"), name_a, "lock user a uid 10; |"},
      {"reserved", With(a, "active", "reserved"), forced_a,
       "| a: is not there; its id is kept for it;"},
      {"locked, not named", With(a, "active", "locked"), all, "|"},
      {"locked, purged", With(a, "active", "locked"), purge, "remove user a uid 10; |"},
      {"uid 0", User("root", 0, "open"), both, "| user root: id 0 is never removed;"},
      {"uid 0 by another name", User("toor", 7), both, "| user toor: uid 0 is never removed;"},
      {"gid 0", Group("root", 0), both, "| group root: id 0 is never removed;"},
      {"before anybody asked", "user:a:10:active:::1:\n", all,
       "| user a: was there before anybody asked for it;"},
      {"before anybody asked, by force", "user:a:10:active:::1:\n", force, "lock user a uid 10; |"},
      {"has got a password", User("b", 11), all,
       "| user b: has been changed since it was written;"},
      {"has got a password, by force", User("b", 11), force, "lock user b uid 11; |"},
      {"had a password", User("b", 11, "open"), all, "lock user b uid 11; |"},
      {"another id", With(a, ":10:", ":12:"), purge, "remove user a uid 10; |"},
      {"members", many, all, "| group many: has the member a;"},
      {"members, by force", many, force, "lock group many gid 20; |"},
      {"members, one goes", a + many, purge,
       "remove user a uid 10; | group many: has the member b;"},
      {"members, all locked", a + User("b", 11, "open") + many, all,
       "lock user a uid 10; lock user b uid 11; lock group many gid 20; |"},
      {"a member from elsewhere", Group("ldap", 21), all, "| group ldap: has the member stranger;"},
      {"primary group", group_a, all, "| group a: is the primary group of a;"},
      {"primary group, by force", group_a, force, "lock group a gid 10; |"},
      {"primary group, purged by force", group_a, both, "| group a: is the primary group of a;"},
      {"primary group of one who is locked before", With(a, "active", "locked") + group_a, all,
       "lock group a gid 10; |"},
      {"primary group of one who is refused", needed + group_a, purge,
       "| group a: is the primary group of a;"},
      {"not there", User("ghost", 99) + Group("ghost", 98), all,
       "forget user ghost uid 99; forget group ghost gid 98; |"},
  };
  for (const Case& c : cases) EXPECT_EQ(Remove(c.records, c.request), c.outcome) << c.name;
}

TEST_F(AccountRemovalTest, TombstonesOfBothIds) {
  Remove(With(User("a", 10), ":10:", ":12:"), {{"a"}, true, true});
  std::string states;
  for (const AccountRecord& record : table_.records()) {
    states += std::to_string(record.id) + std::string(AccountStateName(record.state)) + " ";
  }
  EXPECT_EQ(states, "10gone 12gone ");
}

TEST_F(AccountRemovalTest, ALockedAccountIsStillAsItWasWritten) {
  Remove(User("b", 11, "open"), {});
  EXPECT_EQ(Changed("/etc/passwd"), "(same)");
  EXPECT_EQ(Changed("/etc/shadow"), "root:$r:1::::::\na:!:1::::::\nb:!$b:1:::::1:\n");
  EXPECT_EQ(table_.records()[0].written, AccountFingerprint(WrittenText(*files_.FindUser("b"))));
}

}  // namespace
}  // namespace keelson
