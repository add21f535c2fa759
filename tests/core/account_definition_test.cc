#include "core/account_definition.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace keelson {
namespace {

using namespace std::string_literals;

std::string Texts(const std::vector<ParseError>& errors) {
  std::string texts;
  for (const ParseError& error : errors) texts += error.Text("F") + "\n";
  return texts;
}

std::string Joined(const std::vector<std::string>& items) {
  std::string joined;
  for (const std::string& item : items) joined += (joined.empty() ? "" : ",") + item;
  return joined;
}

// "key=value@file:line:column", in the order in which they stand.
std::string Shown(const std::vector<DeclaredKey>& keys) {
  std::string shown;
  for (const DeclaredKey& key : keys) {
    shown += std::string(key.key) + "=" + key.value + "@" + key.file + ":" +
             std::to_string(key.at.line) + ":" + std::to_string(key.at.column) + "\n";
  }
  return shown;
}

UserDefinition User(std::string_view bytes, const char* file = "F", bool local = false) {
  UserDefinition user;
  EXPECT_EQ(Texts(ParseUserDefinition(bytes, "ntp", {file, local}, &user)), "");
  return user;
}

TEST(AccountDefinition, UserWithAllKeys) {
  const UserDefinition user = User(
      "# the clock\n\nuser:ntp\nuid: 123\ngid:time\ngroups:audio, video,audio\n"
      "gecos:network time, protocol\nhome:/var/lib/ntp\nshell:/sbin/nologin\npassword:$6$a$b\n"
      "locked:yes\nenforce-id:yes\ncreate-home:yes\nhome-owner:root:ntp\nhome-mode:0750\n"
      "subid-count:65536\nclass:daemon\nchange:0\nexpire:1700000000\ndefunct:true\nx-note:a:b\n");
  EXPECT_EQ(user.uid, 123u);
  EXPECT_EQ(user.gid, std::nullopt);
  EXPECT_EQ(user.group, "time");
  EXPECT_EQ(Joined(user.groups), "audio,video");
  EXPECT_EQ(user.gecos, "network time, protocol");
  EXPECT_EQ(user.home, "/var/lib/ntp");
  EXPECT_EQ(user.shell, "/sbin/nologin");
  EXPECT_EQ(user.password, "$6$a$b");
  EXPECT_TRUE(user.locked && user.enforce_id && user.create_home && user.defunct == true);
  EXPECT_FALSE(user.allow_root || user.inherit);
  EXPECT_EQ(user.home_user + " " + user.home_group, "root ntp");
  EXPECT_EQ(user.home_mode, 0750u);
  EXPECT_EQ(user.subid_count, 65536u);
  EXPECT_EQ(user.login_class, "daemon");
  EXPECT_EQ(user.change, 0);
  EXPECT_EQ(user.expire, 1700000000);
  EXPECT_EQ(user.keys.size(), 18u);
}

TEST(AccountDefinition, EachKeyKnowsWhereItStands) {
  EXPECT_EQ(Shown(User("# c\n\nuid:7\n x\n"s.substr(0, 12)).keys), "uid=7@F:3:5\n");
  EXPECT_EQ(Shown(User("shell:\t/bin/sh \n\ngecos:\n", "P").keys),
            "shell=/bin/sh@P:1:8\ngecos=@P:3:7\n");
}

TEST(AccountDefinition, AbsentIsNotEmpty) {
  const UserDefinition user = User("uid:-\ngid:-\npassword:x\n");
  EXPECT_FALSE(user.uid || user.gid || user.password || user.home || user.gecos);
  EXPECT_EQ(User("gecos:\n").gecos, "");
  EXPECT_FALSE(User("password:\n").password);
  EXPECT_TRUE(User("").keys.empty());
}

TEST(AccountDefinition, UserErrors) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"uid:-1\n", "F:1:5: uid: '-1' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:65535\n", "F:1:5: uid: '65535' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:4294967295\n",
       "F:1:5: uid: '4294967295' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:4294967296\n",
       "F:1:5: uid: '4294967296' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:99999999999999999999999\n",
       "F:1:5: uid: '99999999999999999999999' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:0x10\n", "F:1:5: uid: '0x10' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:\n", "F:1:5: uid: '' is not an id: 0 to 4294967294 without 65535\n"},
      {"uid:ntp\n", "F:1:5: uid: 'ntp' is not an id: 0 to 4294967294 without 65535\n"},
      {"gid:65535\n", "F:1:5: gid: '65535' is not an id: 0 to 4294967294 without 65535\n"},
      {"gid:a:b\n", "F:1:5: gid: 'a:b' is neither an id nor a group's name\n"},
      {"gid:1x:\n", "F:1:5: gid: '1x:' is neither an id nor a group's name\n"},
      {"user:other\n", "F:1:6: user: 'other' is not the file's name, 'ntp'\n"},
      {"uid:1\nuid:2\n", "F:2:1: 'uid' is already given in line 1\n"},
      {"\n\nhome-dir:/\n", "F:3:1: unknown key 'home-dir'\n"},
      {"UID:1\n", "F:1:1: unknown key 'UID'\n"},
      {"uid\n", "F:1:1: ':' is missing\n"},
      {":1\n", "F:1:1: a name is missing before ':'\n"},
      {" uid:1\n", "F:1:2: a continuation line without a key before it\n"},
      {"gecos:" + std::string(1025, 'x') + "\n", "F:1:7: gecos: a value of more than 1024 bytes\n"},
      {"gecos:a:b\n", "F:1:7: gecos: a colon cannot stand in 'a:b'\n"},
      {"gecos:a\tb\n", "F:1:7: gecos: a control character in the value\n"},
      {"gecos:a\x7f\n", "F:1:7: gecos: a control character in the value\n"},
      {"home:/a:/b\n", "F:1:6: home: a colon cannot stand in '/a:/b'\n"},
      {"home:var\n", "F:1:6: home: 'var' is not an absolute path\n"},
      {"home:\n", "F:1:6: home: '' is not an absolute path\n"},
      {"shell:nologin\n", "F:1:7: shell: 'nologin' is not an absolute path\n"},
      {"password:a b\n", "F:1:10: password: a blank cannot stand in a password\n"},
      {"password:a:b\n", "F:1:10: password: a colon cannot stand in 'a:b'\n"},
      {"groups:a,b c\n", "F:1:8: groups: 'b c' is not an account's name\n"},
      {"groups:0\n", "F:1:8: groups: '0' is not an account's name\n"},
      {"groups:../a\n", "F:1:8: groups: '../a' is not an account's name\n"},
      {"locked:maybe\n", "F:1:8: locked: 'maybe' is not yes or no\n"},
      {"defunct:\n", "F:1:9: defunct: '' is not yes or no\n"},
      {"home-owner:ntp\n", "F:1:12: home-owner: 'ntp' is not USER:GROUP\n"},
      {"home-owner:a:b:c\n", "F:1:12: home-owner: 'a:b:c' is not USER:GROUP\n"},
      {"home-owner:0:65535\n", "F:1:12: home-owner: '0:65535' is not USER:GROUP\n"},
      {"home-mode:0788\n", "F:1:11: home-mode: '0788' is not an octal mode of at most 7777\n"},
      {"home-mode:10000\n", "F:1:11: home-mode: '10000' is not an octal mode of at most 7777\n"},
      {"subid-count:-1\n", "F:1:13: subid-count: '-1' is not a number of ids\n"},
      {"expire:never\n", "F:1:8: expire: 'never' is not a time in seconds since 1970\n"},
      {"expire:18446744073709551615\n",
       "F:1:8: expire: '18446744073709551615' is not a time in seconds since 1970\n"},
      {"class:a:b\n", "F:1:7: class: a colon cannot stand in 'a:b'\n"},
      {"uid:1\ninherit:yes\n", "F:2:9: inherit: has to be the first key\n"},
      {"allow-root:yes\n", "F:1:12: allow-root: counts in the local override only\n"},
      {"uid:1\ngecos:a\0:b\nbad\n"s, "F:2:8: a NUL byte\n"},
      {"\0"s, "F:1:1: a NUL byte\n"},
      {"nonsense\nuid:x\nfoo:1\n",
       "F:1:1: ':' is missing\nF:2:5: uid: 'x' is not an id: 0 to 4294967294 without 65535\n"
       "F:3:1: unknown key 'foo'\n"},
  };
  for (const auto& c : kCases) {
    UserDefinition user;
    EXPECT_EQ(Texts(ParseUserDefinition(c.input, "ntp", {"F", false}, &user)), c.expected)
        << c.input;
  }
}

