#include "core/lsb_script.h"

#include <gtest/gtest.h>

#include <utility>

namespace keelson {
namespace {

std::string Show(const LsbScript& script) {
  std::string shown = script.has_header ? "H " : "";
  for (const auto& [name, words] :
       {std::pair{"P", &script.provides}, std::pair{"R", &script.required_start},
        std::pair{"r", &script.required_stop}, std::pair{"S", &script.should_start},
        std::pair{"s", &script.should_stop}, std::pair{"B", &script.start_before},
        std::pair{"A", &script.stop_after}}) {
    for (const std::string& word : *words) shown += name + word + " ";
  }
  return shown;
}

std::string Header(const std::string& lines) {
  return "#!/bin/sh\n### BEGIN INIT INFO\n" + lines + "### END INIT INFO\n# Provides: none\n";
}

// As insserv took each.
TEST(LsbScript, HeadersAsInsservReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"# Provides: a b\n# Required-Start: $c +d\n# Required-Stop:\te\n# Should-Start: f\n"
       "# Should-Stop: g\n# X-Start-Before: h\n# X-Stop-After: i\n",
       "H Pa Pb R$c R+d re Sf sg Bh Ai "},
      {"#PROVIDES:a\n#\trequired__start: b\n# Required-_Stop: c\n", "H Pa Rb rc "},
      {"# X-UnitedLinux-Should-Start: a\n# Start-Before: b\n# stop_after: c\n", "H Sa Bb Ac "},
      {"# X-Required-Start: a\n# Provides : b\n # Provides: c\nProvides: d\n", "H "},
      {"# Provides: a\n# Provides: b\n# Required-Start:\n# Required-Start: c\n", "H Pa "},
      {"# Provides: a,b;c\n", "H Pa Pb Pc "},
      {"# Provides: a, b\n# Required-Start: c  d\n# Required-Stop: e\tf\n", "H Pa Rc re "},
      {"# Provides: a \r\n# Required-Start: b\r\n", "H Pa Rb "},
      {"# Required-Start: a\n#  b\n", "H Ra "},
      {"# chkconfig: 345 20 80\n", "H "},
  };
  for (const auto& c : kCases) {
    LsbScript script;
    EXPECT_FALSE(ParseLsbScript(Header(c.input), &script));
    EXPECT_EQ(Show(script), c.expected) << c.input;
  }
}

TEST(LsbScript, WithoutHeaderOrItsEnd) {
  LsbScript script;
  EXPECT_FALSE(ParseLsbScript("#!/bin/sh\n# Provides: a\n### END INIT INFO\n", &script));
  EXPECT_EQ(Show(script), "");
  const auto error = ParseLsbScript("\n### BEGIN INIT INFO\n# Provides: a\n", &script);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->Text("f"), "f:2:1: the header has no end");
  EXPECT_EQ(Show(script), "");
  EXPECT_FALSE(ParseLsbScript("x ### BEGIN INIT INFO x\n# Provides: a ### END INIT INFO", &script));
  EXPECT_EQ(Show(script), "H Pa P### PEND PINIT PINFO ");
}

TEST(LsbScript, RunLevelsInteractiveAndDescriptions) {
  LsbScript script;
  EXPECT_FALSE(
      ParseLsbScript(Header("# Default-Start:  2 3,  5 \n# Default-Stop: 0 S 7 10 x\n"
                            "# X-Interactive: true\n# Short-Description: an  a \n"
                            "# Description: one\n#   two\n#\tthree\n# Provides: p\n#  no\n"),
                     &script));
  EXPECT_EQ(script.default_start, 1 << 2 | 1 << 3 | 1 << 5);
  EXPECT_EQ(script.default_stop, 1 << 0 | kLsbRunLevelS);
  EXPECT_TRUE(script.is_interactive);
  EXPECT_EQ(script.short_description, "an  a");
  EXPECT_EQ(script.description, "one two three");
  EXPECT_FALSE(ParseLsbScript(Header("# X-Interactive: True\n"), &script));
  EXPECT_FALSE(script.is_interactive);
}

TEST(LsbScript, NotesSayWhatInsservPassesOver) {
  LsbScript script;
  EXPECT_FALSE(
      ParseLsbScript(Header("# Provides: a\n# Required-Start: b  c\n# Required-Stop: d\te\n"
                            "# Default-Start: 2\n# Default-Stop: 2\n"),
                     &script));
  std::string notes;
  for (const ParseError& note : script.notes) notes += note.Text("f") + "\n";
  const std::string lost =
      ": not read: what stands behind two separators, a tab or a control character\n";
  EXPECT_EQ(notes, "f:4:22" + lost + "f:5:20" + lost +
                       "f:2:1: a run level is in default-start and in default-stop\n");
  EXPECT_FALSE(ParseLsbScript(Header("# Provides:\n# Required-Start: a \n"), &script));
  notes.clear();
  for (const ParseError& note : script.notes) notes += note.what + "; ";
  EXPECT_EQ(notes, "no required-stop; no default-start; no default-stop; provides is empty; ");
}

TEST(LsbScript, NamesOfFiles) {
  for (const char* name : {"cron", "mountall.sh", "rc.local", "nfs-common", "corekeeper"}) {
    EXPECT_TRUE(IsLsbScriptName(name)) << name;
  }
  for (const char* name :
       {"", ".depend.start", "README", "README.old", "skeleton2", "rc", "rcS", "core", "cron~",
        "cron.dpkg-old", "cron.bak", "cron.orig", "cron.core", "cron,v", "_cron", "#cron#"}) {
    EXPECT_FALSE(IsLsbScriptName(name)) << name;
  }
  EXPECT_TRUE(IsInsservConfName("rc"));
  EXPECT_FALSE(IsInsservConfName("bind9.ucf-dist"));
}

}  // namespace
}  // namespace keelson
