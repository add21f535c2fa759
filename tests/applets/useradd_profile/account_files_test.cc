#include "applets/useradd_profile/account_files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "applets/useradd_profile/account_store.h"
#include "core/passwd.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

using Files = std::map<std::string, std::string>;  // name in /etc -> bytes

const Files kLinux = {
    {"passwd", "root:x:0:0:root:/root:/bin/sh\nntp:x:38:38::/var/ntp:/bin/false\n+::::::\n"},
    {"shadow", "root:$h:19000:0:99999:7:::\nntp:!:18000:1:2:3:4:20000:\n"},
    {"group", "root:x:0:\nntp:x:38:\naudio:x:29:ntp,root\n+:::\n"},
    {"gshadow", "root:*::\nntp:!::\naudio:!:root:ntp,root\n"},
};
const Files kBsd = {
    {"master.passwd", "root:$h:0:0::0:0:Charlie &:/root:/bin/csh\n"},
    {"group", "wheel:*:0:root\n"},
};

const AccountFiles::Names kNames = {.users = {"root", "ntp", "new", "two", "12", "x"},
                                    .groups = {"root", "ntp", "audio", "new", "wheel", "gone"},
                                    .all = false};

class Bed {
 public:
  explicit Bed(const Files& files, AccountSystem system = AccountSystem::kLinux,
               const AccountFiles::Names& names = kNames)
      : before_(files) {
    for (const auto& [name, bytes] : files) tree_.Put("/etc/" + name, bytes);
    std::string path;
    EXPECT_TRUE(AccountFiles::Read(*root_, system, names, &accounts, &path).ok()) << path;
  }
  // The files as they would be, and whether only these are written.
  Files After() const {
    Files after = before_;
    for (const FileChange& change : accounts.Changes()) after[change.path.substr(5)] = change.bytes;
    return after;
  }
  std::string Changed() const {
    std::string names;
    for (const FileChange& change : accounts.Changes()) names += change.path.substr(5) + " ";
    return names;
  }

  AccountFiles accounts;

 private:
  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  Files before_;
};

const UserRecord kNew = {.name = "new",
                         .uid = 500,
                         .gid = 501,
                         .gecos = "A New One",
                         .home = "/home/new",
                         .shell = "/bin/sh",
                         .password = "!*",
                         .last_change = 19500};

TEST(AccountFiles, MakesShadowOnlyWhenAsked) {
  Files files = kLinux;
  files.erase("shadow");
  files.erase("gshadow");
  Bed bed(files);
  bed.accounts.MakeShadow(0);
  EXPECT_EQ(bed.Changed(), "");
  bed.accounts.AddUser(kNew);
  bed.accounts.AddGroup({.name = "gone", .gid = 9});
  const Files after = bed.After();
  EXPECT_EQ(after.at("shadow"), "new:!*:19500::::::\n");
  EXPECT_EQ(after.at("gshadow"), "gone:!*::\n");
  for (const FileChange& change : bed.accounts.Changes()) {
    EXPECT_EQ(change.mode, change.path.ends_with("shadow") ? 0u : 0644u) << change.path;
  }
}

TEST(AccountFiles, AShadowLineThatIsLeftIsKeptWhenAsked) {
  Files files = kLinux;
  files["shadow"] += "new:$old:1:2:3:4:5::9\n";
  Bed bed(files);
  bed.accounts.AddUserKeepingShadow(kNew);
  EXPECT_EQ(bed.After().at("shadow"), kLinux.at("shadow") + "new:$old:19500:2:3:4:5::9\n");
  EXPECT_EQ(bed.After().at("passwd").find("$old"), std::string::npos);
}

TEST(AccountFiles, GroupsLeftInGshadow) {
  Files files = kLinux;
  files["gshadow"] = "gone:!::\n" + files["gshadow"];
  Bed bed(files);
  EXPECT_EQ(bed.accounts.LeftInGshadow("gone"), 0u);
  EXPECT_EQ(bed.accounts.LeftInGshadow("ntp"), std::nullopt);
  EXPECT_EQ(bed.accounts.LeftInGshadow("new"), std::nullopt);
}

