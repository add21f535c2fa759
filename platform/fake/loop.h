// A loop that waits by turning a fake clock, with descriptors and signals that tests make ready.
#ifndef KEELSON_PLATFORM_FAKE_LOOP_H_
#define KEELSON_PLATFORM_FAKE_LOOP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "platform/fake/clock.h"
#include "platform/loop.h"

namespace keelson {

class FakeLoop : public Loop {
 public:
  explicit FakeLoop(FakeClock* clock) : clock_(clock) {}

  // The descriptor, a mere number, is ready for this (kReadable ... or 0) until told otherwise.
  void SetReady(int fd, unsigned ready) { ready_[fd] = ready; }
  // A signal that nobody asked for is lost; several of one kind arrive once.
  void Raise(int signal);
  size_t watched() const { return watched_.size(); }
  size_t timers() const { return timers_.size(); }

  Error WatchFd(int fd, unsigned interest, std::function<void(unsigned)> callback) override;
  void ForgetFd(int fd) override { watched_.erase(fd); }
  TimerId StartTimer(int64_t deadline_ns, std::function<void()> callback) override;
  void CancelTimer(TimerId id) override;
  Error OnSignal(int signal, std::function<void()> callback) override;
  Error Run() override;
  // EDEADLK: nothing is ready, no timer runs and there is no deadline: a real one would wait for
  // ever.
  Error RunOnce(int64_t deadline_ns) override;
  void Stop() override { stopped_ = true; }

 private:
  struct Watched {
    unsigned interest;
    std::function<void(unsigned)> callback;
  };
  using TimerKey = std::pair<int64_t, TimerId>;

  unsigned ReadyFor(int fd, const Watched& watched) const;
  bool SomethingReady() const;
  bool WaitForTimer(int64_t deadline_ns);
  void DispatchSignals();
  void DispatchFds();
  void RunDueTimers();

  FakeClock* const clock_;
  bool stopped_ = false;
  std::map<int, unsigned> ready_;
  std::map<int, std::shared_ptr<Watched>> watched_;
  std::map<TimerKey, std::function<void()>> timers_;
  TimerId next_timer_ = 1;
  std::map<int, std::function<void()>> on_signal_;
  std::vector<int> raised_;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_LOOP_H_
