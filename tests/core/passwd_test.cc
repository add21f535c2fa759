#include "core/passwd.h"

#include <gtest/gtest.h>

#include <string>

#include "core/flat_file.h"

namespace keelson {
namespace {

using namespace std::string_literals;

std::string Id(uint32_t id) { return std::to_string(id); }

// As getent writes it; "" when the line is ignored. The keys of a line are compared on the way.
std::string Passwd(std::string_view text) {
  PasswdEntry e;
  std::string_view name;
  uint32_t uid = 0;
  const bool found = ParsePasswd(text, &e);
  EXPECT_EQ(ParsePasswdKeys(text, &name, &uid), found) << text;
  if (!found) return "";
  EXPECT_EQ(name, e.name) << text;
  EXPECT_EQ(uid, e.uid) << text;
  const std::string uid_text = IsLookupName(e.name) ? Id(e.uid) : "";
  const std::string gid_text = IsLookupName(e.name) ? Id(e.gid) : "";
  std::string shown(e.name);
  for (const std::string_view field : {e.password, std::string_view(uid_text),
                                       std::string_view(gid_text), e.gecos, e.directory, e.shell}) {
    shown += ":" + std::string(field);
  }
  return shown;
}

// Every answer is that of getent passwd on a file of this one line.
TEST(Passwd, LinesAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"a:x:1:2:g:d:s", "a:x:1:2:g:d:s"},
      {"a:x:1:2:g:d:s\r", "a:x:1:2:g:d:s\r"},
      {"  a:x:1:2:g:d:s", "a:x:1:2:g:d:s"},
      {"\v\f\r\ta:x:1:2:g:d:s", "a:x:1:2:g:d:s"},
      {"a:x:1:2", "a:x:1:2:::"},
      {"a:x:1:2:", "a:x:1:2:::"},
      {"a:x:1:2:g", "a:x:1:2:g::"},
      {"a:x:1:2:g:d", "a:x:1:2:g:d:"},
      {"a:x:1:2:g:d:s:more:x", "a:x:1:2:g:d:s:more:x"},
      {"a:x:1", ""},
      {"a:x:1:", ""},
      {"a:x", ""},
      {"a", ""},
      {"a:", ""},
      {"a:x::2:g:d:s", ""},
      {"a:x:1::g:d:s", ""},
      {"a:x:+7:+8:g:d:s", "a:x:7:8:g:d:s"},
      {"a:x:++7:8:g:d:s", ""},
      {"a:x:+:8:g:d:s", ""},
      {"a:x:-1:8:g:d:s", ""},
      {"a:x:-0:8:g:d:s", "a:x:0:8:g:d:s"},
      {"a:x: 12:8:g:d:s", "a:x:12:8:g:d:s"},
      {"a:x:\t12:8:g:d:s", "a:x:12:8:g:d:s"},
      {"a:x:1: +2:", "a:x:1:2:::"},
      {"a:x:12 :8:g:d:s", ""},
      {"a:x:0x10:8:g:d:s", ""},
      {"a:x:007:08:g:d:s", "a:x:7:8:g:d:s"},
      {"a:x:4294967295:4294967295:g:d:s", "a:x:4294967295:4294967295:g:d:s"},
      {"a:x:4294967296:8:g:d:s", ""},
      {"a:x:18446744073709551616:8:g:d:s", ""},
      {"a:x:18446744073709551617:8:g:d:s", ""},
      {"a:x:-18446744073709551615:2", "a:x:1:2:::"},
      {"a:x:00000000000000000000000000000000007:8:g:d:s", "a:x:7:8:g:d:s"},
      {"a:x:+ 7:8::d:s", ""},
      {"a:x:1:2 :g:d:s", ""},
      {"a:x:1:-2:g:d:s", ""},
      {"a:x:1:2x:g:d:s", ""},
      {"a:x:1:2\r", ""},
      {"a:x:1:2 ", ""},
      {":x:1:2:g:d:s", ":x:1:2:g:d:s"},
      {"#a:x:1:2:g:d:s", ""},
      {"  #a:x:1:2:g:d:s", ""},
      {"a#b:x:1:2:g#h:d:s#t", "a#b:x:1:2:g#h:d:s#t"},
      {"a :x:1:2:g:d:s ", "a :x:1:2:g:d:s "},
      {"\xc3\xa9:x:1:2:\xff\xfe:d:s", "\xc3\xa9:x:1:2:\xff\xfe:d:s"},
      {"a::1:2::/:", "a::1:2::/:"},
      {":::::", ""},
      {"", ""},
      {" \t\r", ""},
      // compat names
      {"+", "+::::::"},
      {"-", "-::::::"},
      {"+a", "+a::::::"},
      {"  +a", "+a::::::"},
      {"+a ", "+a ::::::"},
      {"+a:", "+a::::::"},
      {"+::::::", "+::::::"},
      {"+@n::::::", "+@n::::::"},
      {"+a:x:1:2:g:d:s", "+a:x:::g:d:s"},
      {"+a:x::8:g:d:s", "+a:x:::g:d:s"},
      {"+a:x:9::g:d:s", "+a:x:::g:d:s"},
      {"+a:x:1:2", "+a:x:::::"},
      {"+a:x::2", "+a:x:::::"},
      {"+a::::", "+a::::::"},
      {"+a:x", ""},
      {"+a:x:1", ""},
      {"+a:x:1:", ""},
      {"+a:::", ""},
      {"+a:x: :2:", ""},
      {"+a:x:zz:yy:g:d:s", ""},
      {"+a:x:-1:2:", ""},
      {"+a:x:4294967296:2:", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Passwd(c.input), c.expected) << c.input;
}

// ParsePasswdKeys has a fast way for ordinary lines: the edges of what is ordinary.
TEST(Passwd, KeysOfLinesOfEveryLength) {
  for (const std::string name :
       {"", "a", "user", "sevenxx", "eightxxx", "ninexxxxx", "sixteen_________"}) {
    for (const std::string password : {"", "x", "*********", "$6$salt$hashhash"}) {
      for (const std::string uid :
           {"0", "12", "999999", "1234567", "12345678", "123456789", "4294967295", "4294967296",
            "1x", "12345678x", "", "00000007"}) {
        for (const std::string rest : {"", ":", ":1", ":1:", ":1234567:g:/home/directory:/bin/sh",
                                       ":12345678:g:/home/directory:/bin/sh", ":x:ggggggggggg",
                                       ":1234567", ":1x:gggggggggggg", "::gggggggggggg"}) {
          const std::string line = name + ":" + password + ":" + uid + rest;
          PasswdEntry whole;
          std::string_view key;
          uint32_t id = 0;
          const bool found = ParsePasswd(line, &whole);
          ASSERT_EQ(ParsePasswdKeys(line, &key, &id), found) << line;
          if (!found) continue;
          EXPECT_EQ(key, name) << line;
          EXPECT_EQ(whole.name, name) << line;
          EXPECT_EQ(id, whole.uid) << line;
          EXPECT_EQ(id, std::stoul(uid)) << line;
        }
      }
    }
  }
}

TEST(Passwd, NulEndsTheLine) {
  const std::string file = "a:x:1:2:g\0h:d:s\nb:x:3\0:4::\n\0c:x:5:6\nd:x:7:8\0\n+e\0:x\n"s;
  std::string shown;
  LineReader lines(file);
  for (Line line; lines.Next(&line);) shown += Passwd(line.text) + "|";
  EXPECT_EQ(shown, "a:x:1:2:g::|||d:x:7:8:::|+e::::::|");
}

std::string Group(std::string_view text) {
  GroupEntry e;
  if (!ParseGroup(text, &e)) return "";
  std::string shown = std::string(e.name) + ":" + std::string(e.password) + ":" +
                      (IsLookupName(e.name) ? Id(e.gid) : "") + ":";
  ListReader members(e.members);
  bool first = true;
  for (std::string_view member; members.Next(&member); first = false) {
    shown += (first ? "" : ",") + std::string(member);
  }
  return shown;
}

TEST(Group, LinesAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"g:x:1:a,b", "g:x:1:a,b"},
      {"g:x:1:a,b\r", "g:x:1:a,b\r"},
      {"g:x:1:,a,,b,,", "g:x:1:a,b"},
      {"g:x:1: a , b ,\tc", "g:x:1:a ,b ,c"},
      {"g:x:1: ", "g:x:1:"},
      {"g:x:1:\r", "g:x:1:"},
      {"g:x:1:a,a,b,a", "g:x:1:a,a,b,a"},
      {"g:x:1:a b,c d", "g:x:1:a b,c d"},
      {"g:x:1:\va,\fb", "g:x:1:a,b"},
      {"g:x:1:", "g:x:1:"},
      {"g:x:1", "g:x:1:"},
      {"g:x", ""},
      {"g", ""},
      {"g:x::a", ""},
      {"g:x: 1:a", "g:x:1:a"},
      {"g:x:+1:a", "g:x:1:a"},
      {"g:x:-0:a", "g:x:0:a"},
      {"g:x:1 :a", ""},
      {"g:x:1\r", ""},
      {"g:x:4294967295:a", "g:x:4294967295:a"},
      {"g:x:4294967296:a", ""},
      {"g:x:-1:a", ""},
      {"g:x:1:a:b,c", "g:x:1:a:b,c"},
      {":x:1:a", ":x:1:a"},
      {"g::1:a", "g::1:a"},
      {" g:x:1:a", "g:x:1:a"},
      {"#g:x:1:a", ""},
      {"g:x:1:#a,b#", "g:x:1:#a,b#"},
      {"g:x:1:+a,-b", "g:x:1:+a,-b"},
      {"+", "+:::"},
      {"+g", "+g:::"},
      {"-g", "-g:::"},
      {"+:", "+:::"},
      {"+::", ""},
      {"+:::", "+:::"},
      {"+g:x:1", "+g:x::"},
      {"+g:x:1:a", "+g:x::a"},
      {"+g:x::a,b", "+g:x::a,b"},
      {"+g:x:", ""},
      {"+g:x:zz:", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Group(c.input), c.expected) << c.input;
}

