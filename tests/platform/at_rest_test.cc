#include "platform/at_rest.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/loop.h"

namespace keelson {
namespace {

TEST(AtRest, WaitsForAWhileInWhichNothingCame) {
  FakeClock clock;
  FakeLoop loop(&clock);
  AtRest rest(&loop, &clock);
  EXPECT_EQ(loop.timers(), 0u);
  rest.Busy();
  rest.Busy();
  EXPECT_EQ(loop.timers(), 1u);
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(loop.timers(), 1u) << "something came meanwhile";
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(loop.timers(), 0u) << "at rest";
  rest.Busy();
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(loop.timers(), 0u);
}

}  // namespace
}  // namespace keelson
