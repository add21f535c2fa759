// poll(2) tells whether something is taken before each write of at most PIPE_BUF bytes, which a
// pipe takes as a whole. Somebody else may write there in between, and a terminal may take less:
// so a pipe or terminal is opened anew where that can be done, with a flag O_NONBLOCK that is ours
// alone.
#include "platform/output_queue.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace keelson {
namespace {

int OpenAnew(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0 || (!S_ISFIFO(info.st_mode) && isatty(fd) == 0)) return -1;
  const std::string path = "/dev/fd/" + std::to_string(fd);
  return open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

OutputQueue::OutputQueue(Loop* loop, int fd, std::function<std::string(uint64_t lost)> lost_line)
    : loop_(loop), lost_line_(std::move(lost_line)), own_(OpenAnew(fd)) {
  fd_ = own_.valid() ? own_.get() : fd;
}

OutputQueue::~OutputQueue() {
  if (is_watched_) loop_->ForgetFd(fd_);
}

void OutputQueue::Put(std::string_view line) {
  if (!error_.ok()) return;
  if (lost_ > 0 || waiting_.size() - sent_ + line.size() > kMaxWaiting) {
    ++lost_;
    return;
  }
  waiting_.append(line);
  if (!is_watched_) Send();
}

void OutputQueue::Send() {
  while (error_.ok() && sent_ < waiting_.size() && SendSome()) {
    if (sent_ < waiting_.size()) continue;
    waiting_.clear();
    sent_ = 0;
    if (lost_ > 0) waiting_ = lost_line_(std::exchange(lost_, 0));
  }
  if (sent_ > kMaxWaiting) waiting_.erase(0, std::exchange(sent_, 0));
  Wait();
  if (!error_.ok() && on_error_) on_error_();
}

// False: nothing is taken now.
bool OutputQueue::SendSome() {
  pollfd out = {fd_, POLLOUT, 0};
  if (poll(&out, 1, 0) == 0) return false;  // an error is write's to tell
  const size_t size = std::min<size_t>(waiting_.size() - sent_, PIPE_BUF);
  const ssize_t n = write(fd_, waiting_.data() + sent_, size);
  if (n >= 0) {
    sent_ += static_cast<size_t>(n);
  } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
    return false;
  } else if (errno != EINTR) {
    error_ = Error::Last();
    waiting_.clear();
    sent_ = 0;
  }
  return true;
}

void OutputQueue::Wait() {
  const bool waits = sent_ < waiting_.size();
  if (waits == is_watched_) return;
  is_watched_ = waits;
  if (!waits) return loop_->ForgetFd(fd_);
  error_ = loop_->WatchFd(fd_, kWritable, [this](unsigned) { Send(); });
}

}  // namespace keelson
