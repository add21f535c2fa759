#include "applets/pwlookupd/tables.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

TEST(PasswdTable, Lookups) {
  const PasswdTable table(
      BytesOf("# users\n"
              "root:x:0:0:root:/root:/bin/bash\n"
              "\n"
              "ann:x:1000:1000:Ann:/home/ann:/bin/sh\n"
              "broken\n"
              "ann:x:2000:1000:another Ann:/home/ann2:/bin/sh\n"
              "twin:x:1000:1000::/:/bin/sh\n"
              "big:x:4294967296:0::/:/bin/sh\n"
              "short:x:7:7\n"
              "+compat:x:55:55::/:\n"
              "last:x:99:99:no line end:/:/bin/false"));
  EXPECT_EQ(table.entries(), 7u);
  EXPECT_TRUE(table.has_compat_lines());
  const struct {
    const char* name;
    bool found;
    uint32_t uid;
    const char* gecos;
  } by_name[] = {
      {"root", true, 0, "root"}, {"ann", true, 1000, "Ann"},
      {"twin", true, 1000, ""},  {"last", true, 99, "no line end"},
      {"short", true, 7, ""},    {"big", false, 0, ""},
      {"broken", false, 0, ""},  {"+compat", false, 0, ""},
      {"", false, 0, ""},        {"roo", false, 0, ""},
      {"root:", false, 0, ""},   {"nobody", false, 0, ""},
  };
  PasswdEntry entry;
  for (const auto& c : by_name) {
    SCOPED_TRACE(c.name);
    ASSERT_EQ(table.FindName(c.name, &entry), c.found);
    if (!c.found) continue;
    EXPECT_EQ(entry.uid, c.uid);
    EXPECT_EQ(entry.gecos, c.gecos);
  }
  ASSERT_TRUE(table.FindUid(1000, &entry));
  EXPECT_EQ(entry.name, "ann") << "the first line of a uid wins";
  ASSERT_TRUE(table.FindUid(2000, &entry));
  EXPECT_EQ(entry.gecos, "another Ann") << "hidden by name, found by uid";
  EXPECT_FALSE(table.FindUid(55, &entry));
  EXPECT_FALSE(table.FindUid(4294967295u, &entry));
}

TEST(PasswdTable, NothingInIt) {
  for (std::string_view bytes : {"", "\n", "#\n", "\n\n\n"}) {
    const PasswdTable table(BytesOf(bytes));
    PasswdEntry entry;
    EXPECT_EQ(table.entries(), 0u);
    EXPECT_FALSE(table.FindName("root", &entry));
    EXPECT_FALSE(table.FindUid(0, &entry));
  }
}

TEST(PasswdTable, ManyLinesWhoseFirstOnesMislead) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) bytes += "#" + std::string(4000, '-') + "\n";  // a bad estimate
  for (int i = 0; i < 20000; ++i) {
    bytes += "u" + std::to_string(i) + ":x:" + std::to_string(i) + ":1\n";
  }
  const PasswdTable table(BytesOf(bytes));
  PasswdEntry entry;
  for (uint32_t i = 0; i < 20000; ++i) {
    ASSERT_TRUE(table.FindName("u" + std::to_string(i), &entry)) << i;
    ASSERT_EQ(entry.uid, i);
    ASSERT_TRUE(table.FindUid(i, &entry)) << i;
  }
}

