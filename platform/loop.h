// The event loop of every daemon: descriptors, timers and signals, one thread.
//
// Linux: epoll, one timerfd armed for the earliest timer, signalfd. BSD: kqueue. Level-triggered.
// Callbacks run one after another and may add or remove anything, themselves included; a callback
// that was removed earlier in the same round does not run any more.
#ifndef KEELSON_PLATFORM_LOOP_H_
#define KEELSON_PLATFORM_LOOP_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "platform/error.h"

namespace keelson {

inline constexpr unsigned kReadable = 1;
inline constexpr unsigned kWritable = 2;
inline constexpr unsigned kHangup = 4;  // only reported, always on

class Loop {
 public:
  using TimerId = uint64_t;  // 0 is never one

  virtual ~Loop() = default;

  // The descriptor stays the caller's. Adding it again replaces interest and callback. Interest 0:
  // hangup only. EPERM: nothing that can be waited for, such as a regular file.
  virtual Error WatchFd(int fd, unsigned interest,
                        std::function<void(unsigned ready)> callback) = 0;
  virtual void ForgetFd(int fd) = 0;  // before it is closed

  // Runs the callback once, at or after that moment of Clock::MonotonicNs.
  virtual TimerId StartTimer(int64_t deadline_ns, std::function<void()> callback) = 0;
  virtual void CancelTimer(TimerId id) = 0;  // an id that has run or is 0: nothing

  // From now on the signal is blocked and arrives here instead.
  virtual Error OnSignal(int signal, std::function<void()> callback) = 0;

  // Runs until Stop is called; at once if it was called before. An error is one of the loop itself.
  virtual Error Run() = 0;
  // One round: waits until something happens or the deadline passes (-1: none), runs what is due.
  // Neither is called from a callback.
  virtual Error RunOnce(int64_t deadline_ns) = 0;
  virtual void Stop() = 0;
};

Error NewLoop(std::unique_ptr<Loop>* loop);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LOOP_H_
