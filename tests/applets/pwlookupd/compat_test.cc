// What + and - lines mean. The rules are those of Debian's libnss_compat, which the test with a
// real server asks the same; where it forgets an exclusion when it is asked by id, this does not.
#include "applets/pwlookupd/compat.h"

#include <gtest/gtest.h>

#include "tests/applets/pwlookupd/yp_maps.h"

namespace keelson {
namespace {

constexpr char kMaps[] =
    "passwd.byname alice alice:Ha:2001:2100:Alice:/home/alice:/bin/sh\n"
    "passwd.byname bob bob:Hb:2002:2100:Bob:/home/bob:/bin/sh\n"
    "passwd.byname carol carol:Hc:2003:2100:Carol:/home/carol:/bin/sh\n"
    "passwd.byname local local:Hl:2005:2100:Yp:/home/yp:/bin/sh\n"
    "passwd.byname evil evil:He:0:0:Evil:/:/bin/sh\n"
    "passwd.byuid 2001 alice:Ha:2001:2100:Alice:/home/alice:/bin/sh\n"
    "passwd.byuid 2002 bob:Hb:2002:2100:Bob:/home/bob:/bin/sh\n"
    "passwd.byuid 2003 carol:Hc:2003:2100:Carol:/home/carol:/bin/sh\n"
    "passwd.byuid 2005 local:Hl:2005:2100:Yp:/home/yp:/bin/sh\n"
    "passwd.byuid 0 evil:He:0:0:Evil:/:/bin/sh\n"
    "group.byname staffy staffy:*:2100:alice,bob\n"
    "group.byname devs devs:*:2101:alice,carol\n"
    "group.bygid 2100 staffy:*:2100:alice,bob\n"
    "group.bygid 2101 devs:*:2101:alice,carol\n"
    "netgroup friends (,alice,) (,bob,) more\n"
    "netgroup more (-,carol,elsewhere) friends\n"
    "netgroup all (,,)\n";

std::string Show(const PasswdEntry& entry) {
  std::string text(entry.name);
  for (const std::string& field :
       {std::string(entry.password), std::to_string(entry.uid), std::string(entry.gecos),
        std::string(entry.directory), std::string(entry.shell)}) {
    text += ":" + field;
  }
  return text;
}

std::string Show(const GroupEntry& entry) {
  return std::string(entry.name) + ":" + std::to_string(entry.gid);
}

class Compat {
 public:
  explicit Compat(std::string file, std::string_view netgroup_file = "") : file_(std::move(file)) {
    context_ = {
        .facts = &facts_,
        .domain = "lab",
        .shows_passwords = true,
        .netgroup_sources = {YpContext::NetgroupSource::kFile, YpContext::NetgroupSource::kYp},
        .netgroup_file = netgroup_file};
  }

  template <typename Entry>
  std::string Find(const AccountKey& key) {
    Entry entry;
    const auto lookup = [&] { return FindCompatEntry(file_, key, context_, &entry); };
    const YpFound found = maps_.Run(&facts_, lookup);
    return found == YpFound::kYes ? Show(entry) : found == YpFound::kNo ? "" : "?";
  }

  // Names, and whose uid it is where that is known: "alice=2001".
  template <typename Entry>
  std::string All() {
    std::vector<Entry> entries;
    const auto lookup = [&] {
      entries.clear();
      return AllCompatEntries(file_, context_, &entries);
    };
    const YpFound found = maps_.Run(&facts_, lookup);
    std::string names = found == YpFound::kDown ? "? " : "";
    for (const Entry& entry : entries) names += std::string(entry.name) + " ";
    return names;
  }

  YpMaps maps_{kMaps};
  YpFacts facts_;
  YpContext context_{};