TEST(AccountFiles, SortedMembersGoIntoEveryLineOfTheName) {
  Files files = kLinux;
  files["group"] = "audio:x:29:x,ntp\naudio:x:30:\nntp:x:38:b,a\n";
  Bed bed(files);
  bed.accounts.AddSortedMembers("audio", {"x", "b"});
  bed.accounts.AddSortedMembers("ntp", {"a"});
  bed.accounts.AddSortedMembers("nosuch", {"a"});
  EXPECT_EQ(bed.After().at("group"), "audio:x:29:b,ntp,x\naudio:x:30:b,x\nntp:x:38:b,a\n");
  EXPECT_EQ(bed.After().at("gshadow"), "root:*::\nntp:!::a\naudio:!:root:b,ntp,root,x\n");
  EXPECT_EQ(bed.accounts.FindGroup("audio")->members, (std::vector<std::string>{"b", "ntp", "x"}));
}

TEST(AccountFiles, Reads) {
  Bed bed(kLinux);
  const UserRecord* ntp = bed.accounts.FindUser("ntp");
  ASSERT_NE(ntp, nullptr);
  EXPECT_EQ(ntp->uid, 38u);
  EXPECT_EQ(ntp->password, "!");
  EXPECT_EQ(ntp->last_change, 18000);
  EXPECT_EQ(ntp->expire, 20000);
  const GroupRecord* audio = bed.accounts.FindGroup("audio");
  ASSERT_NE(audio, nullptr);
  EXPECT_EQ(audio->members, (std::vector<std::string>{"ntp", "root"}));
  EXPECT_EQ(bed.accounts.FindUser("new"), nullptr);
  EXPECT_EQ(bed.accounts.FindUser("nobody asked"), nullptr);
  EXPECT_EQ(bed.accounts.FindUser("+"), nullptr);
  EXPECT_TRUE(bed.accounts.UidTaken(38) && !bed.accounts.UidTaken(39));
  EXPECT_EQ(bed.accounts.UidHolder(0), "root");
  EXPECT_EQ(bed.accounts.GidHolder(29), "audio");
  EXPECT_EQ(bed.accounts.GidHolder(30), "");
  EXPECT_EQ(bed.Changed(), "");
}

struct Case {
  const char* name;
  Files files;
  AccountSystem system;
  void (*edit)(AccountFiles&);
  const char* changed;
  Files expected;  // of these files
};

void Check(const Case& c) {
  Bed bed(c.files, c.system);
  c.edit(bed.accounts);
  EXPECT_EQ(bed.Changed(), c.changed) << c.name;
  Files after = bed.After();
  for (const auto& [name, bytes] : c.expected) EXPECT_EQ(after[name], bytes) << c.name;
}