TEST(Group, HundredThousandMembers) {
  std::string text = "g:x:1:m0";
  for (int i = 1; i < 100000; ++i) text += ",m" + std::to_string(i);
  EXPECT_EQ(Group(text), text);
}

std::string Shadow(std::string_view text) {
  ShadowEntry e;
  if (!ParseShadow(text, &e)) return "";
  std::string shown = std::string(e.name) + ":" + std::string(e.password);
  for (const int64_t days : {e.last_change, e.min, e.max, e.warn, e.inactive, e.expire}) {
    shown += ":" + (days == -1 ? "" : std::to_string(days));
  }
  return shown + ":" + (e.flag == ~uint64_t{0} ? "" : std::to_string(e.flag));
}

TEST(Shadow, LinesAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"a:x:1:2:3:4:5:6:7", "a:x:1:2:3:4:5:6:7"},
      {"a:x:1:2:3:4:5:6:7\r", ""},
      {"a:x:::::::", "a:x:::::::"},
      {"a:x", ""},
      {"a:", ""},
      {"a", ""},
      {"a:x:1", ""},
      {"a:x:1:2", ""},
      {"a:x:1:2:", ""},
      {"a:x:1:2:3", "a:x:1:2:3::::"},
      {"a:x:1:2:3:", "a:x:1:2:3::::"},
      {"a:x:1:2:3: ", "a:x:1:2:3::::"},
      {"a:x:1:2:3:\t\r", "a:x:1:2:3::::"},
      {"a:x:1:2:3 ", ""},
      {"a:x:1:2::", "a:x:1:2:::::"},
      {"a:x::::", "a:x:::::::"},
      {"a:x:::", ""},
      {"a:x:1:2:3::", ""},
      {"a:x:1:2:3:::", ""},
      {"a:x:1:2:3::::", "a:x:1:2:3::::"},
      {"a:x:1:2:3:::: ", ""},
      {"a:x:1:2:3:4", ""},
      {"a:x:1:2:3:4:", ""},
      {"a:x:1:2:3:4:5", ""},
      {"a:x:1:2:3:4:5:", ""},
      {"a:x:1:2:3:4:::", "a:x:1:2:3:4:::"},
      {"a:x:1:2:3:4:5:6", "a:x:1:2:3:4:5:6:"},
      {"a:x:1:2:3:4:5:6:", "a:x:1:2:3:4:5:6:"},
      {"a:x:1:2:3:4:5:6: ", ""},
      {"a:x:1:2:3:4:5:6:7:", ""},
      {"a:x:1:2:3:4:5:6:7:8", ""},
      {"a:x:1:2:3:4:5:6:7x", ""},
      {"a:x:1:2:3:4:5:6:-2", ""},
      {"a:x:-1:-1:-1:-1:-1:-1:-1", ""},
      {"a:x: 1:+2:3: 4:5:6:007", "a:x:1:2:3:4:5:6:7"},
      {"a:x:1 :2:3:4:5:6:7", ""},
      {"a:x: :2:3:4:5:6:7", ""},
      {"a:x:0x1:2:3:4:5:6:7", ""},
      {"a:x:0:0:0:0:0:0:0", "a:x:0:0:0:0:0:0:0"},
      {"a:x:1::3::5::7", "a:x:1::3::5::7"},
      {"a:x:2147483648:2147483647:3:4:5:6:7", "a:x:-2147483648:2147483647:3:4:5:6:7"},
      {"a:x:4294967295:4294967295:3:4:5:6:4294967295", "a:x:::3:4:5:6:4294967295"},
      {"a:x:4294967296:2:3:4:5:6:7", ""},
      {"a:x:1:2:3:4:5:6:4294967296", ""},
      {":x:1:2:3:4:5:6:7", ":x:1:2:3:4:5:6:7"},
      {" a:x:1:2:3:4:5:6:7", "a:x:1:2:3:4:5:6:7"},
      {"#a:x:1:2:3:4:5:6:7", ""},
      {"a:$6$a#b:1:2:3:4:5:6:7", "a:$6$a#b:1:2:3:4:5:6:7"},
      {"+", "+::0:0:0::::"},
      {"-a", "-a::0:0:0::::"},
      {"+:", "+::0:0:0::::"},
      {"+a:x", ""},
      {"+a:x::::", "+a:x:::::::"},
      {"+a:x:1:2:3:4:5:6:7", "+a:x:1:2:3:4:5:6:7"},
      {"+a:x::::::", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Shadow(c.input), c.expected) << c.input;
}

