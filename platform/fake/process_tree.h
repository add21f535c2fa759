// Trees whose members a test names.
#ifndef KEELSON_PLATFORM_FAKE_PROCESS_TREE_H_
#define KEELSON_PLATFORM_FAKE_PROCESS_TREE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/process_tree.h"

namespace keelson {

class FakeProcessTrees : public ProcessTrees {
 public:
  struct Sent {
    std::string tree;
    int signal;
  };

  // groups: whether NameOf knows.
  explicit FakeProcessTrees(bool groups) : groups_(groups) {}

  void Add(std::string_view tree, ProcessId pid) { members_[std::string(tree)].insert(pid); }
  void Remove(ProcessId pid);
  void FailNextOpen(Error error) { failure_ = error; }
  // Runs for each signal that is sent to a tree: what becomes of its members is the test's to say.
  void OnSignal(std::function<void(const Sent&)> hear) { hear_ = std::move(hear); }

  const std::vector<Sent>& sent() const { return sent_; }
  size_t open() const { return open_; }

  Error Open(std::string_view name, std::string_view mark,
             std::unique_ptr<ProcessTree>* tree) override;
  bool NameOf(ProcessId pid, std::string* name) override;

 private:
  friend class FakeProcessTree;

  const bool groups_;
  std::map<std::string, std::set<ProcessId>> members_;
  std::vector<Sent> sent_;
  std::function<void(const Sent&)> hear_;
  Error failure_;
  size_t open_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_PROCESS_TREE_H_
