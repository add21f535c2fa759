#include "core/sysusers.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

SpecifierValue Specifier(char letter) {
  SpecifierValue value;
  if (letter == 'b') value.value = "0123456789abcdef0123456789abcdef";
  if (letter == 'H') value.value = "host";
  if (letter == 'w') value.value = "";
  if (letter == 'm') value.why = "Protocol driver not attached";
  return value;
}

std::string Errors(std::string_view bytes) {
  std::vector<SysusersEntry> entries;
  std::string texts;
  for (const SysusersError& error : ParseSysusers(bytes, Specifier, &entries)) {
    texts += error.Text("F") + "\n";
  }
  return texts;
}

std::string Number(const std::optional<uint32_t>& id) { return id ? std::to_string(*id) : "-"; }

std::string Shown(const SysusersEntry& entry) {
  std::string shown = std::to_string(entry.line) + " " + static_cast<char>(entry.type);
  if (entry.type == SysusersType::kRange) {
    return shown + " " + std::to_string(entry.range.first) + "-" + std::to_string(entry.range.last);
  }
  return shown + (entry.locked ? "! " : " ") + entry.name + "|" + Number(entry.uid) + ":" +
         Number(entry.gid) + "|" + entry.group + "|" + entry.id_path + "|" + entry.gecos + "|" +
         entry.home + "|" + entry.shell;
}

std::string Entries(std::string_view bytes) {
  std::vector<SysusersEntry> entries;
  std::string shown;
  for (const SysusersError& error : ParseSysusers(bytes, Specifier, &entries)) {
    shown += error.Text("F") + "\n";
  }
  for (const SysusersEntry& entry : entries) shown += Shown(entry) + "\n";
  return shown;
}

TEST(Sysusers, Entries) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"u a", "1 u a|-:-|||||\n"},
      {"u a 7 \"A B\" /h /s\n", "1 u a|7:-|||A B|/h|/s\n"},
      {"u a - - - -\n", "1 u a|-:-|||||\n"},
      {"u a \"\" \"\" '' \"\"\n", "1 u a|-:-|||||\n"},
      {"u! a 7\n", "1 u! a|7:-|||||\n"},
      {"u a 7:8\n", "1 u a|7:8|||||\n"},
      {"u a 7:grp\n", "1 u a|7:-|grp||||\n"},
      {"u a -:8\n", "1 u a|-:8|||||\n"},
      {"u a //usr/./bin/x/\n", "1 u a|-:-||/usr/bin/x|||\n"},
      {"u a 4294967294\n", "1 u a|4294967294:-|||||\n"},
      {"u Root_0-\n", "1 u Root_0-|-:-|||||\n"},
      {"g a 7\n", "1 g a|-:7|||||\n"},
      {"g a /x\n", "1 g a|-:-||/x|||\n"},
      {"m a b\n", "1 m a|-:-|b||||\n"},
      {"r - 5-9\nr - 7\nr - '5'-\"9\"", "1 r 5-9\n2 r 7-7\n3 r 5-9\n"},
      {"# c\n\n \t#d\n  u\ta \n", "4 u a|-:-|||||\n"},
      {"u a\r\nu b\n\ru c\ru d\n\nu e\0u f\0\nu g"s,
       "1 u a|-:-|||||\n2 u b|-:-|||||\n3 u c|-:-|||||\n4 u d|-:-|||||\n6 u e|-:-|||||\n"
       "7 u f|-:-|||||\n9 u g|-:-|||||\n"},
      // Quotes and backslashes.
      {"'u' \"a\"b'c' - a\\\"b", "1 u abc|-:-|||a\"b||\n"},
      {"u a - 'a\"b'\"c'd\"\\ e", "1 u a|-:-|||a\"bc'd e||\n"},
      {"u a - \"a\\tb\"", "1 u a|-:-|||atb||\n"},
      {"u a - \\x /\\\\", "1 u a|-:-|||x|/\\|\n"},
      // Specifiers.
      {"u a%H 7 %%H%H%w%_% /%b", "1 u ahost|7:-|||%Hhost%_%|/0123456789abcdef0123456789abcdef|\n"},
      {"u a%w", "1 u a|-:-|||||\n"},
      // Paths are tidied up.
      {"u a - - //a/./b/ /.", "1 u a|-:-||||/a/b|/\n"},
      {"u a - - /..a/... /a\\ b", "1 u a|-:-||||/..a/...|/a b\n"},
      {"", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Entries(c.input), c.expected) << c.input;
}

