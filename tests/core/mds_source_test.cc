#include "core/mds_source.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/mds_modules.h"

namespace keelson {
namespace {

std::string Small() {
  const MdsRecord object = MakeMdsRecord(1, {MdsText("/p"), MdsText("{1}"), std::nullopt});
  return BuildMds(SmallMdsSchema(), {{"a", {object}}, {"b", {object}}, {"c", {}}});
}

TEST(MdsSource, FindsModulesInAnyOrder) {
  const std::string bytes = Small();
  for (const auto& snapshot : {MdsSnapshot::FromBytes(bytes), MdsSnapshot::FromBuilder(bytes)}) {
    MdsSource source(*snapshot);
    ASSERT_TRUE(source.is_right());
    EXPECT_EQ(source.modules(), 3u);
    EXPECT_EQ(source.rows(1).tags.size(), 1u);
    uint32_t module = 9;
    for (const char* name : {"c", "a", "a", "c"}) {
      ASSERT_TRUE(source.Find(name, &module));
      EXPECT_EQ(source.name(module), name);
    }
    EXPECT_FALSE(source.Find("b", &module));  // lost its record to a
    EXPECT_FALSE(source.Find("d", &module));
    EXPECT_FALSE(source.Find("", &module));
  }
}

TEST(MdsSource, AgreesWithTheSchemaItWasMadeOf) {
  const std::string bytes = Small();
  MdsSource source(*MdsSnapshot::FromBytes(bytes));
  std::vector<MdsRelation> relations = SmallMdsSchema().relations();
  EXPECT_TRUE(source.AgreesWith(relations));
  relations.push_back({"FURTHER", {{"ID", MdsFormat::kString, "", true}}});
  EXPECT_TRUE(source.AgreesWith(relations));
  const struct {
    const char* name;
    void (*change)(MdsAttribute*);
  } cases[] = {
      {"name", [](MdsAttribute* a) { a->name = "x"; }},
      {"format", [](MdsAttribute* a) { a->format = MdsFormat::kBlob; }},
      {"symbols", [](MdsAttribute* a) { a->symbols = "x"; }},
      {"unique", [](MdsAttribute* a) { a->unique = !a->unique; }},
  };
  for (const auto& c : cases) {
    std::vector<MdsRelation> changed = SmallMdsSchema().relations();
    c.change(&changed[0].attributes[4]);
    EXPECT_FALSE(MdsSource(*MdsSnapshot::FromBytes(bytes)).AgreesWith(changed)) << c.name;
  }
}

// With right sums, as only who may write the file can make it.
TEST(MdsSource, NumbersThatPointOutsideAreNotRight) {
  const std::string right = Small();
  const auto head = MdsLoad<MdsHead>(right.data());
  const auto object =
      MdsLoad<MdsRelationHead>(right.data() + sizeof head + sizeof(MdsRelationHead));
  const struct {
    const char* name;
    uint64_t at;
    uint32_t value;
  } cases[] = {
      {"module of a row", object.rows, 3},
      {"rank in a row", object.rows + 8, head.values[0].count + 1},
      {"end of a value", head.values[0].ends + 4, 1u << 30},
      {"name of a module", head.modules_at + sizeof(MdsModuleRow), 1000},
      {"names not ascending", head.modules_at + sizeof(MdsModuleRow), 2},
      {"place in the index", object.index, 0},  // see below
  };
  for (const auto& c : cases) {
    std::string bytes = right;
    uint64_t at = c.at;
    uint32_t value = c.value;
    if (at == object.index) {
      for (at += 32; MdsLoad<uint32_t>(bytes.data() + at) == 0;) at += 8;
      value = 7;
    }
    bytes.replace(at, 4, reinterpret_cast<const char*>(&value), 4);
    MakeMdsSumsRight(bytes.data(), bytes.size());
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    ASSERT_TRUE(snapshot && snapshot->AllPagesAreRight()) << c.name;
    EXPECT_FALSE(MdsSource(*snapshot).is_right()) << c.name;
  }
}

}  // namespace
}  // namespace keelson