TEST(AccountDefinition, Group) {
  GroupDefinition group;
  EXPECT_EQ(Texts(ParseGroupDefinition("group:audio\ngid:18\nusers:a,b,\n c,a\npassword:!\n"
                                       "enforce-id:yes\ndefunct:no\n",
                                       "audio", {"F", false}, &group)),
            "");
  EXPECT_EQ(group.gid, 18u);
  EXPECT_EQ(Joined(group.users), "a,b,c");
  EXPECT_EQ(group.password, "!");
  EXPECT_TRUE(group.enforce_id && group.defunct == false);
  EXPECT_EQ(Texts(ParseGroupDefinition("gid:audio\nuid:1\nusers:a:b\n", "audio", {}, &group)),
            "F:1:5: gid: 'audio' is not an id: 0 to 4294967294 without 65535\n"
            "F:2:1: unknown key 'uid'\nF:3:7: users: 'a:b' is not an account's name\n");
}

TEST(AccountDefinition, RootOnlyWhereTheAdministratorSaysSo) {
  EXPECT_STREQ(User("gid:0\nuid:0\n").ForbiddenRoot()->key, "uid");
  EXPECT_STREQ(User("uid:1\ngid:0\n").ForbiddenRoot()->key, "gid");
  EXPECT_EQ(User("uid:1\ngid:1\n").ForbiddenRoot(), nullptr);
  EXPECT_EQ(User("").ForbiddenRoot(), nullptr);
  EXPECT_EQ(User("uid:0\nallow-root:yes\n", "F", true).ForbiddenRoot(), nullptr);
  EXPECT_EQ(User("uid:00\n").ForbiddenRoot()->Fault("no"), "F:1:5: uid: no");
  // A profile asks for it, the local override consents.
  const UserDefinition both =
      Merge(User("uid:0\n"), User("inherit:yes\nallow-root:yes\n", "L", true));
  EXPECT_EQ(both.ForbiddenRoot(), nullptr);
  GroupDefinition group;
  ParseGroupDefinition("gid:0\n", "root", {"F", false}, &group);
  EXPECT_STREQ(group.ForbiddenRoot()->key, "gid");
}

