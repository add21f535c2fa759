// A million events, everything checked after each.
#include "gtest/gtest.h"
#include "tests/core/dhcp_client_world.h"

namespace keelson {
namespace {

TEST(DhcpClientRandom, NothingForbiddenHappensInAMillionEvents) {
  uint64_t events = 0, configured = 0;
  for (uint64_t seed = 1; events < 1'000'000; ++seed) {
    DhcpWorld world(seed);
    while (world.events() < 500 && world.faults().empty()) world.Step();
    world.Calm();
    events += world.events();
    configured += world.configured();
    ASSERT_TRUE(world.faults().empty()) << "seed " << seed << ": " << world.faults().front();
  }
  EXPECT_GT(configured, 10'000u);  // it is not idle
}

}  // namespace
}  // namespace keelson
