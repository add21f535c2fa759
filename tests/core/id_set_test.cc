#include "core/id_set.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

TEST(IdSet, HasWhatWasAdded) {
  const uint32_t ids[] = {0,     1,       511,        512,        65534,
                          65535, 1 << 20, 0x7fffffff, 0xfffffffe, UINT32_MAX};
  IdSet set;
  for (uint32_t id : ids) EXPECT_FALSE(set.Has(id));
  for (uint32_t id : ids) set.Add(id);
  for (uint32_t id : ids) EXPECT_TRUE(set.Has(id)) << id;
  for (uint32_t id : {2u, 510u, 513u, 65533u, 65536u, 0x80000000u}) EXPECT_FALSE(set.Has(id)) << id;
}

TEST(IdSet, DenseAndBackwards) {
  IdSet set;
  for (uint32_t id = 100'000; id-- > 0;) {
    if (id % 3 == 0) set.Add(id);
  }
  for (uint32_t id = 0; id < 100'000; ++id) ASSERT_EQ(set.Has(id), id % 3 == 0) << id;
}

TEST(IdSet, LastOfARange) {
  IdSet set;
  for (uint32_t id : {5u, 511u, 512u, 100'000u, UINT32_MAX}) set.Add(id);
  struct Case {
    uint32_t first, last;
    std::optional<uint32_t> expected;
  };
  const Case cases[] = {
      {0, 4, std::nullopt},
      {0, 5, 5},
      {5, 5, 5},
      {6, 510, std::nullopt},
      {0, 511, 511},
      {0, 99'999, 512},
      {513, 99'999, std::nullopt},
      {0, UINT32_MAX - 1, 100'000},
      {0, UINT32_MAX, UINT32_MAX},
  };
  for (const Case& c : cases) EXPECT_EQ(set.LastIn(c.first, c.last), c.expected) << c.first;
}

}  // namespace
}  // namespace keelson
