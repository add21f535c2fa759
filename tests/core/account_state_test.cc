#include "core/account_state.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace keelson {
namespace {

using namespace std::string_literals;

std::string Texts(const std::vector<ParseError>& errors) {
  std::string texts;
  for (const ParseError& error : errors) texts += error.Text("F") + "\n";
  return texts;
}

AccountTable TableOf(std::string_view bytes) {
  AccountTable table;
  EXPECT_EQ(Texts(ParseAccountTable(bytes, &table)), "");
  return table;
}

TEST(AccountState, FieldsOfARecord) {
  const AccountTable table = TableOf(
      "# "
      "accounts\n\nuser:ntp:123:locked:net-misc/ntp,a/b:/p%3aq%25/%0a:1700000000:0123456789abcdef\n"
      "#pending /etc/passwd .passwd.1 12 0123\n");
  ASSERT_EQ(table.records().size(), 1u);
  const AccountRecord& record = table.records()[0];
  EXPECT_EQ(record.kind, AccountKind::kUser);
  EXPECT_EQ(record.name, "ntp");
  EXPECT_EQ(record.id, 123u);
  EXPECT_EQ(record.state, AccountState::kLocked);
  EXPECT_EQ(record.packages, (std::vector<std::string>{"a/b", "net-misc/ntp"}));
  EXPECT_EQ(record.origin, "/p:q%/\n");
  EXPECT_EQ(record.first_seen, 1700000000);
  EXPECT_EQ(record.written, "0123456789abcdef");
}

TEST(AccountState, SortedAndTheSameBytesEveryTime) {
  std::string bytes =
      "group:audio:18:active:a/b:/p/audio:7:\n"
      "group:ntp:123:gone::/p/ntp:7:\n"
      "user:_x:5:defunct::/p/_x:0:\n"
      "user:ntp:120:gone::/p/ntp:7:0123456789abcdef\n"
      "user:ntp:123:active:a/a,b/b:/p%3a%25:7:0123456789abcdef\n";
  EXPECT_EQ(FormatAccountTable(TableOf(bytes)), bytes);
  const std::string backwards =
      "user:ntp:123:active:b/b,a/a,b/b:/p%3A%25:7:0123456789abcdef\nuser:ntp:120:gone::/p/"
      "ntp:7:0123456789abcdef\n"
      "user:_x:5:defunct::/p/_x:0:\ngroup:ntp:123:gone::/p/ntp:7:\n"
      "group:audio:18:active:a/b:/p/audio:7:";
  EXPECT_EQ(FormatAccountTable(TableOf(backwards)), bytes);
  EXPECT_EQ(FormatAccountTable(TableOf("")), "");
}

TEST(AccountState, Errors) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"user:a:1:active:::0\n", "F:1:1: there are not 8 fields\n"},
      {"user:a:1:active:::0:/h\n", "F:1:21: '/h' is not 16 hexadecimal digits\n"},
      {"user:a:1:active:::0:0123456789ABCDEF\n",
       "F:1:21: '0123456789ABCDEF' is not 16 hexadecimal digits\n"},
      {"user:a:1:active:::0::\n", "F:1:1: there are not 8 fields\n"},
      {"User:a:1:active:::0:\n", "F:1:1: 'User' is not user or group\n"},
      {"user:1:1:active:::0:\n", "F:1:6: '1' is not an account's name\n"},
      {"user::1:active:::0:\n", "F:1:6: '' is not an account's name\n"},
      {"user:a:-1:active:::0:\n", "F:1:8: '-1' is not an id\n"},
      {"user:a:65535:active:::0:\n", "F:1:8: '65535' is not an id\n"},
      {"user:a:4294967295:active:::0:\n", "F:1:8: '4294967295' is not an id\n"},
      {"user:a:4294967296:active:::0:\n", "F:1:8: '4294967296' is not an id\n"},
      {"user:a:1:dead:::0:\n", "F:1:10: 'dead' is not a state\n"},
      {"user:a:1:active:a,:/:0:\n", "F:1:17: 'a,' is not a list of packages\n"},
      {"user:a:1:active:a,,b:/:0:\n", "F:1:17: 'a,,b' is not a list of packages\n"},
      {"user:a:1:active:a b:/:0:\n", "F:1:17: 'a b' is not a list of packages\n"},
      {"user:a:1:active::%3:0:\n",
       "F:1:18: '%3' has a % that is not %xx, or a control character\n"},
      {"user:a:1:active::/%zz:0:\n",
       "F:1:18: '/%zz' has a % that is not %xx, or a control character\n"},
      {"user:a:1:active:::now:\n", "F:1:19: 'now' is not a time in seconds\n"},
      {"user:a:1:active:::9223372036854775808:\n",
       "F:1:19: '9223372036854775808' is not a time in seconds\n"},
      {"user:a:1:active:::0:/\0:\n"s, "F:1:22: a NUL byte\n"},
      {" #\n", "F:1:1: there are not 8 fields\n"},
      {"user:a:1:active:::0:\nuser:b:2:gone:::0:\nuser:a:1:gone:::0:\n",
       "F:3:1: user a is already in line 1\n"},
      {"user:a:1:active:::0:\nuser:a:2:locked:::0:\n", "F:2:1: user a is already in line 1\n"},
  };
  for (const auto& c : kCases) {
    AccountTable table;
    EXPECT_EQ(Texts(ParseAccountTable(c.input, &table)), c.expected) << c.input;
  }
}

