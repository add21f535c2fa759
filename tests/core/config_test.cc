#include "core/config.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

constexpr ConfigKey kKeys[] = {
    {.name = "name", .type = ConfigType::kText},
    {.name = "quiet", .type = ConfigType::kYesNo},
    {.name = "count", .type = ConfigType::kNumber, .min = 1, .max = 9},
    {.name = "memory", .type = ConfigType::kSize, .min = 1024},
    {.name = "timeout", .type = ConfigType::kDuration},
    {.name = "model", .type = ConfigType::kWord, .words = "auto|flat|memory"},
    {.name = "databases", .type = ConfigType::kList},
    {.name = "allow", .type = ConfigType::kText, .repeated = true},
};

// Records as {KEY=TEXT:NUMBER:DURATION[LIST]...}, then errors.
std::string Show(std::string_view bytes, bool one_record = false) {
  std::vector<ConfigRecord> records;
  const auto errors = ParseConfig(bytes, kKeys, one_record, &records);
  std::string shown;
  for (const auto& record : records) {
    shown += std::to_string(record.at.line) + "{";
    for (const auto& [key, value] : record.values) {
      shown += std::string(key->name) + "=" + value.text;
      if (value.number) shown += ":" + std::to_string(value.number);
      if (value.duration_ns) shown += ":" + std::to_string(value.duration_ns);
      for (const auto& word : value.list) shown += "[" + word + "]";
      shown += ";";
    }
    shown += "}";
  }
  if (!errors.empty()) shown = "";  // the old configuration stays
  for (const auto& error : errors) shown += error.Text("f") + "\n";
  return shown;
}

TEST(Config, Records) {
  const struct {
    const char* name;
    std::string input, expected;
    bool one_record = false;
  } kCases[] = {
      {"empty", "# nothing\n\n", ""},
      {"every type",
       "name: a  b\nquiet: yes\ncount: 9\nmemory: 64k\ntimeout: 500ms\nmodel: memory\n"
       "databases: passwd  group\n services\n",
       "1{name=a  b;quiet=yes:1;count=9:9;memory=64k:65536;timeout=500ms:500000000;"
       "model=memory:2;databases=passwd  group services[passwd][group][services];}"},
      {"records", "name: a\n\nname: b\n", "1{name=a;}3{name=b;}"},
      {"one record", "name: a\n\nquiet: no\n", "1{name=a;quiet=no;}", true},
      {"repeated", "allow: a\nallow: b\n", "1{allow=a;allow=b;}"},
      {"x- is ignored", "x-note: any\nname:a\n", "1{name=a;}"},
      {"text may be empty", "name:\n", "1{name=;}"},
      {"CRLF", "quiet: on\r\n", "1{quiet=on:1;}"},
      {"unknown key", "nmae: a\n", "f:1:1: unknown key 'nmae'\n"},
      {"twice", "name: a\nname: b\n", "f:2:1: 'name' is already given in line 1\n"},
      {"twice with a blank line", "name: a\n\nname: b\n",
       "f:3:1: 'name' is already given in line 1\n", true},
      {"yes or no", "quiet: maybe\n", "f:1:8: quiet: 'maybe' is not yes or no\n"},
      {"number", "count: 5x\n", "f:1:8: count: '5x' is not a number\n"},
      {"bounds", "count: 10\nmemory: 1023\n",
       "f:1:8: count: '10' is out of bounds: from 1 to 9\n"
       "f:2:9: memory: '1023' is out of bounds: 1024 or more\n"},
      {"size", "memory: 1T\n", "f:1:9: memory: '1T' is not a size such as 512, 64k, 8M or 1G\n"},
      {"time", "timeout: 1w\n",
       "f:1:10: timeout: '1w' is not a time such as 500ms, 10s, 5m, 2h or 1d\n"},
      {"word", "model: dbm\n", "f:1:8: model: 'dbm' is not auto, flat or memory\n"},
      {"missing value", "count:\n", "f:1:7: count: '' is not a number\n"},
      {"all errors, in order", "a: b\nno colon\nquiet: x\n\n : y\ncount: 0\n",
       "f:1:1: unknown key 'a'\nf:2:1: ':' is missing\nf:3:8: quiet: 'x' is not yes or no\n"
       "f:5:2: a continuation line without a key before it\n"
       "f:6:8: count: '0' is out of bounds: from 1 to 9\n"},
      {"repeated around an error", "name: a\nbad\nname: b\n",
       "f:2:1: ':' is missing\nf:3:1: 'name' is already given in line 1\n"},
      {"not repeated behind a blank line", "name: a\nbad\n\nname: b\n", "f:2:1: ':' is missing\n"},
      {"two errors in one record", "name: a\nbad\nworse\n\nname: b\n",
       "f:2:1: ':' is missing\nf:3:1: ':' is missing\nf:5:1: 'name' is already given in line 1\n",
       true},
      {"control characters", "a\x1b: b\n", "f:1:1: unknown key 'a\\x1b'\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Show(c.input, c.one_record), c.expected) << c.name;
}

TEST(Config, FindGivesTheLast) {
  std::vector<ConfigRecord> records;
  EXPECT_TRUE(ParseConfig("allow: a\nallow: b\n", kKeys, false, &records).empty());
  EXPECT_EQ(records[0].Find("allow")->text, "b");
  EXPECT_EQ(records[0].Find("name"), nullptr);
}

TEST(Config, Numbers) {
  const struct {
    std::string_view input;
    std::optional<uint64_t> number, size;
    std::optional<int64_t> duration;
  } kCases[] = {
      {"0", 0, 0, 0},
      {"7", 7, 7, 7'000'000'000},
      {"1k", {}, 1024, {}},
      {"2M", {}, 2 << 20, {}},
      {"1G", {}, 1 << 30, {}},
      {"5ms", {}, {}, 5'000'000},
      {"5s", {}, {}, 5'000'000'000},
      {"2m", {}, {}, 120'000'000'000},
      {"1h", {}, {}, 3'600'000'000'000},
      {"1d", {}, {}, 86'400'000'000'000},
      {"18446744073709551615", UINT64_MAX, UINT64_MAX, {}},
      {"18446744073709551616", {}, {}, {}},
      {"17179869184G", {}, {}, {}},
      {"17179869183G", {}, 17179869183ull << 30, {}},
      {"9223372036s", {}, {}, 9223372036'000'000'000},
      {"9223372037s", {}, {}, {}},
      {"", {}, {}, {}},
      {"k", {}, {}, {}},
      {"-1", {}, {}, {}},
      {"+1", {}, {}, {}},
      {" 1", {}, {}, {}},
      {"1 ", {}, {}, {}},
      {"1K", {}, {}, {}},
      {"1.5s", {}, {}, {}},
      {"0x10", {}, {}, {}},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ParseUnsigned(c.input), c.number) << c.input;
    EXPECT_EQ(ParseSize(c.input), c.size) << c.input;
    EXPECT_EQ(ParseDuration(c.input), c.duration) << c.input;
  }
}

TEST(Config, YesNo) {
  for (const auto yes : {"yes", "true", "on", "1"}) EXPECT_EQ(ParseYesNo(yes), true);
  for (const auto no : {"no", "false", "off", "0"}) EXPECT_EQ(ParseYesNo(no), false);
  for (const auto other : {"", "YES", "y", "2", "yes "}) EXPECT_EQ(ParseYesNo(other), std::nullopt);
}

}  // namespace
}  // namespace keelson
