// Time, behind a seam so that tests can turn it.
#ifndef KEELSON_PLATFORM_CLOCK_H_
#define KEELSON_PLATFORM_CLOCK_H_

#include <cstdint>

namespace keelson {

class Clock {
 public:
  virtual ~Clock() = default;

  // Nanoseconds since an arbitrary moment; never goes back, does not count time asleep. Deadlines
  // and timers use this one.
  virtual int64_t MonotonicNs() = 0;

  // Nanoseconds since 1970-01-01 UTC; may jump. For time stamps that people or files see.
  virtual int64_t WallNs() = 0;
};

// The system's clock. Lives as long as the program.
Clock* SystemClock();

inline constexpr int64_t kMillisecond = 1'000'000;
inline constexpr int64_t kSecond = 1'000'000'000;

}  // namespace keelson

#endif  // KEELSON_PLATFORM_CLOCK_H_
