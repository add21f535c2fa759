// Memory is let go of when a while has passed since there was something to do.
#ifndef KEELSON_PLATFORM_AT_REST_H_
#define KEELSON_PLATFORM_AT_REST_H_

#include <cstdint>
#include <utility>

#include "platform/clock.h"
#include "platform/loop.h"
#include "platform/memory.h"

namespace keelson {

class AtRest {
 public:
  // REQUIRES: both outlive it.
  AtRest(Loop* loop, Clock* clock) : loop_(loop), clock_(clock) {}
  ~AtRest() { loop_->CancelTimer(timer_); }
  AtRest(const AtRest&) = delete;
  AtRest& operator=(const AtRest&) = delete;

  // There is something to do. What goes on and on is not slowed: nothing is let go of before one
  // whole while has passed without.
  void Busy() {
    again_ = timer_ != 0;
    if (!again_) Wait();
  }

 private:
  static constexpr int64_t kWhileNs = kSecond;

  void Wait() {
    timer_ = loop_->StartTimer(clock_->MonotonicNs() + kWhileNs, [this] {
      timer_ = 0;
      if (std::exchange(again_, false)) return Wait();
      ReleaseIdleMemory();
    });
  }

  Loop* const loop_;
  Clock* const clock_;
  Loop::TimerId timer_ = 0;
  bool again_ = false;  // something came while it waited
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_AT_REST_H_
