// Memory is let go of when a while has passed since there was something to do.
#ifndef KEELSON_APPLETS_NETCONFD_AT_REST_H_
#define KEELSON_APPLETS_NETCONFD_AT_REST_H_

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

  // There is something to do. At most once in that while is let go of anything, so what goes on
  // and on is not slowed.
  void Busy() {
    if (timer_ != 0) return;
    timer_ = loop_->StartTimer(clock_->MonotonicNs() + kWhileNs, [this] {
      timer_ = 0;
      ReleaseIdleMemory();
    });
  }

 private:
  static constexpr int64_t kWhileNs = kSecond;

  Loop* const loop_;
  Clock* const clock_;
  Loop::TimerId timer_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_AT_REST_H_
