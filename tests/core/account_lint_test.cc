#include "core/account_lint.h"

#include <gtest/gtest.h>

#include <string>

namespace keelson {
namespace {

// Each finding as "FILE:LINE:COLUMN: what", a line each.
std::string Findings(const AccountLint::Files& files) {
  std::string text;
  const auto sink = [&](const char* name) {
    return [&text, name](const ParseError& finding) { text += finding.Text(name) + "\n"; };
  };
  const AccountLint lint(files);
  lint.Passwd(sink("p"));
  lint.Group(sink("g"));
  lint.Shadow(sink("s"));
  return text;
}

TEST(AccountLint, PasswdLines) {
  const struct {
    std::string name, line, expected;
  } kCases[] = {
      {"as they should be", "a:x:0:0:g:/h:/s", ""},
      {"a comment, an empty line, blanks", "# x:\n\n  ", ""},
      {"root to musl", "a:x:4294967296:0:::",
       "p:1:5: uid 4294967296 is too large: glibc ignores the line, musl reads 0\n"},
      {"another one to musl", "a:x:0:4294967297:::",
       "p:1:7: gid 4294967297 is too large: glibc ignores the line, musl reads 1\n"},
      {"very long", "a:x:99999999999999999999999:0:::",
       "p:1:5: uid 99999999999999999999999 is too large: glibc ignores the line, musl reads "
       "4135583743\n"},
      {"the largest", "a:x:4294967294:0:::", ""},
      {"none to the kernel",
       "a:x:4294967295:0:::", "p:1:5: uid 4294967295 is -1 to the kernel: no id\n"},
      {"negative", "a:x:-1:0:::", "p:1:5: uid '-1' is no number: the line is ignored\n"},
      {"hexadecimal", "a:x:0x10:0:::", "p:1:5: uid '0x10' is no number: the line is ignored\n"},
      {"plus", "a:x:+7:0:::", "p:1:5: uid '+7' is 7 to glibc, musl ignores the line\n"},
      {"blank", "a:x:0: 0:::", "p:1:7: gid ' 0' is 0 to glibc, musl ignores the line\n"},
      {"no uid", "a:x::0:::", "p:1:5: uid is missing: the line is ignored\n"},
      {"short", "a:x:0:0", "p:1:1: has 4 of 7 fields\n"},
      {"very short", "a", "p:1:1: has 1 of 7 fields\n"},
      {"long", "a:x:0:0:::s:t", "p:1:13: has a field too many\n"},
      {"no name", ":x:0:0:::", "p:1:1: the name is empty\n"},
      {"digits", "12:x:0:0:::", "p:1:1: the name 12 will be taken for an id\n"},
      {"a comma", "a,b:x:0:0:::", "p:1:1: the name 'a,b' has ',' in it\n"},
      {"blanks in front",
       " a:x:0:0:::", "p:1:1: blanks before the name: glibc skips them, musl does not\n"},
      {"compat", "+a\n-b::::::",
       "p:1:1: a line with '+' in front means something to 'compat' in nsswitch.conf only\n"
       "p:2:1: a line with '-' in front means something to 'compat' in nsswitch.conf only\n"},
      {"ESC", "a:x:0:0:\x1b[2J::", "p:1:9: control character \\x1b\n"},
      {"Latin 1", "a:x:0:0:M\xfcller::", "p:1:10: no UTF-8: \\xfc\n"},
      {"UTF-8", "a:x:0:0:M\xc3\xbcller::", ""},
      {"the same line again",
       "a:x:0:0:::\na:x:0:0:::", "p:2:1: user 'a' is there already, in line 1\n"},
      {"the uid again",
       "a:x:0:0:::\nb:x:5:0:::\nc:x:5:0:::", "p:3:5: uid 5 is that of 'b' in line 2\n"},
      {"no such group", "a:x:0:7:::", "p:1:7: there is no group 7\n"},
  };
  for (const auto& [name, line, expected] : kCases) {
    const std::string bytes = line + "\n";
    EXPECT_EQ(Findings({bytes, "g:x:0:\ng1:x:1:\n", {}, ""}), expected) << name;
  }
}

TEST(AccountLint, GroupLines) {
  const struct {
    std::string name, line, expected;
  } kCases[] = {
      {"as they should be", "g:x:0:a,b", ""},
      {"no member", "g:x:0:", ""},
      {"short", "g:x:0", "g:1:1: has 3 of 4 fields\n"},
      {"a ':' in a member", "g:x:0:a:b", "g:1:9: has a field too many\n"},
      {"root to musl", "g:x:4294967296:\nz:x:0:",
       "g:1:5: gid 4294967296 is too large: glibc ignores the line, musl reads 0\n"},
      {"nobody", "g:x:0:a,c,b", "g:1:9: group 'g': there is no user 'c'\n"},
      {"a blank behind a member", "g:x:0:a ,b", "g:1:7: group 'g': there is no user 'a '\n"},
      {"twice", "g:x:0:a,b,a\nh:x:1:a", "g:1:11: group 'g' has 'a' twice\n"},
      {"nothing between commas", "g:x:0:a,,b,",
       "g:1:9: group 'g' has a member without a name\n"
       "g:1:12: group 'g' has a member without a name\n"},
      {"the name again", "g:x:0:\ng:x:1:", "g:2:1: group 'g' is there already, in line 1\n"},
      {"the gid again", "g:x:0:\nh:x:0:", "g:2:5: gid 0 is that of 'g' in line 1\n"},
  };
  for (const auto& [name, line, expected] : kCases) {
    const std::string bytes = line + "\n";
    EXPECT_EQ(Findings({"a:x:0:0:::\nb:x:1:0:::\n", bytes, {}, ""}), expected) << name;
  }
}

TEST(AccountLint, ShadowLines) {
  const std::string shadow = "a:*:1::::::\nb:*\na:*:1::::::\nc:*:1::::::\nd:*:1d::::::\n";
  EXPECT_EQ(Findings({"a:x:0:0:::\nb:x:1:0:::\n", "g:x:0:\n", shadow, ""}),
            "p:2:1: user 'b' has no line in shadow\n"
            "s:2:1: has 2 of 9 fields\n"
            "s:2:1: cannot be read: the line is ignored\n"
            "s:3:1: user 'a' is there already, in line 1\n"
            "s:4:1: user 'c' has no line in passwd\n"
            "s:5:1: cannot be read: the line is ignored\n");
}

// What other sources may know is no finding, nor what is not there to be compared with.
TEST(AccountLint, OnlyWhatIsCertain) {
  const std::string passwd = "+\na:x:0:9:::\n", group = "g:x:0:nobody\n", shadow = "z:*:1::::::\n";
  const std::string all =
      "p:2:7: there is no group 9\np:2:1: user 'a' has no line in shadow\n"
      "g:1:7: group 'g': there is no user 'nobody'\n"
      "s:1:1: user 'z' has no line in passwd\n";
  const std::string plus =
      "p:1:1: a line with '+' in front means something to 'compat' in nsswitch.conf only\n";
  EXPECT_EQ(Findings({passwd, group, shadow, ""}), plus + all);
  EXPECT_EQ(Findings({passwd, group, shadow, "passwd: files systemd\n"}), plus + all);
  EXPECT_EQ(Findings({passwd, group, shadow, "passwd: files sss\ngroup: sss\nshadow: sss\n"}),
            plus);
  EXPECT_EQ(Findings({passwd, group, shadow, "passwd: compat\ngroup: compat\nshadow: compat\n"}),
            "");
  EXPECT_EQ(Findings({passwd, {}, {}, ""}), plus);
  EXPECT_EQ(Findings({{}, group, shadow, ""}), "");
}

}  // namespace
}  // namespace keelson
