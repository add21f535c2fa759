#include "applets/useradd_profile/subordinate_gaps.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

std::optional<uint32_t> Nobody(IdRange) { return std::nullopt; }

TEST(SubordinateGaps, FirstFit) {
  struct Case {
    const char* name;
    std::vector<IdRange> ranges;
    uint32_t count;
    std::optional<uint32_t> expected;
  };
  const Case cases[] = {
      {"nothing in the way", {}, 65536, 100000},
      {"what lies below does not count", {{5, 99999}, {0, 7}}, 1, 100000},
      {"one over the beginning", {{5, 100000}}, 1, 100001},
      {"a gap that fits exactly", {{100000, 100009}, {100020, 100029}}, 10, 100010},
      {"a gap that is one too small", {{100000, 100009}, {100020, 100029}}, 11, 100030},
      {"unsorted and overlapping",
       {{100020, 100040}, {100000, 100030}, {100025, 100026}},
       5,
       100041},
      {"up to the last id", {{100000, 4294967293}}, 1, 4294967294},
      {"no further", {{100000, 4294967293}}, 2, std::nullopt},
      {"to the end of all numbers", {{100000, UINT32_MAX}}, 1, std::nullopt},
      {"more than there are", {}, UINT32_MAX, std::nullopt},
      {"none", {}, 0, std::nullopt},
  };
  for (const Case& c : cases) {
    const std::optional<IdRange> room = SubordinateGaps(c.ranges, Nobody).Take(c.count);
    ASSERT_EQ(room.has_value(), c.expected.has_value()) << c.name;
    if (!room) continue;
    EXPECT_EQ(room->first, *c.expected) << c.name;
    EXPECT_EQ(room->last, *c.expected + c.count - 1) << c.name;
  }
}

TEST(SubordinateGaps, IdsOfAccountsAreInTheWayToo) {
  const auto holder = [](IdRange range) {
    std::optional<uint32_t> last;
    for (uint32_t id : {100005u, 100020u}) {
      if (range.Has(id)) last = id;
    }
    return last;
  };
  SubordinateGaps gaps({{100011, 100012}}, holder);
  EXPECT_EQ(gaps.Take(5)->first, 100000u);
  EXPECT_EQ(gaps.Take(6)->first, 100013u);  // 6 to 11 is too short by one
  EXPECT_EQ(gaps.Take(5)->first, 100006u);
  EXPECT_EQ(gaps.Take(5)->first, 100021u);
}

}  // namespace
}  // namespace keelson
