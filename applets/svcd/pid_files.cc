// The folder is watched; while one cannot be, because it is not there yet, it is looked at ten
// times a second. Nothing is watched once nobody waits.
#include "applets/svcd/pid_files.h"

#include <vector>

#include "core/config.h"
#include "core/flat_file.h"

namespace keelson {
namespace {

constexpr int64_t kPollNs = 100 * kMillisecond;
constexpr size_t kMaxPidFile = 4096;

}  // namespace

PidFiles::~PidFiles() { loop_->CancelTimer(poll_); }

ProcessId PidFiles::Read(const std::string& path) {
  FileBytes bytes;
  if (!root_->Read(path, kMaxPidFile, &bytes, nullptr).ok()) return 0;
  std::string_view text = bytes.view();
  text = TrimBlanks(text.substr(0, text.find('\n')));
  const std::optional<uint64_t> pid = ParseUnsigned(text);
  return pid && *pid > 1 && *pid <= INT32_MAX ? static_cast<ProcessId>(*pid) : 0;
}

void PidFiles::Await(const void* owner, const std::string& path, std::function<bool()> look) {
  Forget(owner);
  if (watch_ == nullptr) {
    // Without a watch all waits poll.
    static_cast<void>(NewWatch(
        loop_, [this](const WatchEvent& event) { Look(event.name); }, &watch_));
  }
  const size_t slash = path.rfind('/');
  Wait wait{path.substr(0, slash + 1), path.substr(slash + 1), std::move(look), false};
  int watch = -1;
  wait.is_watched = watch_ != nullptr && watch_->Add(prefix_ + wait.folder, &watch).ok();
  if (wait.is_watched) watches_.insert(watch);
  if (wait.look()) return;
  if (!wait.is_watched) Poll();
  waits_[owner] = std::move(wait);
}

void PidFiles::Forget(const void* owner) {
  waits_.erase(owner);
  if (!waits_.empty()) return;
  for (const int watch : watches_) watch_->Remove(watch);
  watches_.clear();
  loop_->CancelTimer(poll_);
  poll_ = 0;
}

void PidFiles::Look(const std::string& name) {
  std::vector<const void*> owners;
  for (const auto& [owner, wait] : waits_) {
    if (name.empty() || wait.name == name) owners.push_back(owner);
  }
  for (const void* owner : owners) {
    const auto found = waits_.find(owner);
    if (found == waits_.end() || !found->second.look()) continue;
    Forget(owner);
  }
}

void PidFiles::Poll() {
  if (poll_ != 0) return;
  poll_ = loop_->StartTimer(clock_->MonotonicNs() + kPollNs, [this] {
    poll_ = 0;
    Look("");
    for (const auto& [owner, wait] : waits_) {
      if (wait.is_watched) continue;
      Poll();
      return;
    }
  });
}

}  // namespace keelson
