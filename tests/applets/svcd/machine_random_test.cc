// A million events over random sets of services, everything checked after each.
#include "gtest/gtest.h"
#include "tests/applets/svcd/machine_world.h"

namespace keelson {
namespace {

TEST(MachineRandom, NothingForbiddenHappensInAMillionEvents) {
  size_t events = 0;
  for (uint64_t seed = 1; events < 1'000'000; ++seed) {
    MachineWorld world(seed);
    while (world.events() < 400 && world.faults().empty()) world.Step();
    if (seed % 3 == 0)
      world.Shutdown();
    else
      world.Calm();
    events += world.events();
    ASSERT_TRUE(world.faults().empty()) << "seed " << seed << ": " << world.faults().front();
  }
}

}  // namespace
}  // namespace keelson
