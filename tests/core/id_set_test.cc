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

}  // namespace
}  // namespace keelson
