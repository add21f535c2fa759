#include "core/uid_gid_registry.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace keelson {
namespace {

std::string Texts(const std::vector<ParseError>& errors) {
  std::string texts;
  for (const ParseError& error : errors) texts += error.Text("F") + "\n";
  return texts;
}

constexpr std::string_view kBytes =
    "# a registry\n\n#!NAME\tUID\tGID\tPROVIDER\tNOTES\n"
    "root\t\t0\t0\tacct\n"
    "adm     3       4       baselayout\n"
    "adm\t-\t40\thistorical\tonce\n"
    "adm\t-\t41\tacct\t a note, with words \n"
    "3proxy\t5\t-\tuser.eclass\n"
    "old\t6\t6\thistorical\n"
    "old\t7\t7\tsomething-new\n"
    "-\t750..999\t750..998\treserved\tnot for you\n"
    "-\t65535\t65535\treserved\n";

TEST(UidGidRegistry, Records) {
  UidGidRegistry registry;
  EXPECT_EQ(Texts(ParseUidGidRegistry(kBytes, &registry)), "");
  ASSERT_EQ(registry.records().size(), 9u);
  const RegisteredId& adm = registry.records()[3];
  EXPECT_EQ(adm.name, "adm");
  EXPECT_EQ(adm.uids, std::nullopt);
  EXPECT_EQ(adm.gids, (IdRange{41, 41}));
  EXPECT_EQ(adm.provider, "acct");
  EXPECT_EQ(adm.notes, "a note, with words");
  EXPECT_EQ(adm.line, 7u);
  EXPECT_EQ(registry.Reserved(), (std::vector<IdRange>{{750, 999}, {750, 998}, {65535, 65535}}));
}

TEST(UidGidRegistry, Find) {
  UidGidRegistry registry;
  ParseUidGidRegistry(kBytes, &registry);
  const struct {
    AccountKind kind;
    std::string name;
    std::optional<uint32_t> expected;
  } kCases[] = {
      {AccountKind::kUser, "root", 0},
      {AccountKind::kUser, "adm", 3},
      {AccountKind::kGroup, "adm", 41},
      {AccountKind::kUser, "3proxy", 5},
      {AccountKind::kUser, "old", 7},
      {AccountKind::kGroup, "3proxy", std::nullopt},
      {AccountKind::kUser, "", std::nullopt},
      {AccountKind::kUser, "-", std::nullopt},
      {AccountKind::kUser, "nobody", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(registry.Find(c.kind, c.name), c.expected) << c.name;
}

TEST(UidGidRegistry, MoreColumns) {
  UidGidRegistry registry;
  EXPECT_EQ(Texts(ParseUidGidRegistry("#!PROVIDER SINCE GID UID NAME NOTES\nacct 2019 5 6 a b c\n",
                                      &registry)),
            "");
  EXPECT_EQ(registry.Find(AccountKind::kUser, "a"), 6u);
  EXPECT_EQ(registry.Find(AccountKind::kGroup, "a"), 5u);
  EXPECT_EQ(registry.records()[0].notes, "b c");
}

TEST(UidGidRegistry, Errors) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"a 1 2\n", "F:1:1: a column is missing\n"},
      {"a:b 1 2 acct\n", "F:1:1: 'a:b' is not an account's name\n"},
      {"12 1 2 acct\n", "F:1:1: '12' is not an account's name\n"},
      {"a -1 2 acct\n", "F:1:3: '-1' is not an id, FIRST..LAST or -\n"},
      {"a 1 4294967296 acct\n", "F:1:5: '4294967296' is not an id, FIRST..LAST or -\n"},
      {"- 9..5 - reserved\n", "F:1:3: '9..5' is not an id, FIRST..LAST or -\n"},
      {"- 1..2..3 - reserved\n", "F:1:3: '1..2..3' is not an id, FIRST..LAST or -\n"},
      {"\n#!NAME UID GID\n", "F:2:1: there is no column PROVIDER\n"},
  };
  for (const auto& c : kCases) {
    UidGidRegistry registry;
    EXPECT_EQ(Texts(ParseUidGidRegistry(c.input, &registry)), c.expected) << c.input;
  }
}

TEST(UidGidRegistry, Gentoo) {
  const char* shared = getenv("KEELSON_SHARED");
  const std::string path =
      std::string(shared ? shared : "../shared") + "/data/accounts/gentoo-uid-gid.txt";
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) GTEST_SKIP() << "no data/accounts in ../shared";
  std::string bytes(1 << 20, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  UidGidRegistry registry;
  EXPECT_EQ(Texts(ParseUidGidRegistry(bytes, &registry)), "");
  std::map<std::string_view, int> providers;
  for (const RegisteredId& record : registry.records()) ++providers[record.provider];
  EXPECT_EQ(registry.records().size(), 608u);
  EXPECT_EQ(providers["acct"], 511);
  EXPECT_EQ(providers["historical"], 59);
  EXPECT_EQ(providers["baselayout"], 32);
  EXPECT_EQ(registry.Reserved().size(), 7u);  // six lines, one with two ranges
  EXPECT_EQ(registry.Find(AccountKind::kUser, "messagebus"), 101u);
  EXPECT_EQ(registry.Find(AccountKind::kGroup, "adm"), 4u);
}

}  // namespace
}  // namespace keelson
