#include "core/profile_chain.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "core/flat_file.h"

namespace keelson {
namespace {

using namespace std::string_literals;
using Files = std::map<std::string, std::string>;  // a profile and its `parent` file

std::string Joined(const std::vector<std::string>& nodes) {
  std::string joined;
  for (const std::string& node : nodes) joined += (joined.empty() ? "" : " ") + node;
  return joined;
}

// An empty `parent` file stands for none.
ProfileReader ReaderOf(const Files& files) {
  return [&files](const std::string& path) {
    const auto found = files.find(path);
    if (found == files.end()) return ProfileNode{};
    const auto kind =
        found->second.empty() ? ProfileNode::kWithoutParents : ProfileNode::kWithParents;
    return ProfileNode{kind, "", found->second, ""};
  };
}

// The nodes, or the error.
std::string Flat(const Files& files, const std::vector<std::string>& profiles) {
  const std::vector<ProfileRepository> repositories = {
      {"gentoo", "/g/profiles"}, {"overlay", "/o"}, {"inner", "/o/inner"}};
  const ProfileChain chain = FlattenProfiles(profiles, repositories, ReaderOf(files));
  EXPECT_TRUE(chain.error.empty() || chain.nodes.empty());
  return chain.error.empty() ? Joined(chain.nodes) : chain.error;
}

TEST(ProfileChain, Order) {
  const struct {
    std::string name;
    Files files;
    std::vector<std::string> profiles;
    std::string expected;
  } kCases[] = {
      {"alone", {{"/p", ""}}, {"/p"}, "/p"},
      {"slashes and dots", {{"/p", ""}}, {"/x/..//p/./"}, "/p"},
      {"left to right", {{"/p", "../a\n../b\n"}, {"/a", ""}, {"/b", ""}}, {"/p"}, "/a /b /p"},
      {"depth first",
       {{"/p", "../a\n../b\n"}, {"/a", "../c\n"}, {"/b", ""}, {"/c", ""}},
       {"/p"},
       "/c /a /b /p"},
      {"a diamond counts twice",
       {{"/p", "../a\n../b\n"}, {"/a", "../c"}, {"/b", "../c"}, {"/c", ""}},
       {"/p"},
       "/c /a /c /b /p"},
      {"the same parent twice", {{"/p", "../a\n../a\n"}, {"/a", ""}}, {"/p"}, "/a /a /p"},
      {"the folder above", {{"/p", ""}, {"/p/q", "..\n"}}, {"/p/q"}, "/p /p/q"},
      {"comments and blanks",
       {{"/p", "# c\n\n \t../a \r\n  # d\n"}, {"/a", "\n"}},
       {"/p"},
       "/a /p"},
      {"two profiles", {{"/p", "../a"}, {"/q", "../a"}, {"/a", ""}}, {"/p", "/q"}, "/a /p /a /q"},
      {"an absolute path", {{"/p", "/a/b\n"}, {"/a/b", ""}}, {"/p"}, "/a/b /p"},
      {"a relative profile", {{"p/q", "../../a"}, {"a", ""}}, {"p/q"}, "a p/q"},
      {"of a repository",
       {{"/p", "gentoo:default/linux\n"},
        {"/g/profiles/default/linux", "..\n"},
        {"/g/profiles/default", ""}},
       {"/p"},
       "/g/profiles/default /g/profiles/default/linux /p"},
      {"of its own repository",
       {{"/o/inner/p", ":base"}, {"/o/inner/base", ""}, {"/o/base", ""}},
       {"/o/inner/p"},
       "/o/inner/base /o/inner/p"},
      {"none", {}, {}, ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Flat(c.files, c.profiles), c.expected) << c.name;
}

TEST(ProfileChain, Errors) {
  const struct {
    std::string name;
    Files files;
    std::string expected;
  } kCases[] = {
      {"no profile", {}, "/p: there is no such profile"},
      {"no parent", {{"/p", "\n  ../nowhere\n"}}, "/p/parent:2:3: there is no profile /nowhere"},
      {"its own parent",
       {{"/p", ".\n"}},
       "/p/parent:1:1: a profile is among its own parents: /p -> /p"},
      {"a cycle",
       {{"/p", "../a\n"}, {"/a", "../b\n"}, {"/b", "# c\n../c\n../a\n"}, {"/c", ""}},
       "/b/parent:3:1: a profile is among its own parents: /a -> /b -> /a"},
      {"a repository",
       {{"/p", "nowhere:default\n"}},
       "/p/parent:1:1: there is no repository 'nowhere'"},
      {"out of a repository",
       {{"/p", "gentoo:../../etc\n"}, {"/etc", ""}},
       "/p/parent:1:1: the path leads out of the repository"},
      {"outside of repositories",
       {{"/p", ":default\n"}},
       "/p/parent:1:1: the profile is in no known repository"},
      {"a NUL byte", {{"/p", "..\n\0a\n"s}}, "/p/parent:2:1: a NUL byte"},
      {"control characters",
       {{"/p", "\x1b[2J\n"}},
       "/p/parent:1:1: there is no profile /p/\\x1b[2J"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Flat(c.files, {"/p"}), c.expected) << c.name;
}

TEST(ProfileChain, UnreadableProfileIsAnError) {
  const std::vector<std::string> profiles = {"/p"};
  const auto reader = [](const std::string&) {
    return ProfileNode{ProfileNode::kWithParents, "", "", "/p/parent: Permission denied"};
  };
  EXPECT_EQ(FlattenProfiles(profiles, {}, reader).error, "/p/parent: Permission denied");
}

// A link leads back: the text of the paths grows, what the reader calls them does not.
TEST(ProfileChain, CycleThroughALink) {
  const std::vector<std::string> profiles = {"/p"};
  const auto reader = [](const std::string&) {
    return ProfileNode{ProfileNode::kWithParents, "/real", "link\n", ""};
  };
  EXPECT_EQ(FlattenProfiles(profiles, {}, reader).error,
            "/real/parent:1:1: a profile is among its own parents: /real -> /real");
}

TEST(ProfileChain, Bounds) {
  Files deep, wide;
  for (int i = 0; i < 200; ++i) {
    deep["/" + std::to_string(i)] = "../" + std::to_string(i + 1) + "\n";
    // Each twice: 2^i nodes.
    wide["/" + std::to_string(i)] =
        i == 60 ? "" : "../" + std::to_string(i + 1) + "\n../" + std::to_string(i + 1) + "\n";
  }
  EXPECT_EQ(Flat(deep, {"/0"}),
            "/127/parent:1:1: more than 128 profiles, each a parent of the next");
  EXPECT_NE(Flat(wide, {"/0"}).find("more than 10000 profiles in a chain"), std::string::npos);
  EXPECT_EQ(Flat(wide, {"/60"}), "/60");
}

TEST(ProfileChain, NormalPath) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"", "."},
      {"/", "/"},
      {"/..", "/"},
      {"a/..", "."},
      {"../a", "../a"},
      {"a/../..", ".."},
      {"../..//a/", "../../a"},
      {"/a/./b/../c", "/a/c"},
  };
  for (const auto& c : kCases) EXPECT_EQ(NormalPath(c.input), c.expected) << c.input;
}

// --- Gentoo's tree, flattened by somebody else's program ---

std::string ReadShared(const std::string& name) {
  const char* shared = getenv("KEELSON_SHARED");
  std::FILE* file =
      std::fopen((std::string(shared ? shared : "../shared") + "/" + name).c_str(), "r");
  if (file == nullptr) return "";
  std::string bytes;
  char block[65536];
  for (size_t size; (size = std::fread(block, 1, sizeof block, file)) > 0;)
    bytes.append(block, size);
  std::fclose(file);
  return bytes;
}

// Two columns between tabs; without comments and the heading.
Files ReadColumns(const std::string& bytes) {
  Files rows;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    const size_t tab = line.text.find('\t');
    const std::string key(line.text.substr(0, tab));
    if (key[0] == '#' || key == "node") continue;
    rows[key] = tab == line.text.npos ? "" : line.text.substr(tab + 1);
  }
  return rows;
}

TEST(ProfileChain, GentooTree) {
  Files files = ReadColumns(ReadShared("data/accounts/gentoo-profile-parents.tsv"));
  const Files chains = ReadColumns(ReadShared("data/accounts/gentoo-profile-chains.tsv"));
  if (files.empty() || chains.empty()) GTEST_SKIP() << "no data/accounts in ../shared";
  for (auto& [node, parents] : files) {
    for (char& c : parents) c = c == ' ' ? '\n' : c;
  }
  EXPECT_EQ(chains.size(), 817u);
  for (const auto& [node, chain] : chains) {  // profiles without a `parent` file have no row
    ColumnReader words(chain);
    for (std::string_view word; words.Next(&word);) files.try_emplace(std::string(word));
  }
  for (const auto& [node, expected] : chains) ASSERT_EQ(Flat(files, {node}), expected) << node;
}

}  // namespace
}  // namespace keelson