TEST(AccountDefinition, InheritedKeysKeepTheirPlace) {
  const UserDefinition base = User("uid:5\ngid:time\nhome:/a\ngroups:x,y\nlocked:yes\n", "A");
  const UserDefinition over = User("inherit:yes\nhome:/b\ngid:7\ngroups:z\nlocked:no\n", "B");
  const UserDefinition merged = Merge(base, over);
  EXPECT_EQ(merged.name, "ntp");
  EXPECT_EQ(merged.uid, 5u);
  EXPECT_EQ(merged.gid, 7u);
  EXPECT_EQ(merged.group, "");
  EXPECT_EQ(merged.home, "/b");
  EXPECT_EQ(Joined(merged.groups), "z");
  EXPECT_FALSE(merged.locked);
  EXPECT_EQ(Shown(merged.keys),
            "uid=5@A:1:5\ninherit=yes@B:1:9\nhome=/b@B:2:6\ngid=7@B:3:5\ngroups=z@B:4:8\n"
            "locked=no@B:5:8\n");
  // "-" is said, too.
  EXPECT_FALSE(Merge(base, User("inherit:yes\nuid:-\n")).uid);
}

AccountDefaults DefaultsOf(std::string_view bytes, std::string_view system) {
  AccountDefaults defaults;
  EXPECT_EQ(Texts(ParseAccountDefaults(bytes, system, {"F", false}, &defaults)), "");
  return defaults;
}

