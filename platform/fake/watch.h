// Hearing of changes in a fake tree.
#ifndef KEELSON_PLATFORM_FAKE_WATCH_H_
#define KEELSON_PLATFORM_FAKE_WATCH_H_

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/fake/file.h"
#include "platform/loop.h"
#include "platform/watch.h"

namespace keelson {

class FakeWatch : public Watch, private FakeTree::Observer {
 public:
  // REQUIRES: tree and loop outlive it.
  FakeWatch(FakeTree* tree, Loop* loop, std::function<void(const WatchEvent&)> callback);
  ~FakeWatch() override;

  // What was not polled yet is lost, and everybody is told to rescan.
  void Overflow();

  Error Add(std::string_view path, int* watch) override;
  void Remove(int watch) override { watched_.erase(watch); }
  void Poll() override;

 private:
  void OnChange(const FakeNode* directory, WatchKind kind, std::string_view name) override;
  void OnLost(const FakeNode* directory) override;
  void Queue(int watch, WatchKind kind, std::string_view name);

  FakeTree* const tree_;
  Loop* const loop_;
  const std::function<void(const WatchEvent&)> callback_;
  std::map<int, std::shared_ptr<FakeNode>> watched_;
  std::vector<WatchEvent> queue_;
  int next_ = 1;
  Loop::TimerId poll_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_WATCH_H_
