#include "applets/useradd_profile/account_lines.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(AccountLines, Members) {
  struct Case {
    const char* name;
    const char* line;
    const char* with_u;  // "" : as it is
    const char* without_u;
  };
  const Case cases[] = {
      {"none", "g:x:5:", "g:x:5:u", ""},
      {"no field for them", "g:x:5", "g:x:5:u", ""},
      {"gshadow without fields", "g:!", "g:!::u", ""},
      {"one", "g:x:5:a", "g:x:5:a,u", ""},
      {"there", "g:x:5:u", "", "g:x:5:"},
      {"first", "g:x:5:u,a", "", "g:x:5:a"},
      {"middle, twice", "g:x:5:a,u,b,u", "", "g:x:5:a,b"},
      {"behind a blank", "g:x:5:a, u", "", "g:x:5:a"},
      {"a longer name", "g:x:5:uu,au", "g:x:5:uu,au,u", ""},
      {"comma at the end", "g:x:5:a,", "g:x:5:a,u", ""},
      {"blanks of others stay", "g:x:5: a,, b,u", "", "g:x:5: a,, b"},
      {"colon in a member", "g:x:5:a:", "g:x:5:a:,u", ""},
      {"administrators are no members", "g:!:u:a", "g:!:u:a,u", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(WithMember(c.line, "u").value_or(""), c.with_u) << c.name;
    EXPECT_EQ(WithoutMember(c.line, "u").value_or(""), c.without_u) << c.name;
  }
}

TEST(AccountLines, Administrators) {
  struct Case {
    const char *line, *without_u;  // "": as it is
  };
  for (const Case& c :
       {Case{"g:!:u:u", "g:!::u"}, Case{"g:!:a,u,b:", "g:!:a,b:"}, Case{"g:!:u", "g:!:"},
        Case{"g:!:uu:u", ""}, Case{"g:!", ""}, Case{"", ""}}) {
    EXPECT_EQ(WithoutAdministrator(c.line, "u").value_or(""), c.without_u) << c.line;
  }
}

