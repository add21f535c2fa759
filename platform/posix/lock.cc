// Trying again until the deadline, and shadow's protocol.
//
// No system tells when a lock of these kinds becomes free without giving the wait to the kernel,
// where no deadline ends it; so we ask again, after 1 ms first and every 50 ms in the end.
//
// Shadow's protocol: the bytes "PID\0" in a file of our own, under any name; link(2) of it to
// passwd.lock is the lock; the own file goes at once. A lock whose pid is dead is removed and
// taken. Between seeing that and removing it another taker may have done the same: the file is
// compared once more just before, which leaves a window of one system call, as in shadow itself.
#include "platform/lock.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "platform/replace.h"

namespace keelson {
namespace {

constexpr int64_t kFirstPause = kMillisecond;
constexpr int64_t kLongestPause = 50 * kMillisecond;
constexpr std::string_view kLockSuffix = ".lock";

class PidLinkLock : public Lock {
 public:
  PidLinkLock(std::unique_ptr<Directory> directory, std::string_view name)
      : directory_(std::move(directory)), name_(name) {}
  ~PidLinkLock() override { (void)directory_->Remove(name_); }

 private:
  std::unique_ptr<Directory> directory_;
  std::string name_;
};

// A name that whoever recovers account files clears away, should we be killed now.
Error MakePidFile(Directory& directory, std::string_view stem, std::string* name) {
  std::unique_ptr<OutputFile> file;
  if (Error error = CreateTemporary(directory, stem, name, &file); !error.ok()) return error;
  const std::string text = std::to_string(getpid());
  const Error error = file->Write({text.c_str(), text.size() + 1});
  if (!error.ok()) (void)directory.Remove(*name);
  return error;
}

// 0: no pid. What follows the digits (shadow's NUL, others' newline) does not matter.
int64_t ParsePid(std::string_view text) {
  int64_t pid = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || pid > 0x7fffffff) break;
    pid = pid * 10 + (c - '0');
  }
  return pid > 0x7fffffff ? 0 : pid;
}

// kOk: it is not there any more. EAGAIN: it is held, or holds no pid at all.
Error RemoveIfStale(Directory& directory, std::string_view name) {
  FileInfo before, after;
  FileBytes bytes;
  Error error = directory.Read(name, 1000, &bytes, &before);
  if (error.code() == ENOENT) return kOk;
  if (!error.ok()) return Error(EAGAIN);
  int64_t pid = ParsePid(bytes.view());
  if (pid == 0 || kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH) return Error(EAGAIN);
  error = directory.Stat(name, &after);
  if (error.ok() && !after.SameVersion(before)) return Error(EAGAIN);
  if (error.ok()) error = directory.Remove(name);
  return error.code() == ENOENT ? kOk : error;
}

Error TryPidLink(Directory& directory, std::string_view name, std::unique_ptr<Lock>* lock) {
  std::string_view stem = name;
  if (stem.ends_with(kLockSuffix)) stem.remove_suffix(kLockSuffix.size());
  std::string own;
  std::unique_ptr<Directory> kept;
  if (Error error = directory.Open(".", &kept); !error.ok()) return error;
  if (Error error = MakePidFile(directory, stem, &own); !error.ok()) return error;
  Error error = directory.Link(own, name);
  if (error.code() == EEXIST) {
    error = RemoveIfStale(directory, name);
    if (error.ok()) error = directory.Link(own, name);
    if (error.code() == EEXIST) error = Error(EAGAIN);
  }
  (void)directory.Remove(own);
  if (error.ok()) *lock = std::make_unique<PidLinkLock>(std::move(kept), name);
  return error;
}

void Sleep(int64_t ns) {
  timespec pause{.tv_sec = static_cast<time_t>(ns / kSecond),
                 .tv_nsec = static_cast<long>(ns % kSecond)};
  nanosleep(&pause, nullptr);
}

}  // namespace

Error TakeLock(Directory& directory, std::string_view name, LockKind kind, int64_t deadline_ns,
               std::unique_ptr<Lock>* lock) {
  int64_t pause = kFirstPause;
  for (;;) {
    Error error = kind == LockKind::kPidLink ? TryPidLink(directory, name, lock)
                                             : directory.TryLock(name, kind, lock);
    if (error.code() != EAGAIN) return error;
    int64_t left = deadline_ns - SystemClock()->MonotonicNs();
    if (left <= 0) return error;
    Sleep(std::min(pause, left));
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace keelson
