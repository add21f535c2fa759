#include "applets/useradd_profile/systemd_sysusers_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace keelson {
namespace {

class Accounts : public SysusersAccounts {
 public:
  std::map<std::string, uint32_t, std::less<>> users, groups;
  std::set<uint32_t> spent;

  std::optional<uint32_t> FindUser(std::string_view name) const override {
    const auto found = users.find(name);
    return found == users.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<uint32_t> FindGroup(std::string_view name) const override {
    const auto found = groups.find(name);
    return found == groups.end() ? std::nullopt : std::optional(found->second);
  }
  bool UidTaken(uint32_t uid) const override { return Has(users, uid); }
  bool GidTaken(uint32_t gid) const override { return Has(groups, gid); }
  bool GidIsOf(uint32_t gid, std::string_view name) const override {
    return FindGroup(name) == gid;
  }
  bool IsSpent(uint32_t id, std::string_view name) const override {
    return spent.contains(id) && name != "old";
  }
  bool FindOwner(const std::string& path, uint32_t* uid, uint32_t* gid) const override {
    if (path != "/f" && path != "/root") return false;
    *uid = path == "/f" ? 77 : 0;
    *gid = path == "/f" ? 88 : 0;
    return true;
  }

 private:
  static bool Has(const std::map<std::string, uint32_t, std::less<>>& all, uint32_t id) {
    for (const auto& [name, has] : all) {
      if (has == id) return true;
    }
    return false;
  }
};

// What was said, "Creating " shortened, one line after the other.
std::string Plan(const Accounts& accounts, std::string_view lines) {
  const SpecifierSource none = [](char) { return SpecifierValue(); };
  std::vector<SysusersEntry> entries;
  std::string said;
  EXPECT_TRUE(ParseSysusers(lines, none, &entries).empty()) << lines;
  SysusersItems items;
  for (SysusersEntry& entry : entries) {
    const std::string conflict = items.Add(std::move(entry));
    if (!conflict.empty()) said += conflict + "\n";
  }
  items.AddImplied();
  SysusersPlan plan(&items, &accounts, [&said](std::string_view line) {
    said.append(line.starts_with("Creating ") ? line.substr(9) : line).append("\n");
  });
  plan.Make();
  return said;
}

TEST(SystemdSysusersPlan, Ids) {
  Accounts accounts;
  accounts.users = {{"root", 0}, {"eight", 8}, {"high", 999}};
  accounts.groups = {{"root", 0}, {"nine", 9}, {"high", 998}};
  accounts.spent = {997};
  const struct {
    const char *name, *lines, *expected;
  } kCases[] = {
      {"there already", "u root 5\ng nine 5\n", ""},
      {"as said", "u a 5", "group 'a' with GID 5.\nuser 'a' (n/a) with UID 5 and GID 5.\n"},
      {"taken ids are said", "u a 8\ng b 9",
       "Suggested group ID 9 for b already used.\ngroup 'b' with GID 996.\n"
       "group 'a' with GID 995.\nSuggested user ID 8 for a already used.\n"
       "user 'a' (n/a) with UID 995 and GID 995.\n"},
      {"neither a user's nor a group's nor a spent one", "g a", "group 'a' with GID 996.\n"},
      {"spent by the same name", "g old 997", "group 'old' with GID 997.\n"},
      {"a user's number may be a group's", "u a 9:9", "user 'a' (n/a) with UID 9 and GID 9.\n"},
      {"a gid that nobody has", "u a 5:42", "Failed to create a: please create GID 42\n"},
      {"a group that nobody has", "u a 5:x", "Group x not found.\n"},
      {"a group by name", "u a 5:nine", "user 'a' (n/a) with UID 5 and GID 9.\n"},
      {"a group that is made before", "g g 7\nu a 5:g\nu b -:7",
       "group 'g' with GID 7.\nuser 'a' (n/a) with UID 5 and GID 7.\n"
       "user 'b' (n/a) with UID 996 and GID 7.\n"},
      {"another user's group", "u a 5\nu b 6:a\nu c 7:d\nu d",
       "group 'a' with GID 5.\nuser 'a' (n/a) with UID 5 and GID 5.\n"
       "user 'b' (n/a) with UID 6 and GID 5.\nGroup d not found.\n"
       "group 'd' with GID 996.\nuser 'd' (n/a) with UID 996 and GID 996.\n"},
      {"the group asked for beside", "u a 5\ng a 6",
       "group 'a' with GID 6.\nuser 'a' (n/a) with UID 5 and GID 6.\n"},
      {"a user takes its group's id", "u a\ng a 6",
       "group 'a' with GID 6.\nuser 'a' (n/a) with UID 6 and GID 6.\n"},
      {"an owner's ids", "r - 70-90\nu a /f\ng b /f",
       "group 'b' with GID 88.\ngroup 'a' with GID 90.\nuser 'a' (n/a) with UID 77 and GID 90.\n"},
      {"an owner out of the range, and root", "r - 70-80\ng b /f\nu a /root\ng c /none",
       "group 'b' with GID 80.\ngroup 'c' with GID 79.\ngroup 'a' with GID 78.\n"
       "user 'a' (n/a) with UID 78 and GID 78.\n"},
      {"a full range", "r - 5\ng a\ng b\nu c\nu d 6",
       "group 'a' with GID 5.\nNo free group ID available for b.\n"
       "No free group ID available for c.\ngroup 'd' with GID 6.\n"
       "user 'd' (n/a) with UID 6 and GID 6.\n"},
      {"ranges in any order", "r - 3-4\nr - 9-10\nr - 4-5\ng a\ng b\ng c\ng d\ng e",
       "group 'a' with GID 10.\ngroup 'b' with GID 5.\ngroup 'c' with GID 4.\n"
       "group 'd' with GID 3.\nNo free group ID available for e.\n"},
      {"members make users and groups", "m a g\nm root g\nm b a\nm a g",
       "group 'g' with GID 996.\ngroup 'a' with GID 995.\nuser 'a' (n/a) with UID 995 and GID "
       "995.\n"
       "group 'b' with GID 994.\nuser 'b' (n/a) with UID 994 and GID 994.\n"},
      {"the first line counts", "u a 5 x\nu a 6\nu a 5 x\n",
       "Conflict with earlier configuration for user 'a', ignoring line.\n"
       "group 'a' with GID 5.\nuser 'a' (x) with UID 5 and GID 5.\n"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Plan(accounts, test.lines), test.expected) << test.name;
  }
}

TEST(SystemdSysusersPlan, SearchGoesDownAndEnds) {
  IdSearch search({{0, 1}, {UINT32_MAX - 1, UINT32_MAX}, {1, 1}});
  std::string found;
  while (const auto id = search.Next()) found += std::to_string(*id) + " ";
  EXPECT_EQ(found, "4294967295 4294967294 1 0 ");
  EXPECT_FALSE(search.Next());
  IdSearch system({});
  EXPECT_EQ(system.Next(), 999u);
  EXPECT_TRUE(system.Has(1));
  EXPECT_FALSE(system.Has(0));
}

}  // namespace
}  // namespace keelson