TEST(AccountFiles, Additions) {
  const auto linux_system = AccountSystem::kLinux;
  const Case cases[] = {
      {"user before the compat lines",
       kLinux,
       linux_system,
       [](AccountFiles& files) { files.AddUser(kNew); },
       "shadow passwd ",
       {{"passwd",
         "root:x:0:0:root:/root:/bin/sh\nntp:x:38:38::/var/ntp:/bin/false\n"
         "new:x:500:501:A New One:/home/new:/bin/sh\n+::::::\n"},
        {"shadow", kLinux.at("shadow") + "new:!*:19500::::::\n"}}},
      {"group with a member, and one more member later",
       kLinux,
       linux_system,
       [](AccountFiles& files) {
         files.AddGroup({.name = "new", .gid = 501, .members = {"ntp"}});
         files.AddMember("new", "root");
         files.AddMember("new", "ntp");
       },
       "group gshadow ",
       {{"group", "root:x:0:\nntp:x:38:\naudio:x:29:ntp,root\nnew:x:501:ntp,root\n+:::\n"},
        {"gshadow", kLinux.at("gshadow") + "new:!*::ntp,root\n"}}},
      {"members of what is there",
       kLinux,
       linux_system,
       [](AccountFiles& files) {
         files.AddMember("audio", "new");
         files.AddMember("audio", "root");
         files.AddMember("gone", "root");
       },
       "group gshadow ",
       {{"group", "root:x:0:\nntp:x:38:\naudio:x:29:ntp,root,new\n+:::\n"},
        {"gshadow", "root:*::\nntp:!::\naudio:!:root:ntp,root,new\n"}}},
      {"nothing is there: all four are made",
       {},
       linux_system,
       [](AccountFiles& files) {
         files.AddUser(kNew);
         files.AddGroup({.name = "new", .gid = 501});
       },
       "group gshadow shadow passwd ",
       {{"passwd", "new:x:500:501:A New One:/home/new:/bin/sh\n"},
        {"shadow", "new:!*:19500::::::\n"},
        {"group", "new:x:501:\n"},
        {"gshadow", "new:!*::\n"}}},
      {"no shadow: the password is in passwd, none is made",
       {{"passwd", "root:$h:0:0:::"}, {"group", "root:x:0:"}},
       linux_system,
       [](AccountFiles& files) {
         files.AddUser(kNew);
         files.AddGroup({.name = "new", .gid = 501});
       },
       "group passwd ",
       {{"passwd", "root:$h:0:0:::\nnew:!*:500:501:A New One:/home/new:/bin/sh\n"},
        {"group", "root:x:0:\nnew:x:501:\n"}}},
      {"shadow lines left behind are taken over, not their administrators",
       {{"passwd", ""},
        {"shadow", "new:$old:1:2:3:4:5:6:7\n"},
        {"group", ""},
        {"gshadow", "new:$old:evil:evil\n"}},
       linux_system,
       [](AccountFiles& files) {
         files.AddUser(kNew);
         files.AddGroup({.name = "new", .gid = 501});
       },
       "group gshadow shadow passwd ",
       {{"shadow", "new:!*:19500::::::\n"}, {"gshadow", "new:!*::\n"}}},
      {"subordinate ranges where there are such files",
       {{"passwd", ""}, {"group", ""}, {"subuid", "a:100000:10\n"}},
       linux_system,
       [](AccountFiles& files) { files.AddSubordinateRange("new", 200000, 65536); },
       "subuid ",
       {{"subuid", "a:100000:10\nnew:200000:65536\n"}}},
      {"BSD",
       kBsd,
       AccountSystem::kFreebsd,
       [](AccountFiles& files) {
         UserRecord user = kNew;
         user.password = "";
         user.login_class = "daemon";
         user.expire = 1700000000;
         files.AddUser(user);
         files.AddGroup({.name = "new", .gid = 501});
         files.AddMember("wheel", "new");
       },
       "group master.passwd ",
       {{"master.passwd", kBsd.at("master.passwd") +
                              "new:*:500:501:daemon:0:1700000000:A New One:/home/new:/bin/sh\n"},
        {"group", "wheel:*:0:root,new\nnew:*:501:\n"}}},
  };
  for (const Case& c : cases) Check(c);
}

