// Messages that do not fit into the channel wait here, a bounded number of them.
#include "applets/netconfd/worker_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "core/frame.h"
#include "platform/channel.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr int kMessagesAtOnce = 64;
constexpr size_t kMaxWaiting = 16384;
constexpr int64_t kGoodLife = 60 * kSecond;
constexpr int kMostDoublings = 6;

}  // namespace

WorkerProcess::WorkerProcess(Loop* loop, Processes* processes, SpawnRequest request, int channel,
                             Listener listener)
    : loop_(loop),
      processes_(processes),
      request_(std::move(request)),
      number_(channel),
      listener_(std::move(listener)) {}

WorkerProcess::~WorkerProcess() {
  Close();
  loop_->CancelTimer(restart_);
  loop_->CancelTimer(failed_);
}

void WorkerProcess::Start() {
  if (pid_ != 0 || restart_ != 0 || failed_ != 0) return;
  const Error error = Launch();
  if (error.ok()) return;
  Close();
  why_ = request_.program + ": " + error.Text();
  if (pid_ != 0) return static_cast<void>(processes_->Signal(pid_, SIGKILL, false));
  failed_ = loop_->StartTimer(0, [this] {
    failed_ = 0;
    Ended();
  });
}

Error WorkerProcess::Launch() {
  launched_ns_ = SystemClock()->MonotonicNs();
  Descriptor theirs;
  if (Error error = MakeChannel(&channel_, &theirs); !error.ok()) return error;
  request_.descriptors = {{theirs.get(), number_}};
  const std::weak_ptr<bool> alive = alive_;
  const auto on_exit = [this, alive](ProcessExit) {
    if (!alive.expired()) Ended();
  };
  if (Error error = processes_->Spawn(request_, on_exit, &pid_); !error.ok()) return error;
  return Watch();
}

void WorkerProcess::Close() {
  waiting_.clear();
  if (!channel_.valid()) return;
  loop_->ForgetFd(channel_.get());
  channel_.Reset();
}

void WorkerProcess::Kill(std::string_view why) {
  if (!channel_.valid()) return;
  why_ = why;
  Close();
  static_cast<void>(processes_->Signal(pid_, SIGKILL, false));
}

void WorkerProcess::Ended() {
  Close();
  pid_ = 0;
  const int64_t now = SystemClock()->MonotonicNs();
  if (now - launched_ns_ > kGoodLife) deaths_ = 0;
  const int64_t delay = deaths_ == 0 ? 0 : kSecond << std::min(deaths_ - 1, kMostDoublings);
  ++deaths_;
  const std::weak_ptr<bool> alive = alive_;
  const bool is_wanted = listener_.ended(std::exchange(why_, {}));
  if (alive.expired() || !is_wanted || pid_ != 0) return;
  restart_ = loop_->StartTimer(now + delay, [this] { Restart(); });
}

void WorkerProcess::Restart() {
  restart_ = 0;
  Start();
  if (is_running()) listener_.started();
}

Error WorkerProcess::Watch() {
  const unsigned interest = waiting_.empty() ? kReadable : kReadable | kWritable;
  return loop_->WatchFd(channel_.get(), interest, [this](unsigned ready) {
    if ((ready & kWritable) != 0) Flush();
    if (channel_.valid() && (ready & (kReadable | kHangup)) != 0) Receive();
  });
}

void WorkerProcess::Send(std::string message, std::vector<Descriptor> descriptors) {
  if (!channel_.valid()) return;
  if (waiting_.size() == kMaxWaiting) return Kill("it takes no messages");
  waiting_.push_back({std::move(message), std::move(descriptors)});
  if (waiting_.size() == 1) Flush();
}

void WorkerProcess::Flush() {
  const bool was_full = waiting_.size() > 1;
  while (!waiting_.empty()) {
    const Waiting& first = waiting_.front();
    std::vector<int> numbers;
    for (const Descriptor& descriptor : first.descriptors) numbers.push_back(descriptor.get());
    const Error error = SendMessage(channel_.get(), first.message, numbers, false);
    if (error.code() == EAGAIN || error.code() == ETOOMANYREFS) break;
    if (!error.ok()) return Kill(error.Text());
    waiting_.pop_front();
  }
  if (waiting_.empty() && !was_full) return;  // as it is watched
  if (Error error = Watch(); !error.ok()) Kill(error.Text());
}

void WorkerProcess::Receive() {
  std::string message;
  std::vector<Descriptor> descriptors;
  const std::weak_ptr<bool> alive = alive_;
  for (int i = 0; i < kMessagesAtOnce; ++i) {
    const Error error = ReceiveMessage(channel_.get(), kMaxFrame + 4, &message, &descriptors);
    if (error.code() == EAGAIN) return;
    if (error.ok() && message.empty()) return Kill("it has ended");
    const bool is_sense = error.ok() && listener_.message(message);
    if (alive.expired() || !channel_.valid()) return;
    if (!is_sense) return Kill("what it says makes no sense");
  }
}

}  // namespace keelson