TEST(AccountDefinition, DefaultsBySystem) {
  constexpr std::string_view kBytes =
      "uid-min:200\nshell:/bin/false\nsystem:freebsd\nshell:/usr/sbin/nologin\n"
      "system:linux\nallocate:up\nsystem:all\nuid-max:300\nreserve:250-260,270, 65535\n"
      "shell:/sbin/nologin\n";
  EXPECT_EQ(DefaultsOf(kBytes, "linux").uids, (IdRange{200, 300}));
  EXPECT_TRUE(DefaultsOf(kBytes, "linux").upwards);
  EXPECT_FALSE(DefaultsOf(kBytes, "freebsd").upwards);
  EXPECT_EQ(DefaultsOf(kBytes, "freebsd").shell, "/sbin/nologin");
  EXPECT_EQ(DefaultsOf(kBytes.substr(0, 80), "freebsd").shell, "/usr/sbin/nologin");
  EXPECT_EQ(DefaultsOf(kBytes.substr(0, 80), "linux").shell, "/bin/false");
  EXPECT_EQ(DefaultsOf(kBytes, "linux").reserved,
            (std::vector<IdRange>{{250, 260}, {270, 270}, {65535, 65535}}));
  EXPECT_EQ(DefaultsOf("", "linux").gids, (IdRange{100, 999}));
}

TEST(AccountDefinition, DefaultsErrors) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"uid-min:1\nuid-min:2\n", "F:2:9: 'uid-min' is already given in line 1\n"},
      {"uid-min:1\nsystem:linux\nuid-min:2\n", ""},
      {"system:linux\nuid-min:1\nuid-min:2\n", "F:3:9: 'uid-min' is already given in line 2\n"},
      {"system:plan9\n",
       "F:1:8: system: 'plan9' is not all, linux, freebsd, netbsd, openbsd or dragonfly\n"},
      {"system:freebsd\nuid-max:65535\n",
       "F:2:9: uid-max: '65535' is not an id: 0 to 4294967294 without 65535\n"},
      {"allocate:hash\n", "F:1:10: allocate: 'hash' is not down or up\n"},
      {"reserve:5-1\n", "F:1:9: reserve: '5-1' is not an id or a range FIRST-LAST\n"},
      {"reserve:1-4294967296\n",
       "F:1:9: reserve: '1-4294967296' is not an id or a range FIRST-LAST\n"},
      {"inherit:yes\n", "F:1:1: unknown key 'inherit'\n"},
      {"shell:sh\n", "F:1:7: shell: 'sh' is not an absolute path\n"},
  };
  for (const auto& c : kCases) {
    AccountDefaults defaults;
    EXPECT_EQ(Texts(ParseAccountDefaults(c.input, "linux", {"F", false}, &defaults)), c.expected)
        << c.input;
  }
}

TEST(AccountDefinition, DefaultsMergeKeyByKey) {
  const AccountDefaults merged = Merge(DefaultsOf("uid-min:500\nuid-max:600\nreserve:1\n", "linux"),
                                       DefaultsOf("uid-max:400\nreserve:2\n", "linux"));
  EXPECT_EQ(merged.uids, (IdRange{500, 400}));
  EXPECT_EQ(merged.reserved, (std::vector<IdRange>{{2, 2}}));
  EXPECT_EQ(merged.Fault(), "F:1:9: uid-max: the range 500 to 400 is empty");
  EXPECT_EQ(DefaultsOf("gid-min:1000\n", "linux").Fault(),
            "F:1:9: gid-min: the range 1000 to 999 is empty");
  EXPECT_EQ(DefaultsOf("", "linux").Fault(), "");
}

}  // namespace
}  // namespace keelson
