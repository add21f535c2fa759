#include "applets/pwlookupd/dbm_records.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/applets/pwlookupd/bytes_of.h"

namespace keelson {
namespace {

using std::string_literals::operator""s;
using Records = std::map<std::string, std::string>;

// All but the header; of several of a key the first.
Records RecordsOf(Database database, std::string_view bytes) {
  Records records;
  const DbmPut put = [&](std::string_view key, std::string_view value) {
    records.emplace(key, value);
    return kOk;
  };
  EXPECT_TRUE(PutDbmRecords(database, BytesOf(bytes), {}, put).ok());
  EXPECT_EQ(records.erase(std::string(kDbmHeaderKey)), 1u);
  return records;
}

TEST(DbmRecords, Passwd) {
  const Records expected = {{"na", "a:x:1:1:first"},
                            {"i1", "a:x:1:1:first"},
                            {"i2", "a:x:2:2:second"},
                            {"nb", "b:x:1:3"}};
  EXPECT_EQ(RecordsOf(Database::kPasswd,
                      "a:x:1:1:first\n#c:x:9:9\na:x:2:2:second\nb:x:1:3\nbad\n+d:x:7:7\n"),
            expected);
}

TEST(DbmRecords, Group) {
  const Records expected = {
      {"ng", "g:x:1:u,u,v"}, {"i1", "g:x:1:u,u,v"}, {"nh", "h:x:2:u"}, {"i2", "h:x:2:u"},
      {"ni", "i:x:1:u"},     {"mu", "1,2,5,1"},     {"mv", "1"}};
  EXPECT_EQ(RecordsOf(Database::kGroup, "g:x:1:u,u,v\nh:x:2:u\n#c:x:5:u\ni:x:1:u\n"), expected);
}

TEST(DbmRecords, Services) {
  const std::string tcp = "ssh 22/tcp s", udp = "ssh 22/udp t";
  const Records expected = {{"nssh", tcp},
                            {"ns", tcp},
                            {"p22", tcp},
                            {"Ntcp\0ssh"s, tcp},
                            {"Ntcp\0s"s, tcp},
                            {"Ptcp\0"
                             "22"s,
                             tcp},
                            {"Nudp\0ssh"s, udp},
                            {"Nudp\0t"s, udp},
                            {"Pudp\0"
                             "22"s,
                             udp},
                            {"nt", udp},
                            {"nbare", "bare 7"},
                            {"p7", "bare 7"}};
  EXPECT_EQ(RecordsOf(Database::kServices, tcp + "\n" + udp + "\nbare 7\n"), expected);
}

TEST(DbmRecords, HeaderIsFirstAndCounts) {
  std::string first_key, header;
  const DbmPut put = [&](std::string_view key, std::string_view value) {
    if (first_key.empty()) first_key = key, header = value;
    return kOk;
  };
  const std::string_view bytes = "a:x:1:1\n+\n";
  DbmHeader expected = {.dev = 1, .ino = 2, .size = 3};
  EXPECT_TRUE(PutDbmRecords(Database::kPasswd, BytesOf(bytes), expected, put).ok());
  expected.digest = DbmDigest(bytes);
  expected.entries = 2;
  expected.has_compat_lines = true;
  EXPECT_EQ(first_key, kDbmHeaderKey);
  EXPECT_EQ(header, FormatDbmHeader(expected));
}

// A line with many aliases stands at each of them.
TEST(DbmRecords, GivesUpOnWhatWouldGrowTooMuch) {
  std::string line = "s 1/tcp";
  for (int i = 0; i < 5000; ++i) line += " alias" + std::to_string(i);
  uint64_t bytes = 0;
  const DbmPut put = [&](std::string_view, std::string_view value) {
    bytes += value.size();
    return kOk;
  };
  EXPECT_EQ(PutDbmRecords(Database::kServices, BytesOf(line), {}, put).code(), EFBIG);
  EXPECT_LT(bytes, line.size() * 64 + (2 << 20));
}

TEST(DbmRecords, AnErrorEndsIt) {
  int calls = 0;
  const DbmPut put = [&](std::string_view, std::string_view) {
    return ++calls == 3 ? Error(ENOSPC) : kOk;
  };
  EXPECT_EQ(PutDbmRecords(Database::kPasswd, BytesOf("a:x:1:1\nb:x:2:2\n"), {}, put).code(),
            ENOSPC);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace keelson
