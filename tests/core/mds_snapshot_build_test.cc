#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/mds_snapshot.h"
#include "gtest/gtest.h"
#include "tests/core/mds_modules.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace keelson {
namespace {

using Duplicates = std::vector<MdsSnapshotBuilder::Duplicate>;

std::set<std::string> Told(const Duplicates& duplicates) {
  std::set<std::string> told;
  for (const auto& d : duplicates) told.insert(d.relation + " " + d.module + " " + d.winner);
  return told;
}

template <typename T>
void Shuffle(std::vector<T>* items, uint32_t seed) {
  std::mt19937 random(seed);
  for (size_t i = items->size(); i > 1; --i) std::swap((*items)[i - 1], (*items)[random() % i]);
}

// The bytes of a fixed set: they change only together with the version of the format.
TEST(MdsSnapshotBuild, BytesOfAFixedSet) {
  const MdsSchema schema = SmallMdsSchema();
  MdsModules modules;
  for (uint32_t m = 0; m < 200; ++m) {
    const std::string number = std::to_string(m * 7919 % 1000);
    modules["0/m" + number] = {
        MakeMdsRecord(0, {MdsText("{" + number + "}"), MdsNumbers({m % 3}), std::nullopt,
                          MdsText(std::string(m % 5, '\0')), MdsNumbers({m * m}),
                          MdsNumbers({m, m % 2, 1u << m % 32})}),
        MakeMdsRecord(1, {MdsText("/lib/" + number), MdsText("{" + number + "}"), std::nullopt})};
  }
  const std::string bytes = BuildMds(schema, modules);
  EXPECT_EQ(bytes.size(), 45056u);
  EXPECT_EQ(XXH3_64bits(bytes.data(), bytes.size()), 17807818666429656347u);
  EXPECT_EQ(BuildMds(schema, {}).size(), 12288u);
}

TEST(MdsSnapshotBuild, SameBytesInAnyOrderAndFromAnyOlderSnapshot) {
  const MdsSchema schema = SmallMdsSchema();
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomMds random(seed);
    const uint32_t count = random.Below(30), variety = 1 + random.Below(60);
    const MdsModules modules = random.Modules(schema, count, variety);
    MdsModules before = modules;
    // Some changed, some not there yet, some gone since.
    for (auto& [name, records] : before) {
      if (random.Below(3) == 0) records = random.Records(schema, variety);
    }
    for (uint32_t i = 0; i < count; ++i) {
      const std::string name = "0/m" + std::to_string(random.Below(count * 3)) + ".bundle";
      if (random.Below(2) == 0)
        before[name] = random.Records(schema, variety);
      else
        before.erase(name);
    }
    Duplicates expected_duplicates;
    const std::string expected = BuildMds(schema, modules, &expected_duplicates);
    const std::string old_bytes = BuildMds(schema, before);
    const auto old = MdsSnapshot::FromBytes(old_bytes);
    const auto same = MdsSnapshot::FromBytes(expected);
    ASSERT_TRUE(old && same);

    std::vector<std::string> names;
    for (const auto& [name, records] : modules) names.push_back(name);
    Shuffle(&names, seed);
    MdsSnapshotBuilder builder(schema);
    size_t copied = 0;
    for (const std::string& name : names) {
      const std::vector<MdsRecord>& records = modules.at(name);
      const auto was = before.find(name);
      bool done = false;
      if (was != before.end()) {
        bool unchanged = was->second.size() == records.size();
        for (size_t i = 0; unchanged && i < records.size(); ++i) {
          unchanged = was->second[i].relation == records[i].relation &&
                      was->second[i].values == records[i].values;
        }
        if (unchanged && random.Below(4) != 0) done = builder.AddFrom(*old, name);
      }
      if (!done && random.Below(4) == 0) done = builder.AddFrom(*same, name);
      copied += done;
      if (!done) builder.Add(name, records);
    }
    Duplicates duplicates;
    EXPECT_EQ(builder.Build(&duplicates), expected) << copied << " of " << names.size();
    EXPECT_EQ(Told(duplicates), Told(expected_duplicates));
  }
}

TEST(MdsSnapshotBuild, DuplicateOfAnEarlierModuleIsLeftOutAndTold) {
  const MdsSchema schema = SmallMdsSchema();
  const auto object = [](const char* id, const char* path) {
    return MakeMdsRecord(1, {MdsText(path), MdsText(id), std::nullopt});
  };
  const MdsModules modules = {{"b", {object("{1}", "from b"), object("{2}", "from b")}},
                              {"a", {object("{1}", "from a"), object("{1}", "again")}},
                              {"c", {object("{3}", "from c")}}};
  Duplicates duplicates;
  const std::string bytes = BuildMds(schema, modules, &duplicates);
  EXPECT_EQ(Told(duplicates), (std::set<std::string>{"OBJECT a a", "OBJECT b a"}));
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->relation(1)->records, 3u);
  const MdsSnapshot::Cell key[] = {{true, "{1}"}};
  std::optional<uint32_t> record;
  ASSERT_TRUE(snapshot->FindUnique(1, key, &record) && record);
  EXPECT_EQ(snapshot->cell(1, *record, 0)->bytes, "from a");
}

