// The tree tells at once; what it tells waits here until somebody polls, as in the kernel's queue.
#include "platform/fake/watch.h"

#include <string>
#include <utility>

namespace keelson {

FakeWatch::FakeWatch(FakeTree* tree, Loop* loop, std::function<void(const WatchEvent&)> callback)
    : tree_(tree), loop_(loop), callback_(std::move(callback)) {
  tree_->AddObserver(this);
}

FakeWatch::~FakeWatch() {
  tree_->RemoveObserver(this);
  loop_->CancelTimer(poll_);
}

Error FakeWatch::Add(std::string_view path, int* watch) {
  std::unique_ptr<Directory> parent;
  std::string name;
  std::unique_ptr<Root> root = tree_->NewRoot();
  if (Error error = root->Locate(path, true, &parent, &name); !error.ok()) return error;
  FileInfo info;
  if (Error error = parent->Stat(name, &info); !error.ok()) return error;
  if (info.type != FileType::kDirectory) return Error(ENOTDIR);
  *watch = next_++;
  watched_[*watch] = tree_->FindNode(info.ino);
  return kOk;
}

void FakeWatch::Overflow() {
  queue_.clear();
  for (const auto& [watch, node] : watched_) Queue(watch, WatchKind::kRescan, "");
}

void FakeWatch::Poll() {
  std::vector<WatchEvent> events;
  events.swap(queue_);
  for (const WatchEvent& event : events) {
    auto found = watched_.find(event.watch);
    if (found == watched_.end()) continue;
    if (event.kind == WatchKind::kLost) watched_.erase(found);
    callback_(event);
  }
}

void FakeWatch::OnChange(const FakeNode* directory, WatchKind kind, std::string_view name) {
  for (const auto& [watch, node] : watched_) {
    if (node.get() == directory) Queue(watch, kind, name);
  }
}

void FakeWatch::OnLost(const FakeNode* directory) { OnChange(directory, WatchKind::kLost, ""); }

void FakeWatch::Queue(int watch, WatchKind kind, std::string_view name) {
  queue_.push_back({watch, kind, std::string(name)});
  if (poll_ != 0) return;
  poll_ = loop_->StartTimer(0, [this] {
    poll_ = 0;
    Poll();
  });
}

}  // namespace keelson
