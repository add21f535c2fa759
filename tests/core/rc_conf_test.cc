#include "core/rc_conf.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <random>

#include "tests/core/shared_data.h"

namespace keelson {
namespace {

std::string Show(const RcConf& conf) {
  std::string shown;
  for (const auto& [name, value] : conf.values()) shown += name + "=[" + value.text + "] ";
  return shown;
}

std::string Read(std::string_view bytes, std::string* notes = nullptr) {
  RcConf conf;
  for (const ParseError& note : conf.Add("f", bytes)) {
    if (notes != nullptr) *notes += note.Text("f") + "\n";
  }
  return Show(conf);
}

TEST(RcConf, PlainAssignments) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"", ""},
      {"a=1\n b=\"2 3\" # c=4\n#d=5\n\tc='x\"y'", "a=[1] b=[2 3] c=[x\"y] "},
      {"a=1#2 b= c=\n", "a=[1#2] b=[] c=[] "},
      {"a=x\"y\"'z'\\ w\n", "a=[xyz w] "},
      {"a=\"1 \\\n 2\" b\\\nc=3\\\n4\n", "a=[1  2] bc=[34] "},
      {"a=\"\\$\\`\\\"\\\\\\n\" b=\\$\\n c='\\n'\n", "a=[$`\"\\\\n] b=[$n] c=[\\n] "},
      {"a='1\n2' b=\"3\n4\"\n", "a=[1\n2] b=[3\n4] "},
      {"a=1 b=$a\nc=\"${a}x$a.$none\" a=2\n", "a=[2] b=[1] c=[1x1.] "},
      {"a='$b' c=$ d=\"$\" e=$% f=*{x}!\n", "a=[$b] c=[$] d=[$] e=[$%] f=[*{x}!] "},
      {"a=1\na=2\n", "a=[2] "},
      {"a=b=c\r\n", "a=[b=c\r] "},
  };
  for (const auto& c : kCases) {
    std::string notes;
    EXPECT_EQ(Read(c.input, &notes), c.expected) << c.input;
    EXPECT_EQ(notes, "") << c.input;
  }
}

TEST(RcConf, WhatIsLeftOutAndWhere) {
  const std::string command = "no plain assignment: a command, which is left to a shell\n";
  const struct {
    std::string input, expected, notes;
  } kCases[] = {
      {"a=1\n  export b=2\nc=3\n", "a=[1] c=[3] ", "f:2:3: " + command},
      {"a=1; b=2\nc=3\n", "c=[3] ", "f:1:4: `;' is left to a shell, and so is this line\n"},
      {"a=$(x \")\" ')' (y))\nb=2 c=`x\\`y`\nd=4\n", "d=[4] ",
       "f:1:3: a substitution is left to a shell, and so is a\n"
       "f:2:7: a command substitution is left to a shell, and so is c\n"},
      {"a=${b:-1} \nb=$1\nc=~\nd=x:~/y\ne=\"$?\"\n", "",
       "f:1:3: a substitution is left to a shell, and so is a\n"
       "f:2:3: a parameter of the shell is left to a shell, and so is b\n"
       "f:3:3: `~' is left to a shell, and so is c\n"
       "f:4:5: `~' is left to a shell, and so is d\n"
       "f:5:4: a parameter of the shell is left to a shell, and so is e\n"},
      // The value before stays, but nothing is made from it.
      {"a=1\na=`x`\nb=$a\na=2\nc=$a\n", "a=[2] c=[2] ",
       "f:2:3: a command substitution is left to a shell, and so is a\n"
       "f:3:3: $a is left to a shell, and so is b\n"},
      {"if x; then\n a=1\n if y; then b=1\n fi\nfi\nc=2\n", "c=[2] ", "f:1:1: " + command},
      {"f() {\n a=1\n}\nb=2\n", "b=[2] ", "f:1:1: " + command},
      {"case $a in\nx) b=1 ;;\ny) c=1 ;;\nesac\nfor i in 1 2; do\nd=1\ndone\ne=2\n", "e=[2] ",
       "f:1:1: " + command + "f:5:1: " + command},
      {"(\na=1\n)\nb=2\n", "b=[2] ", "f:1:1: `(' is left to a shell, and so is this line\n"},
      {"cat <<X <<-'Y'\na=1\nX\nb=1\n\tY\nc=1\n", "c=[1] ", "f:1:1: " + command},
      {"a=1\nb='2\nc=3\n", "a=[1] ",
       "f:2:3: a quote without an end is left to a shell, and so is b\n"},
      {"x &&\n # y\n a=1\nb=2\nx |\n c=1\nx &\nd=1\n", "b=[2] d=[1] ",
       "f:1:1: " + command + "f:5:1: " + command + "f:7:1: " + command},
      {"a+=1\n1a=2\na.b=3\n", "", "f:1:1: " + command + "f:2:1: " + command + "f:3:1: " + command},
  };
  for (const auto& c : kCases) {
    std::string notes;
    EXPECT_EQ(Read(c.input, &notes), c.expected) << c.input;
    EXPECT_EQ(notes, c.notes) << c.input;
  }
}

