#include "core/mds_values.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "core/mds_snapshot_format.h"
#include "gtest/gtest.h"

namespace keelson {
namespace {

std::vector<std::string> Listed(const MdsValues& values) {
  std::vector<std::string> list;
  for (uint32_t i = 0; i < values.count(); ++i) {
    list.emplace_back(
        values.bytes().substr(values.ends()[i], values.ends()[i + 1] - values.ends()[i]));
  }
  return list;
}

std::string Numbers(const std::vector<uint32_t>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), 4 * numbers.size()};
}

TEST(MdsValues, AscendingAndEachOnce) {
  const std::string long_a(300, 'a');
  const struct {
    const char* name;
    size_t table;
    std::vector<std::string> values, expected;
  } cases[] = {
      {"none", 0, {}, {}},
      {"the empty one", 0, {"", ""}, {""}},
      {"zeros at the end",
       0,
       {std::string("a\0\0", 3), "a", std::string("a\0", 2), "b"},
       {"a", std::string("a\0", 2), std::string("a\0\0", 3), "b"}},
      {"bytes have no sign", 0, {"\xff", "a", "\x7f"}, {"a", "\x7f", "\xff"}},
      {"alike for long",
       0,
       {long_a + "b", long_a, "aaaaaaaab", long_a + "a", "aaaaaaaa"},
       {"aaaaaaaa", long_a, long_a + "a", long_a + "b", "aaaaaaaab"}},
      {"numbers",
       1,
       {Numbers({256}), Numbers({1, 0}), Numbers({1}), Numbers({}), Numbers({0x80000000}),
        Numbers({1, 0, 0}), Numbers({1, 0, 1})},
       {Numbers({}), Numbers({1}), Numbers({1, 0}), Numbers({1, 0, 0}), Numbers({1, 0, 1}),
        Numbers({256}), Numbers({0x80000000})}},
  };
  for (const auto& c : cases) {
    MdsValues values(c.table);
    std::vector<uint32_t> ids;
    for (const std::string& value : c.values) ids.push_back(values.Intern(value));
    ASSERT_TRUE(values.Join());
    EXPECT_EQ(Listed(values), c.expected) << c.name;
    for (size_t i = 0; i < ids.size(); ++i) {
      EXPECT_EQ(c.expected[values.new_cells()[ids[i] + 1] - 1], c.values[i]) << c.name;
    }
    EXPECT_EQ(values.new_cells()[0], 0u);
  }
}

TEST(MdsValues, JoinsWhatIsUsedOfAnOlderTable) {
  std::mt19937 random(3);
  const auto some = [&random] {
    std::vector<std::string> list;
    for (uint32_t i = random() % 40; i > 0; --i)
      list.push_back("v" + std::to_string(random() % 99));
    return list;
  };
  for (int round = 0; round < 500; ++round) {
    MdsValues old(0), values(0);
    const auto old_texts = some(), new_texts = some();
    for (const std::string& text : old_texts) old.Intern(text);
    ASSERT_TRUE(old.Join());
    const auto olds = Listed(old);
    values.SetOld(reinterpret_cast<const char*>(old.ends().data()), old.count(),
                  old.bytes().data());
    std::vector<std::string> expected = new_texts;
    std::vector<bool> used(olds.size());
    for (uint32_t i = 0; i < olds.size(); ++i) {
      used[i] = random() % 2 == 0;
      if (!used[i]) continue;
      values.UseOld(i);
      expected.push_back(olds[i]);
    }
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    std::vector<uint32_t> ids;
    for (const std::string& text : new_texts) ids.push_back(values.Intern(text));
    ASSERT_TRUE(values.Join());
    const auto list = Listed(values);
    EXPECT_EQ(list, expected);
    for (uint32_t i = 0; i < olds.size(); ++i) {
      if (used[i]) {
        EXPECT_EQ(list[values.old_cells()[i + 1] - 1], olds[i]);
      }
      for (uint32_t rank = 0; rank < list.size(); ++rank) {
        const int order = olds[i].compare(list[rank]);
        EXPECT_EQ(values.CompareOld(i, rank) < 0, order < 0);
        EXPECT_EQ(values.CompareOld(i, rank) > 0, order > 0);
      }
    }
  }
}

}  // namespace
}  // namespace keelson