TEST(AccountFiles, ChangesAndRemovals) {
  const auto linux_system = AccountSystem::kLinux;
  const Case cases[] = {
      {"as it is: nothing is written", kLinux, linux_system,
       [](AccountFiles& files) {
         files.ChangeUser(*files.FindUser("ntp"));
         files.ChangeGroup(*files.FindGroup("audio"));
       },
       "", kLinux},
      {"shell and lock; other fields of shadow stay",
       kLinux,
       linux_system,
       [](AccountFiles& files) {
         UserRecord ntp = *files.FindUser("ntp");
         ntp.shell = "/bin/sh";
         ntp.password = "!!";
         ntp.expire = 1;
         files.ChangeUser(ntp);
       },
       "shadow passwd ",
       {{"passwd", "root:x:0:0:root:/root:/bin/sh\nntp:x:38:38::/var/ntp:/bin/sh\n+::::::\n"},
        {"shadow", "root:$h:19000:0:99999:7:::\nntp:!!:18000:1:2:3:4:1:\n"}}},
      {"user without a shadow line: password stays in passwd",
       {{"passwd", "ntp:$h:1:1:::\n"}, {"shadow", ""}, {"group", ""}},
       linux_system,
       [](AccountFiles& files) {
         UserRecord ntp = *files.FindUser("ntp");
         ntp.shell = "/bin/sh";
         files.ChangeUser(ntp);
       },
       "passwd ",
       {{"passwd", "ntp:$h:1:1:::/bin/sh\n"}}},
      {"user without a shadow line gets one with a new password",
       {{"passwd", "ntp:$h:1:1:::\n"}, {"shadow", ""}, {"group", ""}},
       linux_system,
       [](AccountFiles& files) {
         UserRecord ntp = *files.FindUser("ntp");
         ntp.password = "!$h";
         files.ChangeUser(ntp);
       },
       "shadow passwd ",
       {{"passwd", "ntp:x:1:1:::\n"}, {"shadow", "ntp:!$h:::::::\n"}}},
      {"group's members and gid; administrators stay",
       kLinux,
       linux_system,
       [](AccountFiles& files) {
         files.ChangeGroup({.name = "audio", .gid = 92, .password = "!", .members = {"new"}});
       },
       "group gshadow ",
       {{"group", "root:x:0:\nntp:x:38:\naudio:x:92:new\n+:::\n"},
        {"gshadow", "root:*::\nntp:!::\naudio:!:root:new\n"}}},
      {"user with memberships and ranges",
       {{"passwd", "root:x:0:0:::\nntp:x:38:38:::\nntp:x:39:39:twice::\n"},
        {"shadow", "ntp:!:::::::\nroot:!:::::::"},
        {"group", "ntp:x:38:\na:x:1:ntp,root\nb:x:2:root, ntp\nc:x:3:ntpd\nd:x:4"},
        {"gshadow", "a:!:ntp:ntp\n"},
        {"subuid", "ntp:1:1\nntpd:2:1\n38:3:1\n"},
        {"subgid", "root:1:1\n"}},
       linux_system,
       [](AccountFiles& files) {
         files.AddGroup({.name = "new", .gid = 501, .members = {"ntp"}});
         files.RemoveUser("ntp");
         files.RemoveUser("ntp");
       },
       "group gshadow shadow passwd subuid ",
       {{"passwd", "root:x:0:0:::\n"},
        {"shadow", "root:!:::::::"},
        {"group", "ntp:x:38:\na:x:1:root\nb:x:2:root\nc:x:3:ntpd\nd:x:4\nnew:x:501:\n"},
        {"gshadow", "a:!::\nnew:!*::\n"},
        {"subuid", "ntpd:2:1\n"}}},
      {"group",
       kLinux,
       linux_system,
       [](AccountFiles& files) {
         files.RemoveGroup("audio");
         files.RemoveGroup("gone");
       },
       "gshadow group ",
       {{"group", "root:x:0:\nntp:x:38:\n+:::\n"}, {"gshadow", "root:*::\nntp:!::\n"}}},
      {"only removals: nobody is without group or shadow line",
       {{"passwd", "x:x:1:1:::\n"},
        {"shadow", "x:!:::::::\n"},
        {"group", "new:x:1:\n"},
        {"gshadow", "new:!::\n"}},
       linux_system,
       [](AccountFiles& files) {
         files.RemoveUser("x");
         files.RemoveGroup("new");
       },
       "passwd shadow gshadow group ",
       {{"passwd", ""}, {"shadow", ""}, {"group", ""}, {"gshadow", ""}}},
      {"added and removed again", kLinux, linux_system,
       [](AccountFiles& files) {
         files.AddUser(kNew);
         files.RemoveUser("new");
       },
       "", kLinux},
      {"BSD: class and times stay with the line",
       kBsd,
       AccountSystem::kOpenbsd,
       [](AccountFiles& files) {
         UserRecord root = *files.FindUser("root");
         root.shell = "/bin/sh";
         files.ChangeUser(root);
       },
       "master.passwd ",
       {{"master.passwd", "root:$h:0:0::0:0:Charlie &:/root:/bin/sh\n"}}},
  };
  for (const Case& c : cases) Check(c);
}

