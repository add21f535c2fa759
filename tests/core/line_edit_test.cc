#include "core/line_edit.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace keelson {
namespace {

using std::string_literals::operator""s;

struct Edit {
  char kind;  // 'r'eplace, 'd'elete, 'a'ppend
  size_t offset;
  const char* line;
};

struct Case {
  const char* name;
  std::string input;
  std::vector<Edit> edits;
  std::string expected;
};

TEST(LineEdit, Results) {
  const Case cases[] = {
      {"nothing", "a\nb", {}, "a\nb"},
      {"empty file, nothing", "", {}, ""},
      {"empty file, append", "", {{'a', 0, "x"}, {'a', 0, "y"}}, "x\ny\n"},
      {"append at the end", "a\nb\n", {{'a', 0, "x"}}, "a\nb\nx\n"},
      {"append adds the missing LF", "a\nb", {{'a', 0, "x"}}, "a\nb\nx\n"},
      {"append before +", "a\n+::::::\n", {{'a', 0, "x"}}, "a\nx\n+::::::\n"},
      {"append before - without LF", "a\n-bad", {{'a', 0, "x"}}, "a\nx\n-bad"},
      {"append before the first of them", "a\n+@g\nb\n+\n", {{'a', 0, "x"}}, "a\nx\n+@g\nb\n+\n"},
      {"only compat lines", "+\n", {{'a', 0, "x"}}, "x\n+\n"},
      {"a plus inside a line is none", "a+\n +\n", {{'a', 0, "x"}}, "a+\n +\nx\n"},
      {"replace the first", "a\nb\nc\n", {{'r', 0, "xyz"}}, "xyz\nb\nc\n"},
      {"replace the last", "a\nb\nc\n", {{'r', 4, "xyz"}}, "a\nb\nxyz\n"},
      {"replace the last without LF", "a\nb", {{'r', 2, "xyz"}}, "a\nxyz"},
      {"replace with nothing", "a\nb\n", {{'r', 0, ""}}, "\nb\n"},
      {"remove the first", "a\nb\nc\n", {{'d', 0, nullptr}}, "b\nc\n"},
      {"remove the last", "a\nb\nc\n", {{'d', 4, nullptr}}, "a\nb\n"},
      {"remove the last without LF", "a\nb", {{'d', 2, nullptr}}, "a\n"},
      {"remove the only one", "a", {{'d', 0, nullptr}}, ""},
      {"remove the last without LF and append",
       "a\nb",
       {{'d', 2, nullptr}, {'a', 0, "x"}},
       "a\nx\n"},
      {"replace the last without LF and append",
       "a\nb",
       {{'r', 2, "c"}, {'a', 0, "x"}},
       "a\nc\nx\n"},
      {"remove the compat line before which is appended",
       "a\n+\n",
       {{'d', 2, nullptr}, {'a', 0, "x"}},
       "a\nx\n"},
      {"edits on both sides of the appended",
       "a\nb\n+\n-c\n",
       {{'r', 6, "-d"}, {'a', 0, "x"}, {'d', 0, nullptr}},
       "b\nx\n+\n-d\n"},
      {"the last edit of a line counts", "a\nb\n", {{'d', 0, nullptr}, {'r', 0, "x"}}, "x\nb\n"},
      {"CR is text of its line", "a\r\nb\r\n", {{'r', 0, "x"}, {'a', 0, "y"}}, "x\nb\r\ny\n"},
      {"NUL bytes stay", "a\0b\nc\0\nd\n"s, {{'d', 4, nullptr}, {'a', 0, "x"}}, "a\0b\nd\nx\n"s},
      {"blank lines and comments stay", "\n# c\n\na\n\n", {{'r', 6, "x"}}, "\n# c\n\nx\n\n"},
      {"a line of 1 MB",
       std::string(1 << 20, 'l') + "\nb\n",
       {{'d', (1 << 20) + 1, nullptr}},
       std::string(1 << 20, 'l') + "\n"},
  };
  for (const Case& c : cases) {
    LineEdit edit(c.input);
    for (const Edit& e : c.edits) {
      if (e.kind == 'r') edit.Replace(e.offset, e.line);
      if (e.kind == 'd') edit.Remove(e.offset);
      if (e.kind == 'a') edit.Append(e.line);
    }
    EXPECT_EQ(edit.changed(), !c.edits.empty()) << c.name;
    EXPECT_EQ(edit.Result(), c.expected) << c.name;
    EXPECT_EQ(edit.Result(), c.expected) << c.name << ", asked again";
  }
}

}  // namespace
}  // namespace keelson