 private:
  std::string file_;
};

TEST(Compat, WhoIsFoundByNameAndByIdAndEnumerated) {
  const struct {
    const char *file, *names, *uids, *all;
  } cases[] = {
      {"+\n", "alice bob carol local ", "2001 2002 2003 2005 ", "alice bob carol local "},
      {"+::::::\n", "alice bob carol local ", "2001 2002 2003 2005 ", "alice bob carol local "},
      {"+alice\n", "alice ", "2001 ", "alice "},
      {"  +alice\n#+bob\n+bob \n", "alice ", "2001 ", "alice "},
      {"+alice::\n+bob:::\n", "", "", ""},
      {"+ghost\n+bob\n", "bob ", "2002 ", "bob "},
      {"+@friends\n", "alice bob carol ", "2001 2002 2003 ", "alice bob carol "},
      {"+@more\n-@more\n+@friends\n", "alice bob carol ", "2001 2002 2003 ", "carol alice bob "},
      {"+@nosuch\n-@nosuch\n+bob\n", "bob ", "2002 ", "bob "},
      {"+@\n-@\n-\n+bob\n", "bob ", "2002 ", "bob "},
      {"+2002\n", "", "", ""},
      {"-alice\n+\n", "bob carol local ", "2002 2003 2005 ", "bob carol local "},
      {"-alice:::::\n-bob::::::\n+\n", "carol local ", "2003 2005 ", "carol local "},
      {"+\n-alice\n", "alice bob carol local ", "2001 2002 2003 2005 ", "alice bob carol local "},
      {"+alice\n-alice\n", "alice ", "2001 ", "alice "},
      {"-alice\n+alice\n+bob\n", "bob ", "2002 ", "bob "},
      {"-@friends\n+\n", "local ", "2005 ", "local "},
      {"-@friends\n+alice\n+\n", "local ", "2005 ", "local "},
      {"-@all\n+alice\n+\n", "", "", ""},
      {"+@all\n", "alice bob carol local ", "2001 2002 2003 2005 ", ""},
      {"-bob\n+@friends\n", "alice carol ", "2001 2003 ", "alice carol "},
      {"+\nafter:x:9:9::/:/bin/sh\n", "alice bob carol local ", "2001 2002 2003 2005 ",
       "alice bob carol local "},
      {"+alice\nafter:x:9:9::/:/bin/sh\n", "alice after ", "2001 9 ", "alice after "},
      {"local:x:5:5:L:/l:/bin/sh\n+@all\n", "alice bob carol local ", "2001 2002 2003 2005 5 ",
       "local "},
      {"-local\nlocal:x:5:5:L:/l:/bin/sh\n+\n", "alice bob carol ", "2001 2002 2003 5 ",
       "local alice bob carol "},
      {"-alice\nalice:x:9:9:A:/a:/bin/sh\n", "", "9 ", "alice "},
      {"local:x:5:5:L:/l:/bin/sh\n+\n", "alice bob carol local ", "2001 2002 2003 2005 5 ",
       "local alice bob carol local "},
      {"x:x:2001:1::/:/bin/sh\n+\n", "alice bob carol local ", "2001 2002 2003 2005 ",
       "x alice bob carol local "},
      {"", "", "", ""},
  };
  for (const auto& c : cases) {
    std::string names, uids;
    for (const char* name : {"alice", "bob", "carol", "local", "ghost", "evil", "after", "+",
                             "+alice", "-alice", "@friends", ""}) {
      if (Compat(c.file).Find<PasswdEntry>({name}) != "") names += std::string(name) + " ";
    }
    for (const uint32_t uid : {2001u, 2002u, 2003u, 2005u, 0u, 5u, 9u, 4294967295u}) {
      if (Compat(c.file).Find<PasswdEntry>({{}, uid}) != "") uids += std::to_string(uid) + " ";
    }
    EXPECT_EQ(names, c.names) << c.file;
    EXPECT_EQ(uids, c.uids) << c.file;
    EXPECT_EQ(Compat(c.file).All<PasswdEntry>(), c.all) << c.file;
  }
}

TEST(Compat, FieldsOfTheLineStandInForThoseOfYp) {
  const struct {
    const char *file, *alice;
  } cases[] = {
      {"+alice\n", "alice:Ha:2001:Alice:/home/alice:/bin/sh"},
      {"+alice:pw:77:78:Gecos:/dir:/shell\n", "alice:pw:2001:Gecos:/dir:/shell"},
      {"+alice:pw:0:0\n", "alice:pw:2001:Alice:/home/alice:/bin/sh"},
      {"+:::::/dir:\n", "alice:Ha:2001:Alice:/dir:/bin/sh"},
      {"+@friends:pw:::::/s\n", "alice:pw:2001:Alice:/home/alice:/s"},
      {"+alice:one:::::\n+alice:two:::::\n+:three:::::\n",
       "alice:one:2001:Alice:/home/alice:/bin/sh"},
      {"+bob:one:::::\n+:three:::::\n", "alice:three:2001:Alice:/home/alice:/bin/sh"},
      {"alice:x:2001:1:a:b:c\n+alice\n", "alice:x:2001:a:b:c"},
  };
  for (const auto& c : cases) {
    Compat compat(c.file);
    EXPECT_EQ(compat.Find<PasswdEntry>({"alice"}), c.alice) << c.file;
    EXPECT_EQ(compat.Find<PasswdEntry>({{}, 2001}), c.alice) << c.file;
  }
}

TEST(Compat, GroupsHaveNoNetgroupsAndNoFieldsOfTheirOwn) {
  const struct {
    const char *file, *names, *gids, *all;
  } cases[] = {
      {"+\n", "staffy:2100 devs:2101 ", "staffy:2100 devs:2101 ", "staffy devs "},
      {"+devs:P:5:dave\n", "devs:2101 ", "devs:2101 ", "devs "},
      {"-devs:::\n+:::\n", "staffy:2100 ", "staffy:2100 ", "staffy "},
      {"-@friends\n+@friends\n+staffy\n", "staffy:2100 ", "staffy:2100 ", "staffy "},
      {"devs:x:5:bob\n+\n", "staffy:2100 devs:5 ", "staffy:2100 devs:2101 devs:5 ",
       "devs staffy devs "},
  };
  for (const auto& c : cases) {
    std::string names, gids;
    for (const char* name : {"staffy", "devs", "ghost"}) {
      const std::string found = Compat(c.file).Find<GroupEntry>({name});
      if (!found.empty()) names += found + " ";
    }
    for (const uint32_t gid : {2100u, 2101u, 5u, 0u}) {
      const std::string found = Compat(c.file).Find<GroupEntry>({{}, gid});
      if (!found.empty()) gids += found + " ";
    }
    EXPECT_EQ(names, c.names) << c.file;
    EXPECT_EQ(gids, c.gids) << c.file;
    EXPECT_EQ(Compat(c.file).All<GroupEntry>(), c.all) << c.file;
  }
}

TEST(Compat, NetgroupsOfTheFileComeFirst) {
  Compat compat("+@friends\n", "friends (,local,) other\nother (,bob,) friends\n");
  EXPECT_EQ(compat.All<PasswdEntry>(), "local bob ");
  EXPECT_EQ(compat.Find<PasswdEntry>({"alice"}), "");
  EXPECT_NE(compat.Find<PasswdEntry>({"bob"}), "");
}

TEST(Compat, WhileYpIsDownTheFileIsStillFound) {
  const struct {
    const char *file, *name, *found;
  } cases[] = {
      {"root:x:0:0:r:/:/s\n+\n", "root", "root:x:0:r:/:/s"},
      {"+alice\nroot:x:0:0:r:/:/s\n", "root", "root:x:0:r:/:/s"},
      {"+@friends\nroot:x:0:0:r:/:/s\n", "root", "root:x:0:r:/:/s"},
      {"-@friends\nroot:x:0:0:r:/:/s\n", "root", "?"},
      {"root:x:0:0:r:/:/s\n+\n", "alice", "?"},
      {"root:x:0:0:r:/:/s\n+bob\n", "alice", ""},
      {"-alice\n+\n", "alice", ""},
  };
  for (const auto& c : cases) {
    Compat compat(c.file);
    compat.maps_.Die();
    EXPECT_EQ(compat.Find<PasswdEntry>({c.name}), c.found) << c.file << c.name;
  }
  Compat compat("root:x:0:0:r:/:/s\n+\n");
  compat.maps_.Die();
  EXPECT_EQ(compat.All<PasswdEntry>(), "? root ");
}

TEST(Compat, NobodyIsAskedForWhatTheFileKnows) {
  Compat compat("root:x:0:0:r:/:/s\n-@friends\n+alice\n+\n");
  EXPECT_NE(compat.Find<PasswdEntry>({"root"}), "");
  EXPECT_NE(compat.Find<PasswdEntry>({{}, 0}), "");
  EXPECT_EQ(compat.maps_.questions(), 0u);
  // An id is one question for an account, however many lines there are.
  std::string many = "+bob\n+bob\n";
  for (int i = 0; i < 1000; ++i) many += "+user" + std::to_string(i) + "\n";
  Compat large(many + "+carol\n");
  EXPECT_NE(large.Find<PasswdEntry>({{}, 2003}), "");
  EXPECT_EQ(large.maps_.questions(), 1u);
}

}  // namespace
}  // namespace keelson
