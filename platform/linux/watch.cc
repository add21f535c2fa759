// inotify on directories. One inode has one kernel watch, however often it is added, so a kernel
// watch may stand for several of ours. Events are copied out before they are delivered: a callback
// may add and remove watches.
//
// inotify does not tell that a directory was covered by a mount, or that the cover went. The mount
// table does: it is "in error" for poll(2) once after each change.
#include "platform/watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_map>
#include <vector>

#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr uint32_t kChanges =
    IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM;
constexpr uint32_t kEnds = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

class LinuxWatch : public Watch {
 public:
  LinuxWatch(Loop* loop, std::function<void(const WatchEvent&)> callback)
      : loop_(loop), callback_(std::move(callback)) {}
  ~LinuxWatch() override {
    loop_->ForgetFd(fd_.get());
    if (mounts_.valid()) loop_->ForgetFd(mounts_.get());
  }

  Error Start() {
    fd_.Reset(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!fd_.valid()) return Error::Last();
    mounts_.Reset(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    if (mounts_.valid()) {  // without /proc: only what inotify tells
      Error error = loop_->WatchFd(mounts_.get(), 0, [this](unsigned) { TellAllToRescan(); });
      if (!error.ok()) return error;
    }
    return loop_->WatchFd(fd_.get(), kReadable, [this](unsigned) { Poll(); });
  }

  Error Add(std::string_view path, int* watch) override;
  void Remove(int watch) override;
  void Poll() override;

 private:
  void Handle(uint32_t mask, int kernel_watch, const char* name);
  void Tell(int kernel_watch, WatchKind kind, std::string_view name);
  void Lose(int kernel_watch);
  void TellAllToRescan();

  Loop* const loop_;
  const std::function<void(const WatchEvent&)> callback_;
  Descriptor fd_;
  Descriptor mounts_;
  std::multimap<int, int> ours_;  // kernel watch -> ours
  std::unordered_map<int, int> kernel_watch_of_;
  int next_ = 1;
  bool polling_ = false;
};

Error LinuxWatch::Add(std::string_view path, int* watch) {
  int kernel_watch =
      inotify_add_watch(fd_.get(), std::string(path).c_str(),
                        kChanges | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK);
  if (kernel_watch < 0) return Error::Last();
  *watch = next_++;
  ours_.emplace(kernel_watch, *watch);
  kernel_watch_of_.emplace(*watch, kernel_watch);
  return kOk;
}

void LinuxWatch::Remove(int watch) {
  const auto found = kernel_watch_of_.find(watch);
  if (found == kernel_watch_of_.end()) return;
  const int kernel_watch = found->second;
  kernel_watch_of_.erase(found);
  const auto range = ours_.equal_range(kernel_watch);
  ours_.erase(std::find_if(range.first, range.second,
                           [watch](const auto& entry) { return entry.second == watch; }));
  if (!ours_.contains(kernel_watch)) inotify_rm_watch(fd_.get(), kernel_watch);
}

// Reads what is queued now and no more, so that a busy writer cannot keep us here.
void LinuxWatch::Poll() {
  int queued = 0;
  if (polling_ || ioctl(fd_.get(), FIONREAD, &queued) != 0) return;
  polling_ = true;
  alignas(inotify_event) char buffer[16384];
  while (queued > 0) {
    ssize_t n = read(fd_.get(), buffer, sizeof(buffer));
    if (n <= 0) break;
    queued -= n;
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      Handle(event->mask, event->wd, event->len > 0 ? event->name : "");
      at += sizeof(inotify_event) + event->len;
    }
  }
  polling_ = false;
}

void LinuxWatch::Handle(uint32_t mask, int kernel_watch, const char* name) {
  if (mask & IN_Q_OVERFLOW) return TellAllToRescan();
  if (mask & kEnds) return Lose(kernel_watch);
  if (mask & IN_MOVED_TO) Tell(kernel_watch, WatchKind::kArrived, name);
  if (mask & IN_CREATE) Tell(kernel_watch, WatchKind::kCreated, name);
  if (mask & IN_MODIFY) Tell(kernel_watch, WatchKind::kWritten, name);
  if (mask & IN_CLOSE_WRITE) Tell(kernel_watch, WatchKind::kClosed, name);
  if (mask & IN_ATTRIB) Tell(kernel_watch, WatchKind::kAttributes, name);
  if (mask & (IN_DELETE | IN_MOVED_FROM)) Tell(kernel_watch, WatchKind::kGone, name);
}

void LinuxWatch::Tell(int kernel_watch, WatchKind kind, std::string_view name) {
  std::vector<int> watches;
  auto range = ours_.equal_range(kernel_watch);
  for (auto i = range.first; i != range.second; ++i) watches.push_back(i->second);
  for (int watch : watches) {
    if (kernel_watch_of_.contains(watch)) callback_({watch, kind, std::string(name)});
  }
}

// A directory that was renamed is still watched by the kernel, under a path that nobody asked for.
void LinuxWatch::Lose(int kernel_watch) {
  std::vector<int> watches;
  auto range = ours_.equal_range(kernel_watch);
  for (auto i = range.first; i != range.second; ++i) watches.push_back(i->second);
  if (watches.empty()) return;
  ours_.erase(range.first, range.second);
  for (int watch : watches) kernel_watch_of_.erase(watch);
  inotify_rm_watch(fd_.get(), kernel_watch);
  for (int watch : watches) callback_({watch, WatchKind::kLost, ""});
}

void LinuxWatch::TellAllToRescan() {
  std::vector<int> kernel_watches;
  for (const auto& [kernel_watch, watch] : ours_) {
    if (kernel_watches.empty() || kernel_watches.back() != kernel_watch) {
      kernel_watches.push_back(kernel_watch);
    }
  }
  for (int kernel_watch : kernel_watches) Tell(kernel_watch, WatchKind::kRescan, "");
}

}  // namespace

Error NewWatch(Loop* loop, std::function<void(const WatchEvent&)> callback,
               std::unique_ptr<Watch>* watch) {
  auto made = std::make_unique<LinuxWatch>(loop, std::move(callback));
  if (Error error = made->Start(); !error.ok()) return error;
  *watch = std::move(made);
  return kOk;
}

}  // namespace keelson