TEST(AccountFiles, HostileLinesAreKeptAndAreNobody) {
  const std::string passwd =
      "# x:x:1:1:::\n\n:x:2:2:::\nx\nx:x:\nx:x:-1:3:::\nx:x:4294967296:3:::\n+x:x:5:5:::\n"
      "-x:x:6:6:::\n12:x:7:7:::\nroot:x:4294967295:65535:::\nroot:x:8:8:second::\n" +
      std::string("two\0:x:9:9:::\n", 14) + std::string(100'000, 'l') + ":x:10:10:::\n+";
  Bed bed({{"passwd", passwd}, {"group", "-"}});
  const AccountFiles& accounts = bed.accounts;
  EXPECT_EQ(accounts.FindUser("x"), nullptr);
  EXPECT_EQ(accounts.FindUser("two"), nullptr);
  ASSERT_NE(accounts.FindUser("12"), nullptr);
  ASSERT_NE(accounts.FindUser("root"), nullptr);
  EXPECT_EQ(accounts.FindUser("root")->uid, UINT32_MAX);
  EXPECT_EQ(accounts.FindUser("root")->gid, 65535u);
  EXPECT_EQ(accounts.UidHolder(UINT32_MAX), "root");
  EXPECT_EQ(accounts.UidHolder(8), "root");
  EXPECT_EQ(accounts.UidHolder(7), "12");
  for (uint32_t uid : {1u, 5u, 6u, 9u}) EXPECT_FALSE(accounts.UidTaken(uid)) << uid;
  for (uint32_t uid : {2u, 8u, 10u}) EXPECT_TRUE(accounts.UidTaken(uid)) << uid;
  bed.accounts.AddUser(kNew);
  bed.accounts.AddGroup({.name = "new", .gid = 501});
  std::string expected = passwd;
  expected.insert(expected.find("+x"), "new:!*:500:501:A New One:/home/new:/bin/sh\n");
  EXPECT_EQ(bed.After()["passwd"], expected);
  EXPECT_EQ(bed.After()["group"], "new:x:501:\n-");
}

TEST(AccountFiles, GroupIdsAreThoseOfLibc) {
  const char* const lines[] = {"",
                               "g",
                               "g:x:5",
                               "g:x:5:",
                               "g:x:5:a,b",
                               "g:x: 5:",
                               "g:x:5 :",
                               "g:x:+5:",
                               "g:x:-1:",
                               "g:x::",
                               "g:x:a:",
                               " g:x:5:",
                               "#g:x:5:",
                               "+g:x:5:",
                               "+:::",
                               "-",
                               ":x:5:",
                               "G:x:5:",
                               "g::5:",
                               "g:x:0000000005:",
                               "g:x:999999999:",
                               "g:x:4294967295:",
                               "g:x:4294967296:",
                               "g:x:5x:"};
  for (const char* line : lines) {
    GroupEntry entry;
    std::string_view name;
    uint32_t gid = 0;
    const bool read = ParseGroup(line, &entry);
    ASSERT_EQ(GroupIds(line, &name, &gid), read) << line;
    if (!read) continue;
    EXPECT_EQ(name, entry.name) << line;
    EXPECT_EQ(gid, entry.gid) << line;
  }
}

TEST(AccountFiles, IdsFollowEdits) {
  Bed bed({{"passwd", "root:x:0:0:::\nntp:x:38:38:::\ntwo:x:38:38:::\n"}, {"group", ""}});
  AccountFiles& accounts = bed.accounts;
  EXPECT_EQ(accounts.UidHolder(38), "ntp");
  accounts.AddUser(kNew);
  EXPECT_EQ(accounts.UidHolder(500), "new");
  accounts.RemoveUser("ntp");
  EXPECT_EQ(accounts.UidHolder(38), "two");
  accounts.RemoveUser("two");
  EXPECT_FALSE(accounts.UidTaken(38));
  EXPECT_EQ(accounts.UidHolder(38), "");
  UserRecord moved = kNew;
  moved.uid = 600;
  accounts.ChangeUser(moved);
  EXPECT_TRUE(accounts.UidTaken(600));
  EXPECT_FALSE(accounts.UidTaken(500));
  EXPECT_TRUE(accounts.UidTaken(0));
}

TEST(AccountFiles, SubordinateRanges) {
  Bed bed({{"passwd", ""},
           {"group", ""},
           {"subuid", "a:100:10\nbad\nb:4294967290:100\nc:5:0\nd:99999999999:1\n"},
           {"subgid", "a:200:1\n"}});
  const struct {
    uint32_t id;
    bool in;
  } cases[] = {{99, false},  {100, true}, {109, true},         {110, false},      {200, true},
               {201, false}, {5, false},  {4294967289, false}, {UINT32_MAX, true}};
  for (const auto& c : cases) EXPECT_EQ(bed.accounts.InSubordinateRange(c.id), c.in) << c.id;
  bed.accounts.AddSubordinateRange("x", 300, 5);
  EXPECT_TRUE(bed.accounts.InSubordinateRange(304));
}

TEST(AccountFiles, AllNamesInOrder) {
  Bed bed(kLinux, AccountSystem::kLinux, {.users = {"new"}, .groups = {}, .all = true});
  EXPECT_EQ(bed.accounts.user_names(), (std::vector<std::string>{"root", "ntp"}));
  EXPECT_EQ(bed.accounts.group_names(), (std::vector<std::string>{"root", "ntp", "audio"}));
  bed.accounts.AddUser(kNew);
  EXPECT_EQ(bed.accounts.user_names(), (std::vector<std::string>{"root", "ntp", "new"}));
}

// Of many edits shadow's own checkers have nothing to say. They look up members and groups in /etc,
// so that is where our files are, in a mount name space of their own.
TEST(AccountFiles, CheckersAreSilent) {
  if (std::system("command -v pwck grpck >/dev/null && unshare -m true") != 0)
    GTEST_SKIP() << "needs pwck, grpck and a mount name space";
  Files files = kLinux;
  files["passwd"] = "root:x:0:0:root:/root:/bin/sh\nntp:x:38:38::/:/bin/sh\n";
  files["group"] = "root:x:0:\nntp:x:38:\naudio:x:29:ntp,root\n";
  AccountFiles::Names names = kNames;
  for (int i = 0; i < 100; ++i) {
    names.users.insert("user" + std::to_string(i));
    names.groups.insert("user" + std::to_string(i));
  }
  Bed bed(files, AccountSystem::kLinux, names);
  AccountFiles& accounts = bed.accounts;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "user" + std::to_string(i);
    const uint32_t id = 1000 + i;
    accounts.AddGroup({.name = name, .gid = id});
    accounts.AddUser({.name = name, .uid = id, .gid = id, .home = "/", .shell = "/bin/sh"});
    accounts.AddMember("audio", name);
    if (i % 3 == 0) accounts.RemoveUser(name);
    if (i % 6 == 0) accounts.RemoveGroup(name);
  }
  accounts.RemoveUser("ntp");
  TemporaryFolder folder;
  for (const auto& [name, bytes] : bed.After()) std::ofstream(folder.path() + "/" + name) << bytes;
  const std::string check =
      "unshare -m sh -ec 'for f in passwd shadow group gshadow; do mount --bind " + folder.path() +
      "/$f /etc/$f; done; out=$(pwck -rq 2>&1; grpck -r 2>&1); " +
      "echo \"$out\"; test -z \"$out\"'";
  EXPECT_EQ(std::system(check.c_str()), 0);
}

}  // namespace
}  // namespace keelson
