// What every Loop does: the system's and the fake one run the same cases.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/fake/clock.h"
#include "platform/fake/loop.h"
#include "platform/loop.h"

namespace keelson {
namespace {

// A loop and the world that it hears of.
class LoopBed {
 public:
  virtual ~LoopBed() = default;
  virtual Loop* loop() = 0;
  virtual Clock* clock() = 0;
  virtual int NewChannel() = 0;  // a descriptor, writable and not yet readable
  virtual void MakeReadable(int channel) = 0;
  virtual void HangUp(int channel) = 0;
  virtual void Raise(int signal) = 0;
};

class SystemBed : public LoopBed {
 public:
  SystemBed() { EXPECT_TRUE(NewLoop(&loop_).ok()); }
  Loop* loop() override { return loop_.get(); }
  Clock* clock() override { return SystemClock(); }
  int NewChannel() override {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    channels_[ends[0]] = {Descriptor(ends[0]), Descriptor(ends[1])};
    return ends[0];
  }
  void MakeReadable(int channel) override {
    EXPECT_EQ(write(channels_[channel].second.get(), "x", 1), 1);
  }
  void HangUp(int channel) override { channels_[channel].second.Reset(); }
  void Raise(int signal) override { kill(getpid(), signal); }

 private:
  std::unique_ptr<Loop> loop_;
  std::map<int, std::pair<Descriptor, Descriptor>> channels_;
};

class FakeBed : public LoopBed {
 public:
  Loop* loop() override { return &loop_; }
  Clock* clock() override { return &clock_; }
  int NewChannel() override {
    loop_.SetReady(next_, kWritable);
    return next_++;
  }
  void MakeReadable(int channel) override { loop_.SetReady(channel, kReadable | kWritable); }
  void HangUp(int channel) override { loop_.SetReady(channel, kReadable | kWritable | kHangup); }
  void Raise(int signal) override { loop_.Raise(signal); }

 private:
  FakeClock clock_;
  FakeLoop loop_{&clock_};
  int next_ = 10;
};

struct Kind {
  const char* name;
  std::unique_ptr<LoopBed> (*make)();
};

class LoopConformance : public testing::TestWithParam<Kind> {
 protected:
  // Runs all that is ready now.
  void Round() { ASSERT_TRUE(loop()->RunOnce(clock()->MonotonicNs()).ok()); }
  Loop* loop() { return bed_->loop(); }
  Clock* clock() { return bed_->clock(); }
  int64_t After(int64_t ns) { return clock()->MonotonicNs() + ns; }

