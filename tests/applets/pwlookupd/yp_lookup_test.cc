// Which replies are taken.
#include "applets/pwlookupd/yp_lookup.h"

#include <gtest/gtest.h>

#include "tests/applets/pwlookupd/yp_maps.h"

namespace keelson {
namespace {

class YpLookup {
 public:
  explicit YpLookup(std::string_view maps) : maps_(maps) {
    context_ = {.facts = &facts_, .domain = "lab", .shows_passwords = true};
  }

  template <typename Entry>
  YpFound Find(const AccountKey& key, Entry* entry) {
    return maps_.Run(&facts_, [&] { return FindYpEntry(key, context_, entry); });
  }

  YpMaps maps_;
  YpFacts facts_;
  YpContext context_{};
};

TEST(FindYpEntry, OnlyTheLineThatWasAskedFor) {
  const struct {
    const char *name, *line;
    YpFound found;
    size_t refused;
  } cases[] = {
      {"good", "good:h:7:8:g:/d:/s", YpFound::kYes, 0},
      {"short", "short:h:7:8", YpFound::kYes, 0},
      {"other", "another:h:7:8:g:/d:/s", YpFound::kNo, 1},
      {"root", "root:h:0:8:g:/d:/s", YpFound::kNo, 1},
      {"wheel", "wheel:h:7:0:g:/d:/s", YpFound::kNo, 1},
      {"wheel", "wheel:h:7:00:g:/d:/s", YpFound::kNo, 1},
      {"wrap", "wrap:h:4294967296:8:g:/d:/s", YpFound::kNo, 1},
      {"+plus", "+plus:h:7:8:g:/d:/s", YpFound::kNo, 1},
      {"bell", "bell:h:7:8:\a:/d:/s", YpFound::kNo, 1},
      {"tab", "tab:h:7:8:\t:/d:/s", YpFound::kNo, 1},
      {"none", "", YpFound::kNo, 1},
      {"rot\nroot", "x", YpFound::kNo, 0},
  };
  for (const auto& c : cases) {
    YpLookup yp(std::string("passwd.byname ") + c.name + " " + c.line + "\n");
    PasswdEntry entry;
    EXPECT_EQ(yp.Find({c.name}, &entry), c.found) << c.line;
    EXPECT_EQ(yp.facts_.TakeRefused().size(), c.refused) << c.line;
  }
}

TEST(FindYpEntry, ById) {
  YpLookup yp(
      "passwd.byuid 7 seven:h:7:8:g:/d:/s\n"
      "passwd.byuid 8 seven:h:7:8:g:/d:/s\n"
      "passwd.byuid 0 root:h:0:8:g:/d:/s\n"
      "group.bygid 9 nine:*:9:a,b\n"
      "group.bygid 10 nine:*:9:a,b\n");
  PasswdEntry user;
  GroupEntry group;
  EXPECT_EQ(yp.Find({{}, 7}, &user), YpFound::kYes);
  EXPECT_EQ(user.name, "seven");
  EXPECT_EQ(yp.Find({{}, 8}, &user), YpFound::kNo);
  EXPECT_EQ(yp.Find({{}, 0}, &user), YpFound::kNo);
  EXPECT_EQ(yp.Find({{}, 9}, &group), YpFound::kYes);
  EXPECT_EQ(group.members, "a,b");
  EXPECT_EQ(yp.Find({{}, 10}, &group), YpFound::kNo);
  EXPECT_EQ(yp.Find({{}, 0}, &group), YpFound::kNo);
  EXPECT_EQ(yp.maps_.questions(), 4u) << "id 0 is no question";
}

TEST(FindYpEntry, OthersSeeNoPassword) {
  YpLookup yp("passwd.byname good good:h:7:8:g:/d:/s\ngroup.byname good good:h:7:a\n");
  yp.context_.shows_passwords = false;
  PasswdEntry user;
  GroupEntry group;
  EXPECT_EQ(yp.Find({"good"}, &user), YpFound::kYes);
  EXPECT_EQ(user.password, "x");
  EXPECT_EQ(yp.Find({"good"}, &group), YpFound::kYes);
  EXPECT_EQ(group.password, "x");
}

TEST(AllYpEntries, WithoutThoseThatAreRefused) {
  YpLookup yp(
      "passwd.byname good good:h:7:8:g:/d:/s\n"
      "passwd.byname zero zero:h:0:8:g:/d:/s\n"
      "passwd.byname other another:h:7:8:g:/d:/s\n"
      "passwd.byname fine fine:h:9:8:g:/d:/s\n");
  std::vector<PasswdEntry> entries;
  const auto lookup = [&] { return AllYpEntries(yp.context_, &entries); };
  EXPECT_EQ(yp.maps_.Run(&yp.facts_, lookup), YpFound::kYes);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "good");
  EXPECT_EQ(entries[1].name, "fine");
}

TEST(FindYpGroupsOf, FromNetidOrFromAllGroups) {
  constexpr char kUsers[] =
      "passwd.byname alice alice:h:7:8::/:/s\npasswd.byname bob bob:h:9:8::/:/s\n"
      "group.byname one one:*:11:alice,bob\ngroup.byname two two:*:12:alice\n"
      "group.byname root root:*:0:alice,bob,carol\n";
  const struct {
    const char *netid, *user, *gids;
    YpFound found;
  } cases[] = {
      {"", "alice", "11 12 ", YpFound::kYes},
      {"", "bob", "11 ", YpFound::kYes},
      {"", "carol", "", YpFound::kNo},
      {"", "nobody", "", YpFound::kNo},
      {"netid.byname unix.7@lab 7:8,21,0\n", "alice", "8 21 ", YpFound::kYes},
      {"netid.byname unix.7@lab 8:8,21\n", "alice", "11 12 ", YpFound::kYes},
      {"netid.byname unix.7@lab 7:8,x\n", "alice", "11 12 ", YpFound::kYes},
      {"netid.byname unix.7@lab garbage\n", "alice", "11 12 ", YpFound::kYes},
      {"netid.byname unix.7@other 7:8\n", "alice", "11 12 ", YpFound::kYes},
  };
  for (const auto& c : cases) {
    YpLookup yp(std::string(kUsers) + c.netid);
    std::vector<uint32_t> gids;
    const auto lookup = [&] {
      gids.clear();
      return FindYpGroupsOf(c.user, yp.context_, &gids);
    };
    EXPECT_EQ(yp.maps_.Run(&yp.facts_, lookup), c.found) << c.netid << c.user;
    std::string shown;
    for (const uint32_t gid : gids) shown += std::to_string(gid) + " ";
    EXPECT_EQ(shown, c.gids) << c.netid << c.user;
  }
}

TEST(FindYpService, ByNameAliasAndPort) {
  YpLookup yp(
      "services.byservicename web/tcp web\t80/tcp www\n"
      "services.byservicename web web\t80/tcp www\n"
      "services.byservicename www/tcp web\t80/tcp www\n"
      "services.byservicename liar/tcp other 81/tcp\n"
      "services.byname 80/tcp web\t80/tcp www\n"
      "services.byname 53/udp domain 53/udp\n"
      "services.byname 99/udp other 98/udp\n");
  const struct {
    const char* name;
    std::optional<uint16_t> port;
    const char* protocol;
    YpFound found;
  } cases[] = {
      {"web", {}, "tcp", YpFound::kYes}, {"web", {}, "", YpFound::kYes},
      {"www", {}, "tcp", YpFound::kYes}, {"web", {}, "udp", YpFound::kNo},
      {"liar", {}, "tcp", YpFound::kNo}, {"", {}, "", YpFound::kNo},
      {"", 80, "tcp", YpFound::kYes},    {"", 80, "", YpFound::kYes},
      {"", 53, "", YpFound::kYes},       {"", 53, "tcp", YpFound::kNo},
      {"", 99, "udp", YpFound::kNo},
  };
  for (const auto& c : cases) {
    ServiceEntry entry;
    const auto lookup = [&] {
      return FindYpService(c.name, c.port, c.protocol, yp.context_, &entry);
    };
    EXPECT_EQ(yp.maps_.Run(&yp.facts_, lookup), c.found) << c.name << c.port.value_or(0);
  }
}

TEST(YpFacts, QuestionsAreBounded) {
  YpFacts facts;
  size_t asked = 0;
  std::string_view text;
  for (int i = 0; i < 1000; ++i) {
    const YpQuestion question{"map", std::to_string(i)};
    if (facts.Find(question, &text) != YpFound::kLater) continue;
    ++asked;
    facts.Put(question, std::make_shared<YpReply>(YpReply{YpReply::kNo}));
  }
  EXPECT_EQ(asked, YpFacts::kMaxQuestions);
}

TEST(YpFacts, WhoGivesUpAsksNoMore) {
  YpFacts facts;
  std::string_view text;
  EXPECT_EQ(facts.Find({"m", "k"}, &text), YpFound::kLater);
  facts.GiveUp();
  EXPECT_EQ(facts.Find({"m", "k"}, &text), YpFound::kDown);
}

}  // namespace
}  // namespace keelson
