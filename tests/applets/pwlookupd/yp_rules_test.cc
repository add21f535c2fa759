// What nsswitch.conf leaves to YP, and the machine's answers by way of it.
#include "applets/pwlookupd/yp_rules.h"

#include <gtest/gtest.h>

#include <cstring>

#include "applets/pwlookupd/machine.h"
#include "applets/pwlookupd/tables.h"
#include "tests/applets/pwlookupd/bytes_of.h"
#include "tests/applets/pwlookupd/yp_maps.h"

namespace keelson {
namespace {

TEST(YpPlanOf, Table) {
  using enum YpPlan::Use;
  const struct {
    const char* conf;
    YpPlan::Use use, use_with_compat_lines;
    bool ends;
  } cases[] = {
      {"", kNone, kNone, false},
      {"passwd: files\n", kNone, kNone, false},
      {"passwd: files nis\n", kBehindFile, kBehindFile, true},
      {"passwd: files nis systemd\n", kBehindFile, kBehindFile, false},
      {"passwd: files nis [NOTFOUND=return] systemd\n", kNone, kNone, false},
      {"passwd: files [NOTFOUND=return] nis\n", kNone, kNone, false},
      {"passwd: files systemd nis\n", kNone, kNone, false},
      {"passwd: nis files\n", kNone, kNone, false},
      {"passwd: compat\n", kNone, kCompat, true},
      {"passwd: compat systemd\n", kNone, kCompat, false},
      {"passwd: compat\npasswd_compat: nis\n", kNone, kCompat, true},
      {"passwd: compat\npasswd_compat: ldap\n", kNone, kNone, false},
      {"passwd: compat\npasswd_compat: nis files\n", kNone, kNone, false},
      {"passwd: compat\ngroup_compat: ldap\n", kNone, kCompat, true},
      {"passwd: compat [NOTFOUND=return]\n", kNone, kNone, false},
  };
  for (const auto& c : cases) {
    const YpPlan plain = YpPlanOf(c.conf, "passwd", false);
    const YpPlan compat = YpPlanOf(c.conf, "passwd", true);
    EXPECT_EQ(plain.use, c.use) << c.conf;
    EXPECT_EQ(compat.use, c.use_with_compat_lines) << c.conf;
    EXPECT_EQ(compat.ends, c.ends) << c.conf;
  }
}

TEST(NetgroupSourcesOf, Table) {
  using Source = YpContext::NetgroupSource;
  EXPECT_EQ(NetgroupSourcesOf(""), (std::vector{Source::kFile, Source::kYp}));
  EXPECT_EQ(NetgroupSourcesOf("netgroup: nis\n"), std::vector{Source::kYp});
  EXPECT_EQ(NetgroupSourcesOf("netgroup: nis ldap files\n"),
            (std::vector{Source::kYp, Source::kFile}));
  EXPECT_EQ(NetgroupSourcesOf("netgroup: ldap\n"), std::vector<Source>{});
}

class FakeAsker : public Asker {
 public:
  bool Privileged() override { return privileged; }
  void AskedForMapping() override {}
  bool MayBeGlibc() override { return glibc; }
  bool privileged = true;
  bool glibc = true;
};

constexpr char kMaps[] =
    "passwd.byname alice alice:hash:2001:2100:A:/a:/s\n"
    "passwd.byname local local:hash:2005:2100:A:/a:/s\n"
    "passwd.byuid 2001 alice:hash:2001:2100:A:/a:/s\n"
    "group.byname staffy staffy:*:2100:alice,local\n"
    "group.bygid 2100 staffy:*:2100:alice,local\n"
    "services.byservicename web/tcp web 80/tcp\n";

class YpMachineTest : public testing::Test {
 protected:
  void Configure(std::string_view nsswitch, std::string passwd, std::string group) {
    for (const Database database : {Database::kPasswd, Database::kGroup, Database::kServices}) {
      const bool lines = database != Database::kServices && passwd.find('+') != passwd.npos;
      machine_.SetAuthority(database, AuthorityOf(nsswitch, DatabaseName(database), false, lines));
    }
    machine_.SetInitgroupsAuthority(Authority::kNone);
    machine_.yp_rules().SetNsswitch(nsswitch);
    machine_.yp_rules().SetPasswdFile(passwd, passwd.find('+') != passwd.npos);
    machine_.yp_rules().SetGroupFile(group, group.find('+') != group.npos);
    machine_.SetPasswd(std::make_unique<PasswdTable>(BytesOf(passwd)));
    machine_.SetGroup(std::make_unique<GroupTable>(BytesOf(group)));
    machine_.SetServices(std::make_unique<ServiceTable>(BytesOf("http 80/tcp\n")));
  }

  std::string Ask(NscdType type, std::string_view key) {
    YpTalk talk{.domain = "lab"};
    std::string answer;
    while (machine_.Handle({type, key}, asker_, &answer, &talk).kind == Action::kLater) {
      EXPECT_EQ(answer, "");
      talk.facts.Put(talk.facts.wanted(), maps_.Answer(talk.facts.wanted()));
    }
    return answer;
  }

