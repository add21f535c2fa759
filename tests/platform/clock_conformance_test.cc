// What a Clock promises, kept by the system's and the fake one.
#include <gtest/gtest.h>
#include <time.h>

#include <memory>
#include <string>

#include "platform/clock.h"
#include "platform/fake/clock.h"

namespace keelson {
namespace {

class ClockConformance : public testing::TestWithParam<std::string> {
 protected:
  Clock* clock() { return GetParam() == "System" ? SystemClock() : &fake_; }
  void Pass(int64_t ns) {
    int64_t until = clock()->MonotonicNs() + ns;
    fake_.Advance(ns);
    while (clock()->MonotonicNs() < until) {
    }
  }
  FakeClock fake_;
};

INSTANTIATE_TEST_SUITE_P(Both, ClockConformance, testing::Values("System", "Fake"),
                         [](const auto& info) { return info.param; });

TEST_P(ClockConformance, NeverGoesBackAndGoesOn) {
  int64_t before = clock()->MonotonicNs();
  EXPECT_GT(before, 0);
  Pass(100'000);
  EXPECT_GE(clock()->MonotonicNs(), before + 100'000);
}

TEST_P(ClockConformance, WallIsTheTimeOfDayInNanoseconds) {
  EXPECT_GT(clock()->WallNs(), 1'600'000'000 * kSecond);
  EXPECT_LT(clock()->WallNs(), 4'000'000'000 * kSecond);
}

TEST(FakeClock, WallJumpsAlone) {
  FakeClock clock;
  int64_t before = clock.MonotonicNs();
  clock.SetWall(5);
  EXPECT_EQ(clock.WallNs(), 5);
  EXPECT_EQ(clock.MonotonicNs(), before);
}

TEST(SystemClock, WallAgreesWithTheSystem) {
  time_t before = time(nullptr);
  int64_t now = SystemClock()->WallNs();
  EXPECT_GE(now / kSecond, before);
  EXPECT_LE(now / kSecond, time(nullptr) + 1);
}

}  // namespace
}  // namespace keelson