TEST(Passwd, NamesThatAKeyFinds) {
  EXPECT_TRUE(IsLookupName("a"));
  EXPECT_TRUE(IsLookupName(""));  // getent passwd '' finds it
  EXPECT_FALSE(IsLookupName("+a"));
  EXPECT_FALSE(IsLookupName("-"));
}

TEST(PasswdKeyReader, SeesWhatTheLineReaderSees) {
  using std::string_literals::operator""s;
  const std::string files[] = {
      "",
      "\n",
      "\n\n",
      "a",
      "a:x:1:2",
      "a:x:1:2\n",
      "a:x:12345:678::/:/bin/sh",
      "# no\nroot:x:0:0:root:/root:/bin/sh\n\nbad\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n",
      "ann\0:x:1000:1000:Ann:/home/ann:/bin/sh\nbob:x:2:2::/:/\n"s,
      "ann:x\0y:1000:1000:Ann:/home/ann:/bin/sh\nbob:x:2:2::/:/\n"s,
      "ann:x:1000:1000:An\0n:/home/ann:/bin/sh\nbob:x:2:2::/:/\n"s,
      "ann:x:10\00:1000:Ann:/home/ann:/bin/sh\nbob:x:2:2::/:/\n"s,
      "a-long-name-without-a-colon\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n",
      "+ann:x:::::\n -bob:x:7:7:::\nlast:x:+5:5:::\r\n",
  };
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    PasswdKeyReader reader(file);
    LineReader lines(file);
    size_t offset;
    std::string_view name, expected_name;
    uint32_t uid, expected_uid;
    for (Line line; lines.Next(&line);) {
      if (!ParsePasswdKeys(line.text, &expected_name, &expected_uid)) continue;
      ASSERT_TRUE(reader.Next(&offset, &name, &uid));
      EXPECT_EQ(offset, line.offset);
      EXPECT_EQ(name, expected_name);
      EXPECT_EQ(uid, expected_uid);
    }
    EXPECT_FALSE(reader.Next(&offset, &name, &uid));
  }
}

}  // namespace
}  // namespace keelson
