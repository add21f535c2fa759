#include "core/mds_snapshot.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/mds_modules.h"

namespace keelson {
namespace {

// Everything that a snapshot says, or nothing where it says that it is corrupt.
std::optional<std::string> TextOf(const MdsSnapshot& snapshot) {
  std::string text;
  bool right = true;
  const auto say = [&](const auto& what) {
    right &= what.has_value();
    if (what) text += std::string(*what) + "\n";
  };
  for (size_t m = 0; m < snapshot.modules(); ++m) say(snapshot.module(m));
  for (size_t r = 0; r < snapshot.relations(); ++r) {
    const auto relation = *snapshot.relation(r);
    text += std::string(relation.name) + "\n";
    for (size_t a = 0; a < relation.attributes; ++a) {
      const auto attribute = *snapshot.attribute(r, a);
      text += std::string(attribute.name) + " " + std::string(attribute.symbols) +
              std::to_string(static_cast<int>(attribute.format)) + "\n";
    }
    for (uint32_t i = 0; i < relation.records && right; ++i) {
      say(snapshot.module_of(r, i));
      for (size_t a = 0; a < relation.attributes; ++a) {
        const auto cell = snapshot.cell(r, i, a);
        right &= cell.has_value();
        if (cell) text += (cell->present ? "=" : "-") + std::string(cell->bytes);
      }
    }
    for (size_t a = 0; a < relation.attributes; ++a) {
      const auto count = snapshot.ordered(r, a);
      for (uint32_t i = 0; count && i < *count && right; ++i) {
        const auto record = snapshot.ordered_record(r, a, i);
        right &= record.has_value();
        if (record) text += std::to_string(*record) + " ";
      }
    }
  }
  if (!right) return std::nullopt;
  return text;
}

std::string_view BytesOf(const MdsValue& value, MdsFormat format) {
  if (format == MdsFormat::kString || format == MdsFormat::kBlob) return value.bytes;
  return {reinterpret_cast<const char*>(value.numbers.data()), 4 * value.numbers.size()};
}

TEST(MdsSnapshot, SaysWhatWasAdded) {
  const MdsSchema schema = SmallMdsSchema();
  RandomMds random(7);
  MdsModules modules = random.Modules(schema, 100, 1);
  int id = 0;
  for (auto& [name, records] : modules) {
    for (MdsRecord& record : records) {
      const size_t at = *schema.relations()[record.relation].Find("ModuleID");
      record.values[at] = MdsText("{" + std::to_string(++id) + "}");  // so no duplicates
    }
  }
  const std::string bytes = BuildMds(schema, modules);
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  EXPECT_TRUE(snapshot->AllPagesAreRight());
  ASSERT_EQ(snapshot->relations(), 3u);
  EXPECT_EQ(snapshot->relation(2)->records, 0u);
  EXPECT_FALSE(snapshot->relation(3));
  EXPECT_EQ(snapshot->attribute(0, 4)->symbols, "ServiceNames");
  EXPECT_TRUE(snapshot->attribute(0, 1)->unique);
  EXPECT_FALSE(snapshot->attribute(0, 6));
  ASSERT_EQ(snapshot->modules(), modules.size());

  std::vector<uint32_t> next(3);
  size_t m = 0;
  for (const auto& [name, records] : modules) {
    EXPECT_EQ(snapshot->module(m), name);
    EXPECT_EQ(snapshot->FindModule(name), m);
    std::vector<uint32_t> first = next;
    for (const MdsRecord& record : records) {
      const uint32_t i = next[record.relation]++;
      EXPECT_EQ(snapshot->module_of(record.relation, i), name);
      for (size_t a = 0; a < record.values.size(); ++a) {
        const auto cell = snapshot->cell(record.relation, i, a);
        ASSERT_TRUE(cell);
        EXPECT_EQ(cell->present, record.values[a].has_value());
        if (!record.values[a]) continue;
        const MdsFormat format = schema.relations()[record.relation].attributes[a].format;
        EXPECT_EQ(cell->bytes, BytesOf(*record.values[a], format));
      }
    }
    for (size_t r = 0; r < 3; ++r) {
      const auto range = snapshot->records_of(r, m);
      ASSERT_TRUE(range);
      EXPECT_EQ(range->first, first[r]);
      EXPECT_EQ(range->last, next[r]);
    }
    ++m;
  }
  EXPECT_EQ(snapshot->FindModule("0/"), std::nullopt);
  EXPECT_FALSE(snapshot->cell(0, snapshot->relation(0)->records, 0));
  EXPECT_FALSE(snapshot->module(m));
}

TEST(MdsSnapshot, FindsEachRecordByItsUniqueValuesAndNoOther) {
  const MdsSchema schema = SmallMdsSchema();
  RandomMds random(8);
  const std::string bytes = BuildMds(schema, random.Modules(schema, 300, 100));
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  for (uint32_t i = 0; i < snapshot->relation(0)->records; ++i) {
    std::vector<MdsSnapshot::Cell> key = {*snapshot->cell(0, i, 0), *snapshot->cell(0, i, 1)};
    std::optional<uint32_t> record;
    EXPECT_TRUE(snapshot->FindUnique(0, key, &record));
    EXPECT_EQ(record, i);
    key[0] = {true, "{nobody}"};
    EXPECT_TRUE(snapshot->FindUnique(0, key, &record));
    EXPECT_EQ(record, std::nullopt);
    key.pop_back();
    EXPECT_TRUE(snapshot->FindUnique(0, key, &record));
    EXPECT_EQ(record, std::nullopt);
  }
  std::optional<uint32_t> record;
  EXPECT_TRUE(snapshot->FindUnique(2, {}, &record));
  EXPECT_FALSE(snapshot->FindUnique(3, {}, &record));
}

TEST(MdsSnapshot, OrderedIndexesAscendAndHaveEveryRecordOnce) {
  const MdsSchema schema = SmallMdsSchema();
  RandomMds random(9);
  const std::string bytes = BuildMds(schema, random.Modules(schema, 300, 1000));
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  for (size_t r = 0; r < 2; ++r) {
    for (size_t a = 0; a < snapshot->relation(r)->attributes; ++a) {
      uint32_t have = 0;
      for (uint32_t i = 0; i < snapshot->relation(r)->records; ++i) {
        have += snapshot->cell(r, i, a)->present;
      }
      ASSERT_EQ(snapshot->ordered(r, a), have);
      std::vector<uint64_t> seen;
      for (uint32_t place = 0; place < have; ++place) {
        const uint32_t record = *snapshot->ordered_record(r, a, place);
        seen.push_back(uint64_t{*snapshot->rank_plus_1(r, record, a)} << 32 | record);
        EXPECT_TRUE(place == 0 || seen[place - 1] < seen[place]);
      }
      EXPECT_FALSE(snapshot->ordered_record(r, a, have));
    }
  }
}

TEST(MdsSnapshot, WhatIsNotASnapshot) {
  const std::string right = BuildMds(SmallMdsSchema(), {{"a", {}}});
  ASSERT_TRUE(MdsSnapshot::FromBytes(right));
  const auto changed = [&](size_t at, char to) {
    std::string bytes = right;
    bytes[at] = to;
    return bytes;
  };
  const struct {
    const char* name;
    std::string bytes;
  } cases[] = {
      {"nothing", ""},
      {"short", right.substr(0, 50)},
      {"cut in the head", right.substr(0, 4096)},
      {"cut by a page", right.substr(0, right.size() - 4096)},
      {"cut by a byte", right.substr(0, right.size() - 1)},
      {"a byte more", right + std::string(1, '\0')},
      {"a page more", right + std::string(4096, '\0')},
      {"magic", changed(0, 'K')},
      {"version", changed(8, 2)},
      {"checksum of the head", changed(16, static_cast<char>(right[16] + 1))},
      {"a zero at the end of the head", changed(4095, 1)},
  };
  for (const auto& c : cases) EXPECT_FALSE(MdsSnapshot::FromBytes(c.bytes)) << c.name;
}

TEST(MdsSnapshot, AnyChangedByteIsAnErrorAndNeverAnotherAnswer) {
  const MdsSchema schema = SmallMdsSchema();
  RandomMds random(10);
  const std::string right = BuildMds(schema, random.Modules(schema, 6, 1000));
  const std::string expected = *TextOf(*MdsSnapshot::FromBytes(right));
  size_t errors = 0;
  std::string bytes = right;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ (1 << i % 8));
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    if (snapshot) {
      EXPECT_FALSE(snapshot->AllPagesAreRight()) << i;
      const auto text = TextOf(*snapshot);
      errors += !text;
      EXPECT_TRUE(!text || *text == expected) << i;
    } else {
      ++errors;
    }
    bytes[i] = right[i];
  }
  EXPECT_GT(errors, bytes.size() / 2);
}

TEST(MdsSnapshot, LookupTouchesAHandfulOfPages) {
  const MdsSchema schema = SmallMdsSchema();
  MdsModules modules;
  for (uint32_t m = 0; m < 60000; ++m) {
    const std::string name = "m" + std::to_string(100000 + m);
    modules[name] = {MakeMdsRecord(1, {MdsText("/" + name), MdsText(name), std::nullopt})};
  }
  const std::string bytes = BuildMds(schema, modules);
  ASSERT_GT(bytes.size() / 4096, 1000u);
  for (const uint32_t m : {0u, 777u, 59999u}) {
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    EXPECT_EQ(snapshot->pages_touched(), 0u);
    const std::string name = "m" + std::to_string(100000 + m);
    const MdsSnapshot::Cell key[] = {{true, name}};
    std::optional<uint32_t> record;
    ASSERT_TRUE(snapshot->FindUnique(1, key, &record));
    EXPECT_EQ(record, m);
    EXPECT_EQ(snapshot->cell(1, *record, 0)->bytes, "/" + name);
    EXPECT_LE(snapshot->pages_touched(), 10u);
  }
}

}  // namespace
}  // namespace keelson
