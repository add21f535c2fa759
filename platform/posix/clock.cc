// clock_gettime(2) twice.
#include "platform/clock.h"

#include <time.h>

namespace keelson {
namespace {

int64_t Now(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return static_cast<int64_t>(now.tv_sec) * kSecond + now.tv_nsec;
}

class PosixClock : public Clock {
 public:
  int64_t MonotonicNs() override { return Now(CLOCK_MONOTONIC); }
  int64_t WallNs() override { return Now(CLOCK_REALTIME); }
};

}  // namespace

Clock* SystemClock() {
  static PosixClock clock;
  return &clock;
}

}  // namespace keelson