TEST(GroupTable, Lookups) {
  const GroupTable table(
      BytesOf("root:x:0:\n"
              "adm:x:4:ann, bob,ann,,\n"
              "wheel:x:10:bob,annabel\n"
              "adm2:x:4:ann\n"
              "users:x:100:ann"));
  EXPECT_EQ(table.entries(), 5u);
  EXPECT_FALSE(table.has_compat_lines());
  GroupEntry entry;
  ASSERT_TRUE(table.FindName("adm", &entry));
  EXPECT_EQ(entry.gid, 4u);
  ASSERT_TRUE(table.FindGid(4, &entry));
  EXPECT_EQ(entry.name, "adm");
  EXPECT_FALSE(table.FindGid(5, &entry));

  const struct {
    const char* user;
    std::vector<uint32_t> gids;
  } cases[] = {
      {"ann", {4, 100}},  // named twice in one group and in two of the same gid: once
      {"bob", {4, 10}},  {"annabel", {10}}, {"an", {}}, {"", {}}, {"root", {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.user);
    EXPECT_EQ(table.GroupsOf(c.user), c.gids);
  }
}

TEST(GroupTable, MembershipsOfCommentedAndCompatLinesCountAsInLibc) {
  const GroupTable table(
      BytesOf("#off:x:8:ann\n"
              " # spaced:x:9:ann\n"
              "+plus:x:40:ann\n"
              "-minus:x:41:ann\n"
              "#noid:x::ann\n"
              " +noid:x::ann\n"  // with an empty id a compat line is group 0, but this is none
              "# just words\n"
              "bad:x:y:ann\n"
              ":x:39:ann\n"));
  EXPECT_EQ(table.GroupsOf("ann"), (std::vector<uint32_t>{8, 9, 40, 41, 39}));
  GroupEntry entry;
  EXPECT_FALSE(table.FindGid(8, &entry));
  EXPECT_FALSE(table.FindGid(40, &entry));
  EXPECT_FALSE(table.FindName("#off", &entry));
  EXPECT_TRUE(table.has_compat_lines());
}

TEST(GroupTable, AUserInVeryManyGroupsOfVeryManyMembers) {
  std::string bytes;
  for (int i = 0; i < 30000; ++i)
    bytes += "g" + std::to_string(i) + ":x:" + std::to_string(i) + ":root\n";
  bytes += "all:x:70000:";
  for (int i = 0; i < 100000; ++i) bytes += "m" + std::to_string(i) + ",";
  bytes += "root\n";
  const GroupTable table(BytesOf(bytes));
  const std::vector<uint32_t> gids = table.GroupsOf("root");
  ASSERT_EQ(gids.size(), 30001u);
  for (uint32_t i = 0; i < 30000; ++i) ASSERT_EQ(gids[i], i);
  EXPECT_EQ(gids.back(), 70000u);
  EXPECT_EQ(table.GroupsOf("m99999"), std::vector<uint32_t>{70000});
}

TEST(ServiceTable, Lookups) {
  const ServiceTable table(
      BytesOf("http 80/tcp www web # the web\n"
              "domain\t53/tcp\n"
              "domain\t53/udp dns\n"
              "www 8080/tcp\n"
              "dns 5353/tcp\n"
              "broken\n"));
  EXPECT_EQ(table.entries(), 5u);
  const struct {
    const char* key;
    const char* protocol;
    int port;  // -1: not found
    const char* name;
  } by_name[] = {
      {"http", "tcp", 80, "http"},
      {"http", "", 80, "http"},
      {"http", "udp", -1, ""},
      {"www", "tcp", 80, "http"},
      {"web", "", 80, "http"},
      {"domain", "", 53, "domain"},
      {"domain", "udp", 53, "domain"},
      {"dns", "", 53, "domain"},
      {"dns", "tcp", 5353, "dns"},
      {"dns", "udp", 53, "domain"},
      {"the", "", -1, ""},
      {"", "", -1, ""},
      {"#", "tcp", -1, ""},
  };
  ServiceEntry entry;
  for (const auto& c : by_name) {
    SCOPED_TRACE(std::string(c.key) + "/" + c.protocol);
    ASSERT_EQ(table.FindName(c.key, c.protocol, &entry), c.port >= 0);
    if (c.port < 0) continue;
    EXPECT_EQ(entry.port, c.port);
    EXPECT_EQ(entry.name, c.name);
  }
  ASSERT_TRUE(table.FindPort(53, "", &entry));
  EXPECT_EQ(entry.protocol, "tcp");
  ASSERT_TRUE(table.FindPort(53, "udp", &entry));
  EXPECT_EQ(entry.protocol, "udp");
  EXPECT_FALSE(table.FindPort(54, "", &entry));
}

}  // namespace
}  // namespace keelson
