// Processes that exist only in a test's mind.
#ifndef KEELSON_PLATFORM_FAKE_PROCESS_H_
#define KEELSON_PLATFORM_FAKE_PROCESS_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

class FakeProcesses : public Processes {
 public:
  struct Sent {
    ProcessId pid;
    int signal;
    bool whole_group;
  };

  explicit FakeProcesses(Loop* loop) : loop_(loop) {}
  ~FakeProcesses() override;

  // From now on the program exists (before: ENOENT). It ends at once with that, or runs (nullopt)
  // until Exit or a signal that is not 0 and not ignored.
  void Install(std::string_view program, std::optional<ProcessExit> ends) {
    programs_[std::string(program)] = ends;
  }
  void IgnoreSignal(int signal) { ignored_.push_back(signal); }             // every process does
  void FailNth(int nth, Error error) { failures_[spawns_ + nth] = error; }  // 1: the next Spawn

  // A process that nobody here started, for Follow.
  void AddStranger(ProcessId pid) { strangers_.insert(pid); }
  void EndStranger(ProcessId pid) { strangers_.erase(pid); }
  // One that lost its parent has ended; AdoptOrphans' on_end runs in the loop.
  void EndOrphan();

  // Ends a process; its on_exit runs in the loop. REQUIRES: it was started or is followed.
  void Exit(ProcessId pid, ProcessExit exit);

  const SpawnRequest* RequestOf(ProcessId pid) const;  // null: no such process, or it has ended
  const std::vector<Sent>& sent() const { return sent_; }
  size_t running() const { return children_.size(); }
  int spawns() const { return spawns_; }

  Error Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
              ProcessId* pid) override;
  Error Signal(ProcessId pid, int signal, bool whole_group) override;
  Error AdoptOrphans(std::function<void()> on_end) override;
  Error Follow(ProcessId pid, std::function<void(ProcessExit)> on_exit) override;

 private:
  struct Child {
    SpawnRequest request;
    std::function<void(ProcessExit)> on_exit;
    Loop::TimerId end = 0;  // 0: it runs
  };

  Loop* const loop_;
  std::map<std::string, std::optional<ProcessExit>> programs_;
  std::map<int, Error> failures_;
  std::map<ProcessId, Child> children_;
  std::set<ProcessId> strangers_;
  bool adopting_ = false;
  std::function<void()> on_orphans_end_;
  Loop::TimerId orphans_ended_ = 0;
  std::vector<int> ignored_;
  std::vector<Sent> sent_;
  int spawns_ = 0;
  ProcessId next_ = 1000;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FAKE_PROCESS_H_
