// epoll, one timerfd and one signalfd.
//
// An epoll event carries the descriptor's number and the generation of its entry, so that an event
// of an entry that was removed or replaced earlier in the same round finds no match and is dropped.
// Timers live in a map ordered by (deadline, id); the timerfd is armed just before waiting, and
// only when the earliest deadline is another than the armed one. It is edge-triggered: arming it
// again is what resets it, no read is needed.
#include "platform/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/clock.h"
#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr uint64_t kTimerTag = ~uint64_t{0};
constexpr uint64_t kSignalTag = kTimerTag - 1;
constexpr int64_t kNever = -1;

class LinuxLoop : public Loop {
 public:
  Error Open();

  Error WatchFd(int fd, unsigned interest, std::function<void(unsigned)> callback) override;
  void ForgetFd(int fd) override;
  TimerId StartTimer(int64_t deadline_ns, std::function<void()> callback) override;
  void CancelTimer(TimerId id) override;
  Error OnSignal(int signal, std::function<void()> callback) override;
  Error Run() override;
  Error RunOnce(int64_t deadline_ns) override;
  void Stop() override { stopped_ = true; }

 private:
  struct Watched {
    uint32_t generation;
    std::function<void(unsigned)> callback;
  };

  Error Attach(int fd, unsigned events, uint64_t tag, bool known);
  void Retire(std::unique_ptr<Watched> watched);
  Error ArmFor(int64_t deadline_ns, int* timeout_ms);
  void DispatchFd(uint64_t tag, uint32_t events);
  void DispatchSignals();
  void RunDueTimers();

  Descriptor epoll_;
  Descriptor timer_;
  Descriptor signal_;
  sigset_t signals_;
  int64_t armed_ns_ = kNever;
  bool stopped_ = false;
  bool in_round_ = false;

  std::vector<std::unique_ptr<Watched>> watched_;  // by descriptor
  std::vector<std::unique_ptr<Watched>> retired_;  // their callbacks may be running
  uint32_t next_generation_ = 1;

  std::map<std::pair<int64_t, TimerId>, std::function<void()>> timers_;
  std::unordered_map<TimerId, int64_t> deadlines_;
  std::vector<std::pair<int64_t, TimerId>> due_;
  TimerId next_timer_ = 1;

  std::map<int, std::shared_ptr<std::function<void()>>> on_signal_;
};

Error LinuxLoop::Open() {
  sigemptyset(&signals_);
  epoll_.Reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return Error::Last();
  timer_.Reset(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer_.valid()) return Error::Last();
  return Attach(timer_.get(), EPOLLIN | EPOLLET, kTimerTag, false);
}

// The kernel forgets a descriptor that was closed, we do not: so either call may be the right one.
Error LinuxLoop::Attach(int fd, unsigned events, uint64_t tag, bool known) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0) return kOk;
  if (errno != (known ? ENOENT : EEXIST)) return Error::Last();
  if (epoll_ctl(epoll_.get(), known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0) return kOk;
  return Error::Last();
}

void LinuxLoop::Retire(std::unique_ptr<Watched> watched) {
  if (watched != nullptr && in_round_) retired_.push_back(std::move(watched));
}

Error LinuxLoop::WatchFd(int fd, unsigned interest, std::function<void(unsigned)> callback) {
  if (fd < 0) return Error(EBADF);
  if (static_cast<size_t>(fd) >= watched_.size()) watched_.resize(fd + 1);
  unsigned events =
      ((interest & kReadable) ? EPOLLIN : 0u) | ((interest & kWritable) ? EPOLLOUT : 0u);
  uint32_t generation = next_generation_++;
  uint64_t tag = static_cast<uint64_t>(generation) << 32 | static_cast<uint32_t>(fd);
  Error error = Attach(fd, events, tag, watched_[fd] != nullptr);
  if (!error.ok()) return error;
  std::unique_ptr<Watched> watched(new Watched{generation, std::move(callback)});
  Retire(std::exchange(watched_[fd], std::move(watched)));
  return kOk;
}

void LinuxLoop::ForgetFd(int fd) {
  if (fd < 0 || static_cast<size_t>(fd) >= watched_.size() || watched_[fd] == nullptr) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  Retire(std::move(watched_[fd]));
}

Loop::TimerId LinuxLoop::StartTimer(int64_t deadline_ns, std::function<void()> callback) {
  if (deadline_ns < 0) deadline_ns = 0;
  TimerId id = next_timer_++;
  timers_.emplace(std::pair(deadline_ns, id), std::move(callback));
  deadlines_.emplace(id, deadline_ns);
  return id;
}