TEST(RcConf, LaterFilesWinAndEachValueHasAPlace) {
  RcConf conf;
  EXPECT_TRUE(conf.Add("/etc/defaults/rc.conf", "a=1\nb=1\n").empty());
  EXPECT_TRUE(conf.Add("/etc/rc.conf", "\n x=$a  b=2\n").empty());
  const RcConf::Value* b = conf.Find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->text, "2");
  EXPECT_EQ(conf.files()[b->file], "/etc/rc.conf");
  EXPECT_EQ(b->at.line, 2U);
  EXPECT_EQ(b->at.column, 8U);
  EXPECT_EQ(conf.Find("x")->text, "1");
  EXPECT_EQ(conf.files()[conf.Find("a")->file], "/etc/defaults/rc.conf");
  EXPECT_EQ(conf.Find("c"), nullptr);
}

TEST(RcConf, ValuesThatDoubleEndAtTheLimit) {
  std::string text = "a=xxxxxxxxxxxxxxxx\n";
  for (int i = 0; i < 100; ++i) text += "a=$a$a\n";
  RcConf conf;
  EXPECT_EQ(conf.Add("f", text).size(), 100U - 12U);
  EXPECT_EQ(conf.Find("a")->text.size(), kMaxRcConfValue);
}

TEST(RcConf, WordsOfCheckyesno) {
  for (const char* word : {"YES", "yes", "True", "on", "1"}) EXPECT_EQ(RcYesNo(word), true) << word;
  for (const char* word : {"NO", "no", "False", "off", "0"})
    EXPECT_EQ(RcYesNo(word), false) << word;
  for (const char* word : {"", "y", "none", "yes ", "falsely", "2"}) {
    EXPECT_EQ(RcYesNo(word), std::nullopt) << word;
  }
}

// One file of words of all kinds; /bin/sh says what it is.
TEST(RcConf, GeneratedFilesAsAShellReadsThem) {
  constexpr const char* kPieces[] = {
      "x",       "a b", "\"",   "'",  "\\",      "\n",     "\\\n",  "$a",   "${b}", "#",
      " # ",     "=",   "$",    "\t", "\"$c\"",  "'$c'",   "\\$",   "\\\"", " d=",  "*",
      "\"x y\"", "'z'", "\\\\", ":",  "\na=1\n", "\nb=\"", "\nc='", "%",    "{",    "}"};
  const std::string path = testing::TempDir() + "/rc_conf." + std::to_string(getpid());
  std::mt19937 random(7);
  int compared = 0;
  for (int round = 0; round < 3'000 && compared < 150; ++round) {
    std::string text = "a=";
    for (size_t i = 1 + random() % 14; i > 0; --i) text += kPieces[random() % std::size(kPieces)];
    RcConf conf;
    if (!conf.Add(path, text + "\n").empty()) continue;
    ++compared;
    std::FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs((text + "\n").c_str(), file);
    std::fclose(file);
    const std::string command = "env -i /bin/sh -c '. " + path +
                                "; for n in a b c d; do eval \"v=\\${$n-}\"; "
                                "eval \"s=\\${$n+x}\"; [ -z \"$s\" ] || printf \"%s=[%s] \" "
                                "$n \"$v\"; done' >" +
                                path + ".out 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << text;
    EXPECT_EQ(Show(conf), ReadWhole(path + ".out")) << text;
  }
  EXPECT_EQ(compared, 150);
  std::remove(path.c_str());
  std::remove((path + ".out").c_str());
}

}  // namespace
}  // namespace keelson
