// Three versions of a file, and what becomes of them.
#include "core/line_merge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace keelson {
namespace {

TEST(LineMerge, MakesTheChangeOnWhatIsThere) {
  struct Case {
    const char* name;
    const char *before, *after, *current, *merged;
    std::vector<size_t> kept;
  };
  const Case cases[] = {
      {"nothing", "", "", "", "", {}},
      {"added", "a:1\n", "a:1\nu:2\n", "a:1\nb:3\n", "a:1\nb:3\nu:2\n", {}},
      {"added before compat lines",
       "a:1\n+\n",
       "a:1\nu:2\n+\n",
       "a:1\nb:3\n+\n",
       "a:1\nb:3\nu:2\n+\n",
       {}},
      {"added behind a last line without LF",
       "a:1",
       "a:1\nu:2\n",
       "a:1\nb:3",
       "a:1\nb:3\nu:2\n",
       {}},
      {"there was no file", "", "u:2\n", "b:3\n", "b:3\nu:2\n", {}},
      {"added already", "a:1\n", "a:1\nu:2\n", "b:3\na:1\nu:2\n", "b:3\na:1\nu:2\n", {}},
      {"somebody added the same name", "a:1\n", "a:1\nu:2\n", "a:1\nu:9\n", "a:1\nu:9\n", {2}},
      {"a second line of a name", "u:1\n", "u:1\nu:2\n", "b:3\nu:1\n", "b:3\nu:1\nu:2\n", {}},
      {"removed", "a:1\nu:2\n", "a:1\n", "b:3\nu:2\na:1\n", "b:3\na:1\n", {}},
      {"removed by both", "a:1\nu:2\n", "a:1\n", "a:1\nb:3\n", "a:1\nb:3\n", {}},
      {"removed, and changed by somebody",
       "x:1\na:1\nu:2\n",
       "a:1\n",
       "x:1\na:1\nu:9\n",
       "a:1\nu:9\n",
       {2}},
      {"changed where it stands", "g:a\nh:\n", "g:a,u\nh:\n", "g:a\nh:b\n", "g:a,u\nh:b\n", {}},
      {"changed by both", "g:a\nh:\n", "g:a,u\nh:\n", "h:\ng:a,b\n", "h:\ng:a,b\n", {2}},
      {"changed alike", "g:a\n", "g:a,u\n", "g:a,u\nb:\n", "g:a,u\nb:\n", {}},
      {"changed, and removed by somebody", "g:a\nh:\n", "g:a,u\nh:\n", "h:\n", "h:\n", {}},
      {"one of two equal lines", "u:1\nu:1\n", "u:1\n", "u:1\nb:\nu:1\n", "b:\nu:1\n", {}},
      {"somebody's comments stay", "a:1\n", "a:1\nu:2\n", "# c\n\na:1\n", "# c\n\na:1\nu:2\n", {}},
  };
  for (const Case& c : cases) {
    const MergedLines merged = MergeLines(c.before, c.after, c.current);
    EXPECT_EQ(merged.bytes, c.merged) << c.name;
    EXPECT_EQ(merged.kept, c.kept) << c.name;
  }
}

TEST(LineMerge, NothingIsLostBehindNul) {
  using std::literals::string_literals::operator""s;
  EXPECT_EQ(MergeLines("a:1\0x\n"s, "a:1\0x\nu:2\n"s, "b:\na:1\0y\n"s).bytes, "b:\na:1\0y\nu:2\n"s);
}

TEST(LineMerge, AddsMissingNames) {
  EXPECT_EQ(AddMissingLines("# c\n\na:1\nu:2\nu:3\n+x\n", "a:9\nb:3\n+\n"),
            "a:9\nb:3\nu:2\nu:3\n+\n");
  EXPECT_EQ(AddMissingLines("a:1\n", "a:9"), "a:9");
}

}  // namespace
}  // namespace keelson
