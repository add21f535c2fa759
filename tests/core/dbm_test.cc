#include "core/dbm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace keelson {
namespace {

using Found = DbmReader::Found;
using Records = std::vector<std::pair<std::string, std::string>>;

const DbmHeader kHeader = {.dev = 1,
                           .ino = 0x123456789abcdef0,
                           .size = 3,
                           .mtime_ns = -4,
                           .ctime_ns = 5,
                           .digest = 6,
                           .read_ns = 7,
                           .entries = 8,
                           .has_compat_lines = true};

void Put32(uint32_t number, std::string* bytes) {
  for (int shift = 0; shift < 32; shift += 8) *bytes += static_cast<char>(number >> shift);
}

uint32_t Hash(std::string_view key) {
  uint32_t hash = 5381;
  for (char c : key) hash = hash * 33 ^ static_cast<uint8_t>(c);
  return hash;
}

// A cdb file as its description says, table by table.
std::string CdbOf(const Records& records) {
  std::vector<std::pair<uint32_t, uint32_t>> tables[256];  // hash, place
  std::string data;
  for (const auto& [key, value] : records) {
    tables[Hash(key) % 256].emplace_back(Hash(key), static_cast<uint32_t>(2048 + data.size()));
    Put32(static_cast<uint32_t>(key.size()), &data);
    Put32(static_cast<uint32_t>(value.size()), &data);
    data += key + value;
  }
  std::string head;
  for (const auto& table : tables) {
    const size_t count = table.size() * 2;
    Put32(static_cast<uint32_t>(2048 + data.size()), &head);
    Put32(static_cast<uint32_t>(count), &head);
    std::vector<std::pair<uint32_t, uint32_t>> slots(count);
    for (const auto& entry : table) {
      size_t at = entry.first / 256 % count;
      while (slots[at].second != 0) at = (at + 1) % count;
      slots[at] = entry;
    }
    for (const auto& [hash, place] : slots) Put32(hash, &data), Put32(place, &data);
  }
  return head + data;
}

DbmRead ReadingOf(std::string_view bytes) {
  return [bytes](uint64_t offset, std::span<char> to) {
    if (offset > bytes.size() || to.size() > bytes.size() - offset) return false;
    bytes.substr(offset, to.size()).copy(to.data(), to.size());
    return true;
  };
}

std::string WithTrailer(std::string bytes) {
  std::string trailer;
  EXPECT_TRUE(MakeDbmTrailer(ReadingOf(bytes), bytes.size(), &trailer));
  return bytes + trailer;
}

std::string DbmOf(Records records) {
  records.insert(records.begin(), {std::string(kDbmHeaderKey), FormatDbmHeader(kHeader)});
  return WithTrailer(CdbOf(records));
}

Records Forty() {
  Records records;
  for (int i = 0; i < 40; ++i) {
    records.emplace_back("k" + std::to_string(i), "value " + std::to_string(i));
  }
  return records;
}

std::string Look(DbmReader& reader, std::string_view key) {
  std::string_view value;
  const Found found = reader.Find(key, &value);
  if (found == Found::kYes) return std::string(value);
  return found == Found::kNo ? "(no)" : "(damaged)";
}

TEST(Dbm, GivesTheHeaderBack) {
  const std::string bytes = DbmOf({});
  DbmReader reader;
  ASSERT_TRUE(reader.Open(ReadingOf(bytes), bytes.size()));
  const DbmHeader& header = reader.header();
  EXPECT_EQ(std::tie(header.dev, header.ino, header.size, header.digest, header.entries),
            std::tie(kHeader.dev, kHeader.ino, kHeader.size, kHeader.digest, kHeader.entries));
  EXPECT_EQ(
      std::tie(header.mtime_ns, header.ctime_ns, header.read_ns, header.has_compat_lines),
      std::tie(kHeader.mtime_ns, kHeader.ctime_ns, kHeader.read_ns, kHeader.has_compat_lines));
  EXPECT_EQ(Look(reader, "nobody"), "(no)");
}

TEST(Dbm, Finds) {
  Records records = Forty();
  records.emplace_back("k7", "again");
  records.emplace_back("", "empty key");
  records.emplace_back("empty", "");
  records.emplace_back("long", std::string(100'000, 'x'));
  const std::string bytes = DbmOf(records);
  DbmReader reader;
  ASSERT_TRUE(reader.Open(ReadingOf(bytes), bytes.size()));
  EXPECT_TRUE(reader.CheckAll());
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(Look(reader, "k" + std::to_string(i)), "value " + std::to_string(i));
  }
  EXPECT_EQ(Look(reader, ""), "empty key");
  EXPECT_EQ(Look(reader, "empty"), "");
  EXPECT_EQ(Look(reader, "long"), std::string(100'000, 'x'));
  EXPECT_EQ(Look(reader, "k"), "(no)");
}

// Another first record, another version: no DBM file of ours.
TEST(Dbm, TakesOnlyWhatBeginsWithItsHeader) {
  std::string version_2 = FormatDbmHeader(kHeader);
  version_2[0] = 2;
  const std::string key(kDbmHeaderKey);
  for (const Records& records : {Records{}, Records{{"a", "b"}, {key, FormatDbmHeader(kHeader)}},
                                 Records{{key, version_2}}, Records{{key, ""}}}) {
    const std::string bytes = WithTrailer(CdbOf(records));
    EXPECT_FALSE(DbmReader().Open(ReadingOf(bytes), bytes.size()));
  }
}

// Every byte changed, every cut: no answer is another than before.
TEST(Dbm, DamageIsSeen) {
  const std::string bytes = DbmOf(Forty());
  const auto check = [](std::string_view damaged) {
    DbmReader reader;
    if (!reader.Open(ReadingOf(damaged), damaged.size())) return;
    const std::string hit = Look(reader, "k7"), miss = Look(reader, "nobody");
    EXPECT_TRUE(hit == "value 7" || hit == "(damaged)") << hit;
    EXPECT_TRUE(miss == "(no)" || miss == "(damaged)") << miss;
    EXPECT_FALSE(reader.CheckAll());
  };
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    check(damaged);
    check(std::string_view(bytes).substr(0, at));
  }
  check(bytes + "x");
}

// What was good when it was opened need not stay so.
TEST(Dbm, DamageIsSeenLater) {
  Records records = Forty();
  records.emplace_back("far", std::string(100'000, 'x'));
  std::string bytes = DbmOf(records);
  DbmReader reader;
  ASSERT_TRUE(reader.Open(ReadingOf(bytes), bytes.size()));
  std::fill(bytes.begin() + 8192, bytes.begin() + 12288, 'y');
  EXPECT_EQ(Look(reader, "far"), "(damaged)");
}

// Files with the right checksums can lie all the same.
TEST(Dbm, LiesAreSurvived) {
  Records records = Forty();
  records.insert(records.begin(), {std::string(kDbmHeaderKey), FormatDbmHeader(kHeader)});
  const std::string cdb = CdbOf(records);
  std::mt19937 random(7);
  int opened = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = cdb;
    for (int i = 0; i <= round % 8; ++i) bytes[random() % cdb.size()] = static_cast<char>(random());
    if (round % 3 == 0) bytes.resize(random() % cdb.size());
    bytes = WithTrailer(bytes);
    DbmReader reader;
    if (!reader.Open(ReadingOf(bytes), bytes.size())) continue;
    ++opened;
    for (int i = 0; i < 41; ++i) Look(reader, "k" + std::to_string(i));
  }
  EXPECT_GT(opened, 100);
}

}  // namespace
}  // namespace keelson