TEST(AccountState, GoodLinesAreKeptBesideBadOnes) {
  AccountTable table;
  EXPECT_EQ(ParseAccountTable("user:a:x:active:::0:\nuser:b:2:gone:::0:\n", &table).size(), 1u);
  EXPECT_NE(table.FindTombstone(2), nullptr);
}

TEST(AccountState, FindPrefersTheLiving) {
  const AccountTable table = TableOf(
      "user:a:1:gone:::0:\nuser:a:2:active:::0:\nuser:a:3:gone:::0:\n"
      "user:b:4:gone:::0:\nuser:b:5:defunct:::0:\ngroup:a:6:active:::0:\n");
  EXPECT_EQ(table.Find(AccountKind::kUser, "a")->id, 2u);
  EXPECT_EQ(table.Find(AccountKind::kUser, "b")->id, 4u);
  EXPECT_EQ(table.Find(AccountKind::kGroup, "a")->id, 6u);
  EXPECT_EQ(table.Find(AccountKind::kGroup, "b"), nullptr);
  EXPECT_EQ(table.Find(AccountKind::kUser, "aa"), nullptr);
  EXPECT_EQ(table.FindTombstone(3)->name, "a");
  EXPECT_EQ(table.FindTombstone(2), nullptr);
}

TEST(AccountState, AnIdIsNotForgottenWhenItsNameGetsAnother) {
  AccountTable table = TableOf("user:a:1:active:p/p:/o:9:0123456789abcdef\n");
  AccountRecord record = *table.Find(AccountKind::kUser, "a");
  record.state = AccountState::kLocked;
  table.Put(record);
  EXPECT_EQ(FormatAccountTable(table), "user:a:1:locked:p/p:/o:9:0123456789abcdef\n");
  record.id = 2;
  record.state = AccountState::kActive;
  table.Put(record);
  EXPECT_EQ(FormatAccountTable(table),
            "user:a:1:gone::/o:9:0123456789abcdef\nuser:a:2:active:p/p:/o:9:0123456789abcdef\n");
  record.id = 1;  // back again
  table.Put(record);
  EXPECT_EQ(FormatAccountTable(table),
            "user:a:1:active:p/p:/o:9:0123456789abcdef\nuser:a:2:gone::/o:9:0123456789abcdef\n");
  record.name = "0a";
  table.Put(record);
  EXPECT_EQ(table.records().front().name, "0a");
}

TEST(AccountState, AReservedIdIsForItsNameOnly) {
  AccountTable table = TableOf("user:a:1:reserved:::0:\n");
  EXPECT_EQ(table.FindTombstone(1), nullptr);
  EXPECT_EQ(table.Find(AccountKind::kUser, "a")->id, 1u);
  table.Put({.name = "a", .id = 2});  // nobody ever had 1
  EXPECT_EQ(FormatAccountTable(table), "user:a:2:active:::0:\n");
}

TEST(AccountState, FingerprintsAreXxh3) {
  EXPECT_EQ(AccountFingerprint(""), "2d06800538d394c2");  // XXH3_64bits of nothing, as published
  EXPECT_NE(AccountFingerprint("a"), AccountFingerprint("b"));
}

TEST(AccountState, Packages) {
  AccountRecord record;
  for (const char* package : {"b", "a", "b"}) record.AddPackage(package);
  EXPECT_EQ(record.packages, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(record.RemovePackage("a"));
  EXPECT_FALSE(record.RemovePackage("a"));
  for (const char* bad : {"", "a b", "a:b", "a,b", "a\n"}) EXPECT_FALSE(IsPackageName(bad)) << bad;
  EXPECT_TRUE(IsPackageName("net-misc/ntp-4.2.8_p15-r1"));
}

}  // namespace
}  // namespace keelson