// Each message is what systemd-sysusers 252 printed for the line.
TEST(Sysusers, Errors) {
  const std::string a31(31, 'a');
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"u", "Missing action and name columns."},
      {"x b", "Unknown command type 'x'."},
      {";u b3", "Unknown modifier ';u'."},
      {"uu b", "Unknown modifier 'uu'."},
      {"g! b", "Unknown modifier 'g!'."},
      {"\"\" b", "Unknown modifier ''."},
      {"u c 1 2 3 4 5", "Trailing garbage."},
      {"u \"d", "Syntax error."},
      {"u d\\", "Syntax error."},
      {"u -", "Lines of type 'u' require a user name in the second field."},
      {"u 0a", "'0a' is not a valid user or group name."},
      {"u a.b", "'a.b' is not a valid user or group name."},
      {"u " + a31 + "b", "'" + a31 + "b' is not a valid user or group name."},
      {"u e%z", "Failed to replace specifiers in 'e%z': Invalid slot"},
      {"u e%", "'e%' is not a valid user or group name."},
      {"u e %z", "Failed to replace specifiers in 'e': Invalid slot"},
      {"r - %z", "Failed to replace specifiers in '(null)': Invalid slot"},
      {"u e - %1", "Failed to replace specifiers in '%1': Invalid slot"},
      {"u e - - /%m", "Failed to replace specifiers in '/%m': Protocol driver not attached"},
      {"u f 65535", "Failed to parse UID: '65535': No such device or address"},
      {"u f 4294967295", "Failed to parse UID: '4294967295': No such device or address"},
      {"u f 4294967296", "Failed to parse UID: '4294967296': Numerical result out of range"},
      {"u f 99999999999999999999x",
       "Failed to parse UID: '99999999999999999999x': Numerical result out of range"},
      {"u f 01", "Failed to parse UID: '01': Invalid argument"},
      {"u f +1", "Failed to parse UID: '+1': Invalid argument"},
      {"u f -1", "Failed to parse UID: '-1': Invalid argument"},
      {"u f %%5", "Failed to parse UID: '%%5': Invalid argument"},
      {"u f x", "Failed to parse UID: 'x': Invalid argument"},
      {"u f '1 '", "Failed to parse UID: '1 ': Invalid argument"},
      {"u f 1:", "Failed to parse GID: '1:': Invalid argument"},
      {"u f :1", "Failed to parse UID: ':1': Invalid argument"},
      {"u f 1:2:3", "Failed to parse GID: '1:2:3': Invalid argument"},
      {"u f 1:0g", "Failed to parse GID: '1:0g': Invalid argument"},
      {"u f 1:65535", "Failed to parse GID: '1:65535': No such device or address"},
      {"u f 1:99999999999", "Failed to parse GID: '1:99999999999': Numerical result out of range"},
      {"u h - a:b", "'a:b' is not a valid GECOS field."},
      {"u h - 'a\tb'", "'a\\x09b' is not a valid GECOS field."},
      {"u h - \xff", "'\\xff' is not a valid GECOS field."},
      {"u h - \xed\xa0\x80", "'\\xed\\xa0\\x80' is not a valid GECOS field."},
      {"u h - \xc0\xaf", "'\\xc0\\xaf' is not a valid GECOS field."},
      {"u i - - rel", "'rel' is not a valid home directory field."},
      {"u i - - .", "'.' is not a valid home directory field."},
      {"u i - - /a/../b", "'/a/../b' is not a valid home directory field."},
      {"u i - - /a:b", "'/a:b' is not a valid home directory field."},
      {"u i - - / sh", "'sh' is not a valid login shell field."},
      {"u i - - / /bin/..", "'/bin/..' is not a valid login shell field."},
      {"g -", "Lines of type 'g' require a user name in the second field."},
      {"g g x", "Failed to parse GID: 'x': Invalid argument"},
      {"g g 1:2", "Failed to parse GID: '1:2': Invalid argument"},
      {"g g 1 gec", "Lines of type 'g' don't take a GECOS field."},
      {"g g - - /h", "Lines of type 'g' don't take a home directory field."},
      {"g g - - - /s", "Lines of type 'g' don't take a login shell field."},
      {"m a", "Lines of type 'm' require a group name in the third field."},
      {"m - b", "Lines of type 'm' require a user name in the second field."},
      {"m a 0x", "'0x' is not a valid user or group name."},
      {"m a b c", "Lines of type 'm' don't take a GECOS field."},
      {"r a 1-2", "Lines of type 'r' don't take a name field."},
      {"r -", "Lines of type 'r' require an ID range in the third field."},
      {"r - 1-", "Invalid UID range 1-."},
      {"r - 1-2-3", "Invalid UID range 1-2-3."},
      {"r - 2-1", "Invalid UID range 2-1."},
      {"r - 65535", "Invalid UID range 65535."},
      {"r - 1-4294967296", "Invalid UID range 1-4294967296."},
      {"r - 5-06", "Invalid UID range 5-06."},
      {"r - 1-2 x", "Lines of type 'r' don't take a GECOS field."},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Errors(c.input + "\nu fine\n"), "F:1: " + c.expected + "\n") << c.input;
  }
}

