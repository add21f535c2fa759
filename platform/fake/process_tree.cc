// A tree is a name; its members are in the trees' map, so that they outlive it as real ones do.
#include "platform/fake/process_tree.h"

namespace keelson {

class FakeProcessTree : public ProcessTree {
 public:
  FakeProcessTree(FakeProcessTrees* trees, std::string_view name) : trees_(trees), name_(name) {
    ++trees_->open_;
  }
  ~FakeProcessTree() override { --trees_->open_; }

  int descriptor() const override { return -1; }
  bool Contains(ProcessId pid) override { return members().contains(pid); }
  std::vector<ProcessId> Members(size_t limit) override {
    std::vector<ProcessId> all(members().begin(), members().end());
    if (all.size() > limit) all.resize(limit);
    return all;
  }
  bool IsEmpty() override { return members().empty(); }
  Error Signal(int signal) override {
    trees_->sent_.push_back({name_, signal});
    if (trees_->hear_) trees_->hear_(trees_->sent_.back());
    return kOk;
  }

 private:
  std::set<ProcessId>& members() { return trees_->members_[name_]; }

  FakeProcessTrees* const trees_;
  const std::string name_;
};

void FakeProcessTrees::Remove(ProcessId pid) {
  for (auto& [name, members] : members_) members.erase(pid);
}

Error FakeProcessTrees::Open(std::string_view name, std::string_view mark,
                             std::unique_ptr<ProcessTree>* tree) {
  if (!failure_.ok()) return std::exchange(failure_, kOk);
  if (name.empty() || mark.find('=') == mark.npos) return Error(EINVAL);
  *tree = std::make_unique<FakeProcessTree>(this, name);
  return kOk;
}

bool FakeProcessTrees::NameOf(ProcessId pid, std::string* name) {
  if (!groups_) return false;
  for (const auto& [tree, members] : members_) {
    if (!members.contains(pid)) continue;
    *name = tree;
    return true;
  }
  return false;
}

}  // namespace keelson