  int32_t Found(NscdType type, std::string_view key) {
    const std::string answer = Ask(type, key);
    int32_t found = 7;
    if (answer.size() >= 8) std::memcpy(&found, answer.data() + 4, sizeof found);
    return found;
  }

  LookupMachine machine_;
  FakeAsker asker_;
  YpMaps maps_{kMaps};
};

constexpr char kFilesNis[] = "passwd: files nis\ngroup: files nis\nservices: files nis\n";

TEST_F(YpMachineTest, WhatTheFileDoesNotHaveIsAskedOfYp) {
  Configure(kFilesNis, "local:x:5:5:L:/:/s\n", "here:x:6:alice\n");
  const struct {
    NscdType type;
    const char* key;
    int32_t found;
    size_t questions;
  } cases[] = {
      {NscdType::kPasswdByName, "local", 1, 0},     {NscdType::kPasswdByName, "alice", 1, 1},
      {NscdType::kPasswdByUid, "2001", 1, 1},       {NscdType::kPasswdByName, "ghost", 0, 1},
      {NscdType::kPasswdByUid, "x", 0, 0},          {NscdType::kPasswdByUid, "0", 0, 0},
      {NscdType::kGroupByName, "staffy", 1, 1},     {NscdType::kGroupByGid, "2100", 1, 1},
      {NscdType::kServiceByName, "http/tcp", 1, 0}, {NscdType::kServiceByName, "web/tcp", 1, 1},
      {NscdType::kServiceByName, "no/tcp", 0, 1},   {NscdType::kInitgroups, "alice", 1, 3},
      {NscdType::kInitgroups, "ghost", 0, 2},       {NscdType::kHostByName, "h", -1, 0},
  };
  for (const auto& c : cases) {
    const size_t before = maps_.questions();
    EXPECT_EQ(Found(c.type, c.key), c.found) << c.key;
    EXPECT_EQ(maps_.questions() - before, c.questions) << c.key;
  }
  NscdFound found;
  std::vector<uint32_t> gids;
  EXPECT_TRUE(ReadInitgroupsAnswer(Ask(NscdType::kInitgroups, "alice"), &found, &gids));
  EXPECT_EQ(gids, (std::vector<uint32_t>{6, 2100}));
}

TEST_F(YpMachineTest, PasswordsAreForRoot) {
  Configure(kFilesNis, "", "");
  NscdFound found;
  PasswdEntry entry;
  std::string answer = Ask(NscdType::kPasswdByName, "alice");
  ASSERT_TRUE(ReadPasswdAnswer(answer, &found, &entry));
  EXPECT_EQ(entry.password, "hash");
  asker_.privileged = false;
  answer = Ask(NscdType::kPasswdByName, "alice");
  ASSERT_TRUE(ReadPasswdAnswer(answer, &found, &entry));
  EXPECT_EQ(entry.password, "x");
}

TEST_F(YpMachineTest, WhenYpIsDownOrOthersFollow) {
  Configure(kFilesNis, "local:x:5:5:L:/:/s\n", "");
  maps_.Die();
  EXPECT_EQ(Found(NscdType::kPasswdByName, "local"), 1);
  EXPECT_EQ(Found(NscdType::kPasswdByName, "alice"), -1);
  EXPECT_EQ(Found(NscdType::kInitgroups, "alice"), -1);
  asker_.glibc = false;
  EXPECT_EQ(Found(NscdType::kPasswdByName, "alice"), 0);
  asker_.glibc = true;
  maps_ = YpMaps(kMaps);
  Configure("passwd: files nis systemd\n", "", "");
  EXPECT_EQ(Found(NscdType::kPasswdByName, "alice"), 1);
  EXPECT_EQ(Found(NscdType::kPasswdByName, "ghost"), -1);
}

TEST_F(YpMachineTest, CompatLines) {
  Configure("passwd: compat\ngroup: compat\n", "root:x:0:0::/:/s\n-local\n+:::::/other:\n",
            "here:x:6:alice\n+\n");
  EXPECT_EQ(Found(NscdType::kPasswdByName, "root"), 1);
  EXPECT_EQ(maps_.questions(), 0u);
  EXPECT_EQ(Found(NscdType::kPasswdByName, "local"), 0);
  EXPECT_EQ(Found(NscdType::kPasswdByUid, "2005"), 0);
  NscdFound found;
  PasswdEntry entry;
  const std::string answer = Ask(NscdType::kPasswdByUid, "2001");
  ASSERT_TRUE(ReadPasswdAnswer(answer, &found, &entry));
  EXPECT_EQ(entry.directory, "/other");
  std::vector<uint32_t> gids;
  EXPECT_TRUE(ReadInitgroupsAnswer(Ask(NscdType::kInitgroups, "alice"), &found, &gids));
  EXPECT_EQ(gids, (std::vector<uint32_t>{6, 2100}));
}

TEST_F(YpMachineTest, RequestsAreCountedOnce) {
  Configure(kFilesNis, "", "");
  Found(NscdType::kPasswdByName, "alice");
  Found(NscdType::kPasswdByName, "ghost");
  const std::string text = machine_.Statistics();
  EXPECT_NE(text.find("passwd\t0\t1\t2\t1\t0\t1\t"), text.npos) << text;
}

}  // namespace
}  // namespace keelson