  std::unique_ptr<LoopBed> bed_ = GetParam().make();
  std::vector<std::string> seen_;
};

INSTANTIATE_TEST_SUITE_P(
    Both, LoopConformance,
    testing::Values(Kind{"System", [] { return std::unique_ptr<LoopBed>(new SystemBed); }},
                    Kind{"Fake", [] { return std::unique_ptr<LoopBed>(new FakeBed); }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(LoopConformance, ReadinessIsLevelTriggered) {
  int channel = bed_->NewChannel();
  int calls = 0;
  ASSERT_TRUE(loop()
                  ->WatchFd(channel, kReadable,
                            [&](unsigned ready) {
                              EXPECT_EQ(ready, kReadable);
                              ++calls;
                            })
                  .ok());
  Round();
  EXPECT_EQ(calls, 0);
  bed_->MakeReadable(channel);
  Round();
  Round();
  EXPECT_EQ(calls, 2);
  loop()->ForgetFd(channel);
  Round();
  EXPECT_EQ(calls, 2);
}

TEST_P(LoopConformance, InterestIsReplaced) {
  int channel = bed_->NewChannel();
  bed_->MakeReadable(channel);
  ASSERT_TRUE(loop()->WatchFd(channel, kReadable, [&](unsigned) { seen_.push_back("old"); }).ok());
  ASSERT_TRUE(loop()
                  ->WatchFd(channel, kWritable,
                            [&](unsigned ready) {
                              EXPECT_EQ(ready, kWritable);
                              seen_.push_back("new");
                            })
                  .ok());
  Round();
  EXPECT_EQ(seen_, std::vector<std::string>({"new"}));
}

TEST_P(LoopConformance, HangupIsReportedWithoutInterest) {
  int channel = bed_->NewChannel();
  unsigned got = 0;
  ASSERT_TRUE(loop()->WatchFd(channel, 0, [&](unsigned ready) { got = ready; }).ok());
  bed_->MakeReadable(channel);
  Round();
  EXPECT_EQ(got, 0u);
  bed_->HangUp(channel);
  Round();
  EXPECT_EQ(got, kHangup);
}

TEST_P(LoopConformance, NegativeDescriptorIsRefused) {
  EXPECT_EQ(loop()->WatchFd(-1, kReadable, [](unsigned) {}), Error(EBADF));
  loop()->ForgetFd(-1);
}

TEST_P(LoopConformance, CallbackMayForgetItselfAndOthers) {
  int a = bed_->NewChannel();
  int b = bed_->NewChannel();
  auto forget_both = [&](unsigned) {
    seen_.push_back("called");
    loop()->ForgetFd(a);
    loop()->ForgetFd(b);
    seen_.push_back("still here");  // our captures outlive the entry
  };
  bed_->MakeReadable(a);
  bed_->MakeReadable(b);
  ASSERT_TRUE(loop()->WatchFd(a, kReadable, forget_both).ok());
  ASSERT_TRUE(loop()->WatchFd(b, kReadable, forget_both).ok());
  Round();
  Round();
  EXPECT_EQ(seen_, std::vector<std::string>({"called", "still here"}));
}

TEST_P(LoopConformance, EntryMadeInARoundHearsNothingOfThatRound) {
  int a = bed_->NewChannel();
  int b = bed_->NewChannel();
  int fresh_calls = 0;
  auto swap = [&](int self, int other) {
    return [this, self, other, &fresh_calls](unsigned) {
      seen_.push_back("first");
      loop()->ForgetFd(self);
      loop()->ForgetFd(other);
      EXPECT_TRUE(loop()->WatchFd(other, kReadable, [&](unsigned) { ++fresh_calls; }).ok());
    };
  };
  bed_->MakeReadable(a);
  bed_->MakeReadable(b);
  ASSERT_TRUE(loop()->WatchFd(a, kReadable, swap(a, b)).ok());
  ASSERT_TRUE(loop()->WatchFd(b, kReadable, swap(b, a)).ok());
  Round();
  EXPECT_EQ(seen_.size(), 1u);
  EXPECT_EQ(fresh_calls, 0);
  Round();
  EXPECT_EQ(fresh_calls, 1);
}

TEST_P(LoopConformance, TimersRunInOrderAndNotEarly) {
  int64_t start = clock()->MonotonicNs();
  auto note = [&](const char* name, int64_t delay) {
    loop()->StartTimer(start + delay, [this, name, deadline = start + delay] {
      EXPECT_GE(clock()->MonotonicNs(), deadline);
      seen_.push_back(name);
    });
  };
  note("c", 3 * kMillisecond);
  note("a", 1 * kMillisecond);
  note("b1", 2 * kMillisecond);
  note("b2", 2 * kMillisecond);
  while (seen_.size() < 4) ASSERT_TRUE(loop()->RunOnce(-1).ok());
  EXPECT_EQ(seen_, std::vector<std::string>({"a", "b1", "b2", "c"}));
}

TEST_P(LoopConformance, CancelledTimersDoNotRun) {
  Loop::TimerId second = 0;
  loop()->StartTimer(0, [&] {
    seen_.push_back("first");
    loop()->CancelTimer(second);
  });
  second = loop()->StartTimer(0, [&] { seen_.push_back("second"); });
  Loop::TimerId third = loop()->StartTimer(0, [&] { seen_.push_back("third"); });
  loop()->CancelTimer(third);
  loop()->CancelTimer(third);
  loop()->CancelTimer(0);
  EXPECT_NE(second, 0u);
  Round();
  Round();
  EXPECT_EQ(seen_, std::vector<std::string>({"first"}));
}

TEST_P(LoopConformance, TimerStartedForThePastWaitsForTheNextRound) {
  loop()->StartTimer(0, [&] {
    seen_.push_back("outer");
    loop()->StartTimer(0, [&] { seen_.push_back("inner"); });
  });
  Round();
  EXPECT_EQ(seen_, std::vector<std::string>({"outer"}));
  ASSERT_TRUE(loop()->RunOnce(-1).ok());
  EXPECT_EQ(seen_, std::vector<std::string>({"outer", "inner"}));
}

TEST_P(LoopConformance, EarlierTimerOvertakesAnArmedOne) {
  int64_t start = clock()->MonotonicNs();
  int channel = bed_->NewChannel();
  bed_->MakeReadable(channel);
  ASSERT_TRUE(loop()
                  ->WatchFd(channel, kReadable,
                            [&](unsigned) {
                              loop()->ForgetFd(channel);
                              loop()->StartTimer(start + kMillisecond, [&] { loop()->Stop(); });
                            })
                  .ok());
  loop()->StartTimer(start + 3600 * kSecond, [&] { seen_.push_back("late"); });
  ASSERT_TRUE(loop()->RunOnce(-1).ok());  // armed for the hour
  ASSERT_TRUE(loop()->Run().ok());
  EXPECT_TRUE(seen_.empty());
}

TEST_P(LoopConformance, RunOnceEndsAtItsDeadline) {
  loop()->StartTimer(After(3600 * kSecond), [&] { seen_.push_back("late"); });
  int64_t deadline = After(2 * kMillisecond);
  while (clock()->MonotonicNs() < deadline) ASSERT_TRUE(loop()->RunOnce(deadline).ok());
  EXPECT_TRUE(seen_.empty());
}

TEST_P(LoopConformance, StopBeforeRunIsNotLost) {
  loop()->Stop();
  EXPECT_TRUE(loop()->Run().ok());
  loop()->StartTimer(After(kMillisecond), [&] {
    seen_.push_back("ran");
    loop()->Stop();
  });
  EXPECT_TRUE(loop()->Run().ok());
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_P(LoopConformance, SignalsArriveInTheLoop) {
  ASSERT_TRUE(
      loop()
          ->OnSignal(SIGUSR1,
                     [&] {
                       seen_.push_back("usr1");
                       // Replacing the callback that runs must not pull it from under itself.
                       EXPECT_TRUE(
                           loop()->OnSignal(SIGUSR1, [&] { seen_.push_back("usr1 again"); }).ok());
                       seen_.push_back("done");
                     })
          .ok());
  ASSERT_TRUE(loop()->OnSignal(SIGUSR2, [&] { seen_.push_back("usr2"); }).ok());
  EXPECT_EQ(loop()->OnSignal(10000, [] {}), Error(EINVAL));
  bed_->Raise(SIGUSR1);
  Round();
  bed_->Raise(SIGUSR2);
  Round();
  bed_->Raise(SIGUSR1);
  bed_->Raise(SIGUSR1);
  Round();
  EXPECT_EQ(seen_, std::vector<std::string>({"usr1", "done", "usr2", "usr1 again"}));
}

}  // namespace
}  // namespace keelson
