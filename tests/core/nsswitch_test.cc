#include "core/nsswitch.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

// Agrees with what getent passwd found or did not find through each line.
TEST(Nsswitch, SourcesAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"passwd: files systemd\n", "files systemd"},
      {"", "files"},
      {"group: nis\n", "files"},
      {"passwd:\tfiles\tldap", "files ldap"},
      {"passwd: files\r\n", "files"},
      {"passwd: a\npasswd: b\n", "b"},
      {"passwd: a\npasswd:\n", ""},
      {"passwd\n", ""},
      {"PASSWD: nis\n", "files"},
      {"passwd nis\n", "nis"},
      {"passwd : nis\n", "nis"},
      {"passwd ::nis\n", "nis"},
      {"  passwd: nis\n", "nis"},
      {"passwd#: nis\n", "files"},
      {"#passwd: nis\n", "files"},
      {" # passwd: nis\n", "files"},
      {"a passwd: nis\n", "files"},
      {"passwd: nis # files\n", "nis # files"},
      {"passwd: nis \\\n files\n", "nis \\"},
      {"passwd: nis\0 files\n"s, "nis"},
      {"passwd:files:x\n", "files:x"},
      {"passwd: FILES\n", "FILES"},
      {"passwd: files [NOTFOUND=return] nis\n", "files nis"},
      {"passwd: nis[unavail=RETURN]files\n", "nis files"},
      {"passwd: nis [ !UNAVAIL = return TRYAGAIN=continue ] files\n", "nis files"},
      {"passwd: nis [UNAVAIL=return] [UNAVAIL=continue] files\n", "nis files"},
      {"passwd: files [NOTFOUND=return]]\n", "files ]"},
      {"passwd: files [SUCCESS=merge] nis\n", "files+ nis"},
      {"passwd: files [success=merge SUCCESS=return] nis\n", "files nis"},
      {"passwd: files [SUCCESS=continue] nis\n", "files+ nis"},
      {"passwd: files [!NOTFOUND=continue] nis\n", "files+ nis"},
      {"passwd: files [!SUCCESS=continue] nis\n", "files nis"},
      {"passwd: [NOTFOUND=return] files\n", ""},
      {"passwd: files [\n", ""},
      {"passwd: files []\n", ""},
      {"passwd: files [SUCCESS=foo] nis\n", ""},
      {"passwd: files [foo=return] nis\n", ""},
      {"passwd: nis [UNAVAIL=return\n", ""},
  };
  for (const auto& c : kCases) {
    std::string shown;
    for (const NsswitchSource& source : NsswitchSources(c.input, "passwd")) {
      if (!shown.empty()) shown += " ";
      shown += source.name + (source.goes_on ? "+" : "");
    }
    EXPECT_EQ(shown, c.expected) << c.input;
  }
}

TEST(Nsswitch, HasLine) {
  EXPECT_TRUE(HasNsswitchLine("a: b\ninitgroups: files\n", "initgroups"));
  EXPECT_TRUE(HasNsswitchLine("initgroups\n", "initgroups"));
  EXPECT_FALSE(HasNsswitchLine("#initgroups: files\n", "initgroups"));
}

}  // namespace
}  // namespace keelson