TEST(AccountLines, SortedMembers) {
  const struct {
    const char *line, *expected;
  } kCases[] = {
      {"g:x:1:", "g:x:1:a,u"}, {"g:x:1", "g:x:1:a,u"},    {"g:!::z,b,b", "g:!::a,b,u,z"},
      {"g:x:1:u,a,b", ""},     {"g:x:1: u", "g:x:1:a,u"}, {"g:!:x,y:a", "g:!:x,y:a,u"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(WithSortedMembers(test.line, {"u", "a"}).value_or(""), test.expected) << test.line;
  }
}

TEST(AccountLines, EmptyDaysStayEmpty) {
  const char* const shadow = "u:!::0:99999:7:::";
  UserRecord user{.name = "u"};
  ReadShadowLine(shadow, &user);
  EXPECT_EQ(user.last_change, -1);
  EXPECT_EQ(user.expire, -1);
  EXPECT_EQ(ShadowLine(user, shadow), shadow);
}

TEST(AccountLines, EmptyPasswordsAreLocked) {
  const UserRecord user{.name = "u", .uid = 7, .gid = 8, .home = "/h", .shell = "/s"};
  const GroupRecord group{.name = "g", .gid = 9, .members = {"a", "b"}};
  EXPECT_EQ(PasswdLine(user, ""), "u:!*:7:8::/h:/s");
  EXPECT_EQ(MasterLine(user), "u:*:7:8::0:0::/h:/s");
  EXPECT_EQ(ShadowLine(user, ""), "u:!*:::::::");
  EXPECT_EQ(GshadowLine(group, ""), "g:!*::a,b");
  EXPECT_EQ(GroupLine(group, ""), "g:!*:9:a,b");
}

TEST(AccountLines, ThereAndBack) {
  const char* const master = "u:$h:7:8:staff:12:34:Full Name:/home/u:/bin/sh";
  UserRecord user;
  ASSERT_TRUE(ReadMasterLine(master, &user));
  EXPECT_EQ(user.login_class, "staff");
  EXPECT_EQ(user.change, 12);
  EXPECT_EQ(user.expire, 34);
  EXPECT_EQ(MasterLine(user), master);
  EXPECT_FALSE(ReadMasterLine("u:*:7:8:Full Name:/home/u:/bin/sh", &user));

  const char* const shadow = "u:$h:19000:1:99999:7:3:20000:f g";
  ReadShadowLine(shadow, &user);
  EXPECT_EQ(user.last_change, 19000);
  EXPECT_EQ(user.expire, 20000);
  EXPECT_EQ(ShadowLine(user, shadow), shadow);

  for (const char* line : {"u:$h:::::::", "u:$h::1:2:3:::"}) {
    ReadShadowLine(line, &user);
    EXPECT_EQ(user.last_change, -1) << line;
    EXPECT_EQ(user.expire, -1) << line;
    EXPECT_EQ(ShadowLine(user, line), line);
  }
}

TEST(AccountLines, DaysThatAreThereStay) {
  for (const char* shadow : {"u:!:::::::", "u:!:5::::::", "u:!::::::7:"}) {
    UserRecord user{.name = "u"};
    ReadShadowLine(shadow, &user);
    EXPECT_EQ(ShadowLine(user, shadow), shadow);
    EXPECT_LE(user.last_change, 5);
    EXPECT_LE(user.expire, 7);
  }
}

TEST(AccountLines, SubordinateRanges) {
  SubordinateLine range;
  ASSERT_TRUE(ReadSubordinateLine("u:100000:65536", &range));
  EXPECT_EQ(range.owner, "u");
  EXPECT_EQ(range.first, 100000u);
  EXPECT_EQ(range.count, 65536u);
  for (const char* line : {"", "u", "u:1", "u:1:", "u::1", ":1:1", "u:1:2:3", "u:1x:2", "# u:1:2x"})
    EXPECT_FALSE(ReadSubordinateLine(line, &range)) << line;
}

TEST(AccountLines, WhatAnAdministratorChanges) {
  const UserRecord user{.name = "u", .uid = 7, .gid = 8, .gecos = "G", .home = "/h", .shell = "/s"};
  EXPECT_EQ(WrittenText(user), "7:8:G:/h:/s:locked");
  struct Case {
    const char* password;
    bool locked;
  };
  for (const Case& c :
       {Case{"", true}, Case{"!", true}, Case{"*", true}, Case{"!*", true}, Case{"!$6$h", true},
        Case{"*LOCKED*$6$h", true}, Case{"$6$h", false}, Case{"x", false}}) {
    UserRecord other = user;
    other.password = c.password;
    EXPECT_EQ(IsLockedPassword(c.password), c.locked) << c.password;
    EXPECT_EQ(WrittenText(other) == WrittenText(user), c.locked) << c.password;
  }
  EXPECT_EQ(WrittenText(GroupRecord{.name = "g", .gid = 9, .members = {"a"}}), "9");
}

TEST(AccountLines, LockInFrontPerSystem) {
  struct Case {
    const char* password;
    AccountSystem system;
    const char* locked;
  };
  for (const Case& c :
       {Case{"$h", AccountSystem::kLinux, "!$h"}, Case{"!*", AccountSystem::kLinux, "!*"},
        Case{"*", AccountSystem::kLinux, "!*"}, Case{"", AccountSystem::kLinux, "!"},
        Case{"$h", AccountSystem::kFreebsd, "*LOCKED*$h"},
        Case{"*", AccountSystem::kDragonfly, "*LOCKED**"},
        Case{"*LOCKED*$h", AccountSystem::kFreebsd, "*LOCKED*$h"},
        Case{"$h", AccountSystem::kOpenbsd, "*$h"}, Case{"*", AccountSystem::kNetbsd, "*"}}) {
    EXPECT_EQ(LockInFront(c.password, c.system), c.locked) << c.password;
  }
}

}  // namespace
}  // namespace keelson