TEST(Sysusers, LongFields) {
  const std::string name(256, 'a'), path = "/" + std::string(4095, 'a');
  EXPECT_EQ(Errors("u " + name),
            "F:1: Failed to replace specifiers in '" + name + "': File name too long\n");
  EXPECT_EQ(Errors("u a - - " + path),
            "F:1: Failed to replace specifiers in '" + path + "': File name too long\n");
  EXPECT_EQ(Errors("u a - - /" + name),
            "F:1: '/" + name + "' is not a valid home directory field.\n");
  EXPECT_EQ(Errors("u a - " + name + " /" + name.substr(1)), "");
}

TEST(Sysusers, WhatSpecifiersLeaveEmptyIsSaid) {
  const struct {
    const char *line, *expected;
  } kCases[] = {
      {"u %w", "'' is not a valid user or group name."},
      {"r %w 5", "'' is not a valid user or group name."},
      {"u a %w", "Failed to parse UID: '%w': Invalid argument"},
      {"u a 5:%w", "Failed to parse GID: '5:%w': Invalid argument"},
      {"u a - %w", ""},
      {"u a - - %w", "'' is not a valid home directory field."},
      {"u a - - - %w", "'' is not a valid login shell field."},
      {"g g %w", "Failed to parse GID: '%w': Invalid argument"},
      {"g g - %w", "Lines of type 'g' don't take a GECOS field."},
      {"m m %w", "'' is not a valid user or group name."},
      {"r - %w", "Invalid UID range ."},
  };
  for (const auto& test : kCases) {
    SysusersEntry entry;
    EXPECT_EQ(ParseSysusersLine(test.line, Specifier, &entry), test.expected) << test.line;
  }
}

TEST(Sysusers, ALineByItselfIsNeverAComment) {
  SysusersEntry entry;
  EXPECT_EQ(ParseSysusersLine(" u a\n7", Specifier, &entry), "");
  EXPECT_EQ(entry.uid, 7u);
  EXPECT_EQ(ParseSysusersLine("# x", Specifier, &entry), "Unknown command type '#'.");
  EXPECT_EQ(ParseSysusersLine("", Specifier, &entry), "Missing action and name columns.");
}

TEST(Sysusers, SimplifiedPaths) {
  EXPECT_EQ(SimplifiedPath("//a/./b/"), "/a/b");
  EXPECT_EQ(SimplifiedPath("/a/../b"), "/a/../b");
  EXPECT_EQ(SimplifiedPath("//"), "/");
}

TEST(Sysusers, SameLinesAreNoConflict) {
  std::vector<SysusersEntry> entries;
  ParseSysusers("u a 7 '' /h\nu a 7 - //h/\nu a 8 - /h\nu! a 7 - /h\n", Specifier, &entries);
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_TRUE(entries[0].SameAs(entries[1]));
  EXPECT_FALSE(entries[0].SameAs(entries[2]));
  EXPECT_FALSE(entries[0].SameAs(entries[3]));
  ParseSysusers("u a -:b\nu a -:c\nu a -:5\nm a b\nm a c\nu a - %w\nu a - -\n", Specifier,
                &entries);
  ASSERT_EQ(entries.size(), 7u);
  EXPECT_TRUE(entries[0].SameAs(entries[1]));
  EXPECT_FALSE(entries[0].SameAs(entries[2]));
  EXPECT_FALSE(entries[3].SameAs(entries[4]));
  EXPECT_FALSE(entries[5].SameAs(entries[6]));
}

}  // namespace
}  // namespace keelson