void LinuxLoop::CancelTimer(TimerId id) {
  auto found = deadlines_.find(id);
  if (found == deadlines_.end()) return;
  timers_.erase({found->second, id});
  deadlines_.erase(found);
}

Error LinuxLoop::OnSignal(int signal, std::function<void()> callback) {
  if (sigaddset(&signals_, signal) != 0) return Error::Last();
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  if (sigprocmask(SIG_BLOCK, &one, nullptr) != 0) return Error::Last();
  int fd = signalfd(signal_.get(), &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return Error::Last();
  if (!signal_.valid()) {
    signal_.Reset(fd);
    if (Error error = Attach(fd, EPOLLIN, kSignalTag, false); !error.ok()) return error;
  }
  on_signal_[signal] = std::make_shared<std::function<void()>>(std::move(callback));
  return kOk;
}

Error LinuxLoop::Run() {
  Error error;
  while (!stopped_ && error.ok()) error = RunOnce(kNever);
  stopped_ = false;
  return error;
}

// Arms the timerfd for whichever comes first, or says that waiting is not called for.
Error LinuxLoop::ArmFor(int64_t deadline_ns, int* timeout_ms) {
  *timeout_ms = -1;
  int64_t earliest = deadline_ns;
  if (!timers_.empty()) {
    int64_t first = timers_.begin()->first.first;
    if (earliest < 0 || first < earliest) earliest = first;
  }
  if (earliest >= 0 && earliest <= SystemClock()->MonotonicNs()) {
    *timeout_ms = 0;
    return kOk;
  }
  if (earliest == armed_ns_ || (earliest < 0 && armed_ns_ == kNever)) return kOk;
  itimerspec when{};
  if (earliest >= 0) when.it_value = {.tv_sec = earliest / kSecond, .tv_nsec = earliest % kSecond};
  if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) return Error::Last();
  armed_ns_ = earliest < 0 ? kNever : earliest;
  return kOk;
}

void LinuxLoop::DispatchFd(uint64_t tag, uint32_t events) {
  size_t fd = static_cast<uint32_t>(tag);
  if (fd >= watched_.size()) return;
  Watched* watched = watched_[fd].get();
  if (watched == nullptr || watched->generation != tag >> 32) return;
  unsigned ready = ((events & EPOLLIN) ? kReadable : 0u) | ((events & EPOLLOUT) ? kWritable : 0u) |
                   ((events & (EPOLLHUP | EPOLLERR)) ? kHangup : 0u);
  watched->callback(ready);  // Retire keeps it alive while it runs
}

void LinuxLoop::DispatchSignals() {
  signalfd_siginfo info;
  while (read(signal_.get(), &info, sizeof(info)) == sizeof(info)) {
    auto found = on_signal_.find(static_cast<int>(info.ssi_signo));
    if (found == on_signal_.end()) continue;
    std::shared_ptr<std::function<void()>> callback = found->second;
    (*callback)();
  }
}

// Those due when this begins; what they start, even for the past, waits for the next round.
void LinuxLoop::RunDueTimers() {
  if (timers_.empty()) return;
  int64_t now = SystemClock()->MonotonicNs();
  due_.clear();
  for (const auto& [key, callback] : timers_) {
    if (key.first > now) break;
    due_.push_back(key);
  }
  for (size_t i = 0; i < due_.size(); ++i) {
    auto found = timers_.find(due_[i]);
    if (found == timers_.end()) continue;
    std::function<void()> callback = std::move(found->second);
    deadlines_.erase(found->first.second);
    timers_.erase(found);
    callback();
  }
}

Error LinuxLoop::RunOnce(int64_t deadline_ns) {
  int timeout_ms;
  if (Error error = ArmFor(deadline_ns, &timeout_ms); !error.ok()) return error;
  epoll_event events[128];
  int count = epoll_wait(epoll_.get(), events, 128, timeout_ms);
  if (count < 0) return errno == EINTR ? kOk : Error::Last();
  in_round_ = true;
  for (int i = 0; i < count; ++i) {
    uint64_t tag = events[i].data.u64;
    if (tag == kTimerTag) {
      armed_ns_ = kNever;
    } else if (tag == kSignalTag) {
      DispatchSignals();
    } else {
      DispatchFd(tag, events[i].events);
    }
  }
  RunDueTimers();
  in_round_ = false;
  retired_.clear();
  return kOk;
}

}  // namespace

Error NewLoop(std::unique_ptr<Loop>* loop) {
  auto made = std::make_unique<LinuxLoop>();
  if (Error error = made->Open(); !error.ok()) return error;
  *loop = std::move(made);
  return kOk;
}

}  // namespace keelson