// Otherwise the loser would never come back.
TEST(MdsSnapshotBuild, ModuleThatLostARecordIsNotCopied) {
  const MdsSchema schema = SmallMdsSchema();
  const MdsRecord record = MakeMdsRecord(1, {std::nullopt, MdsText("{1}"), std::nullopt});
  const std::string bytes = BuildMds(schema, {{"a", {record}}, {"b", {record}}, {"c", {}}});
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  MdsSnapshotBuilder builder(schema);
  EXPECT_TRUE(builder.AddFrom(*snapshot, "a"));
  EXPECT_FALSE(builder.AddFrom(*snapshot, "b"));
  EXPECT_TRUE(builder.AddFrom(*snapshot, "c"));
  EXPECT_FALSE(builder.AddFrom(*snapshot, "d"));
}

TEST(MdsSnapshotBuild, DeclaredRelationsFollowByNameWhenTheyHaveRecords) {
  const MdsRelation one = {"A_ONE", {{"ID", MdsFormat::kString, "", true}}};
  const MdsRelation two = {"B_TWO", {{"ID", MdsFormat::kUint32, "", true}}};
  const MdsRelation three = {"C_THREE", {{"ID", MdsFormat::kUint32, "", true}}};
  const auto build = [&](bool one_first, const MdsSnapshot* old) {
    MdsSchema schema = SmallMdsSchema();
    MdsSnapshotBuilder builder(schema);
    schema.Add(three);
    schema.Add(one_first ? one : two);
    if (old == nullptr || one_first) schema.Add(one_first ? two : one);
    const size_t at = *schema.Find("B_TWO");
    if (old == nullptr || !builder.AddFrom(*old, "m1")) {
      builder.Add("m1", {MakeMdsRecord(*schema.Find("A_ONE"), {MdsText("x")})});
    }
    builder.Add("m2", {MakeMdsRecord(at, {MdsNumbers({7})})});
    return builder.Build(nullptr);
  };
  const std::string bytes = build(true, nullptr);
  EXPECT_EQ(build(false, nullptr), bytes);
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  ASSERT_TRUE(snapshot);
  std::vector<std::string> names;
  for (size_t r = 0; r < snapshot->relations(); ++r) {
    names.emplace_back(snapshot->relation(r)->name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"CAPABILITY", "OBJECT", "EMPTY", "A_ONE", "B_TWO"}));
  EXPECT_EQ(build(false, &*snapshot), bytes);
  EXPECT_EQ(build(true, &*snapshot), bytes);
}

TEST(MdsSnapshotBuild, SnapshotOfAnotherSchemaIsNotCopied) {
  MdsSchema schema = SmallMdsSchema();
  const MdsSchema other = SmallMdsSchema();
  const std::string bytes = BuildMds(schema, {{"a", {}}});
  const auto snapshot = MdsSnapshot::FromBytes(bytes);
  MdsSchema changed;
  changed.Add({"OBJECT", {{"ModuleID", MdsFormat::kBlob, "", true}}});
  MdsSnapshotBuilder builder(changed);
  EXPECT_FALSE(builder.AddFrom(*snapshot, "a"));

  // Declared after the first copy: the build says no.
  MdsSchema small;
  MdsSchema growing;
  small.Add({"X", {{"ID", MdsFormat::kString, "", true}}});
  const std::string with_x = BuildMds(small, {{"a", {MakeMdsRecord(0, {MdsText("1")})}}});
  const auto old = MdsSnapshot::FromBytes(with_x);
  MdsSnapshotBuilder late(growing);
  EXPECT_TRUE(late.AddFrom(*old, "a"));
  growing.Add({"X", {{"ID", MdsFormat::kUint32, "", true}}});
  late.Add("b", {MakeMdsRecord(0, {MdsNumbers({1})})});
  EXPECT_EQ(late.Build(nullptr), "");
}

TEST(MdsSnapshotBuild, CorruptSnapshotIsNotCopied) {
  const MdsSchema schema = SmallMdsSchema();
  RandomMds random(1);
  const std::string right = BuildMds(schema, random.Modules(schema, 50, 1000));
  for (const size_t from_end : {size_t{1}, size_t{4096}, right.size() - 9000}) {
    std::string bytes = right;
    bytes[bytes.size() - from_end] ^= 1;
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    ASSERT_TRUE(snapshot);
    MdsSnapshotBuilder builder(schema);
    EXPECT_FALSE(builder.AddFrom(*snapshot, *MdsSnapshot::FromBytes(right)->module(0)));
  }
}

}  // namespace
}  // namespace keelson
