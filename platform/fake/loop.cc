// One round takes what is ready when it begins; if nothing is, the clock jumps to the next
// deadline.
#include "platform/fake/loop.h"

#include <algorithm>

namespace keelson {

void FakeLoop::Raise(int signal) {
  if (!on_signal_.contains(signal)) return;
  if (std::find(raised_.begin(), raised_.end(), signal) == raised_.end()) raised_.push_back(signal);
}

Error FakeLoop::WatchFd(int fd, unsigned interest, std::function<void(unsigned)> callback) {
  if (fd < 0) return Error(EBADF);
  watched_[fd] = std::make_shared<Watched>(Watched{interest, std::move(callback)});
  return kOk;
}

Loop::TimerId FakeLoop::StartTimer(int64_t deadline_ns, std::function<void()> callback) {
  TimerId id = next_timer_++;
  timers_.emplace(TimerKey(deadline_ns, id), std::move(callback));
  return id;
}

void FakeLoop::CancelTimer(TimerId id) {
  std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
}

Error FakeLoop::OnSignal(int signal, std::function<void()> callback) {
  if (signal <= 0 || signal > 64) return Error(EINVAL);
  on_signal_[signal] = std::move(callback);
  return kOk;
}

Error FakeLoop::Run() {
  Error error;
  while (!stopped_ && error.ok()) error = RunOnce(-1);
  stopped_ = false;
  return error;
}

unsigned FakeLoop::ReadyFor(int fd, const Watched& watched) const {
  auto found = ready_.find(fd);
  return found == ready_.end() ? 0 : found->second & (watched.interest | kHangup);
}

bool FakeLoop::SomethingReady() const {
  if (!raised_.empty()) return true;
  for (const auto& [fd, watched] : watched_) {
    if (ReadyFor(fd, *watched) != 0) return true;
  }
  return false;
}

bool FakeLoop::WaitForTimer(int64_t deadline_ns) {
  if (timers_.empty() && deadline_ns < 0) return false;
  int64_t until = timers_.empty() ? deadline_ns : timers_.begin()->first.first;
  if (deadline_ns >= 0) until = std::min(until, deadline_ns);
  clock_->Advance(std::max<int64_t>(until - clock_->MonotonicNs(), 0));
  return true;
}

void FakeLoop::DispatchSignals() {
  std::vector<int> raised;
  raised.swap(raised_);
  for (int signal : raised) {
    std::function<void()> callback = on_signal_[signal];
    callback();
  }
}

void FakeLoop::DispatchFds() {
  std::vector<std::pair<int, std::shared_ptr<Watched>>> round(watched_.begin(), watched_.end());
  std::vector<unsigned> ready;
  for (const auto& [fd, watched] : round) ready.push_back(ReadyFor(fd, *watched));
  for (size_t i = 0; i < round.size(); ++i) {
    auto found = watched_.find(round[i].first);
    if (ready[i] == 0 || found == watched_.end() || found->second != round[i].second) continue;
    round[i].second->callback(ready[i]);
  }
}

void FakeLoop::RunDueTimers() {
  std::vector<TimerKey> due;
  for (const auto& [key, callback] : timers_) {
    if (key.first <= clock_->MonotonicNs()) due.push_back(key);
  }
  for (const TimerKey& key : due) {
    auto found = timers_.find(key);
    if (found == timers_.end()) continue;
    std::function<void()> callback = std::move(found->second);
    timers_.erase(found);
    callback();
  }
}

Error FakeLoop::RunOnce(int64_t deadline_ns) {
  if (!SomethingReady() && !WaitForTimer(deadline_ns)) return Error(EDEADLK);
  DispatchSignals();
  DispatchFds();
  RunDueTimers();
  return kOk;
}

}  // namespace keelson
