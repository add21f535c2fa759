// A clock that tests turn.
#ifndef KEELSON_PLATFORM_FAKE_CLOCK_H_
#define KEELSON_PLATFORM_FAKE_CLOCK_H_

#include <cstdint>

#include "platform/clock.h"

namespace keelson {

class FakeClock : public Clock {
 public:
  int64_t MonotonicNs() override { return monotonic_ns_; }
  int64_t WallNs() override { return wall_ns_; }

  // Both go on. REQUIRES: ns >= 0.
  void Advance(int64_t ns) {
    monotonic_ns_ += ns;
    wall_ns_ += ns;
  }
  // Only the time of day jumps, as when somebody sets it.
  void SetWall(int64_t ns) { wall_ns_ = ns; }

 private:
  int64_t monotonic_ns_ = 1000 * kSecond;
  int64_t wall_ns_ = 1'700'000'000 * kSecond;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_CLOCK_H_
