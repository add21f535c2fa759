// Trees without control groups: who descends from this process and has the tree's mark in its
// environment, as it was at its exec, or descends from such a one.
//
// Programs write over their environment to change what ps shows of them, so whoever was seen with
// the mark once stays in the tree as long as it lives. What has neither mark nor such an ancestor
// is lost: one that left its parent and wrote over its mark before anybody looked.
//
// A list of all processes is old as soon as it is made: who ended before it was looked at may have
// left a child that is not in the list. So lists are made until there is nobody new.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "platform/linux/process_stat.h"
#include "platform/linux/process_trees.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

constexpr size_t kMaxEnvironment = 4 << 20;
constexpr int kMaxDepth = 1000;
constexpr int kTries = 1000;  // an exec takes long on a busy system
constexpr unsigned kPauseUs = 100;
constexpr int kMaxKillRounds = 50;
constexpr int kMaxLists = 20;  // where new ones come all the time

class MarkTree : public ProcessTree {
 public:
  explicit MarkTree(std::string_view mark) : mark_(mark) { mark_.push_back('\0'); }

  int descriptor() const override { return -1; }
  bool Contains(ProcessId pid) override;
  std::vector<ProcessId> Members(size_t limit) override;
  bool IsEmpty() override;
  Error Signal(int signal) override;

 private:
  struct Seen {
    ProcessId pid;
    uint64_t started;
    bool operator==(const Seen&) const = default;
  };
  enum Answer { kYes, kNo, kAgain };

  Answer Climb(ProcessId pid);
  Answer HasMark(ProcessId pid);
  bool IsSeen(const Seen& who) const {
    return std::find(seen_.begin(), seen_.end(), who) != seen_.end();
  }
  void DropEnded();

  std::string mark_;  // with its NUL
  std::vector<Seen> seen_;
  std::string environment_;
};

// kAgain: it has ended, or it is about to run another program: it has our own memory still, none,
// one that is not laid out yet, or now another.
MarkTree::Answer MarkTree::HasMark(ProcessId pid) {
  ProcessStat before, after, own;
  if (!ReadProcessStat(pid, &before)) return kAgain;
  const bool is_read = ReadProcessFile(pid, "environ", kMaxEnvironment, &environment_);
  if (!is_read && (errno == EACCES || errno == EPERM)) return kNo;
  for (size_t at = environment_.find(mark_); at != environment_.npos;
       at = environment_.find(mark_, at + 1)) {
    if (at == 0 || environment_[at - 1] == '\0') return kYes;
  }
  if (!ReadProcessStat(pid, &after) || !ReadProcessStat(getpid(), &own)) return kAgain;
  const bool same = after.environment != 0 && before.environment == after.environment &&
                    before.environment_end == after.environment_end;
  const uint64_t size =
      std::min<uint64_t>(after.environment_end - after.environment, kMaxEnvironment);
  const bool whole = environment_.size() == size;
  return same && whole && after.environment != own.environment ? kNo : kAgain;
}

// kAgain: an ancestor ended meanwhile, so the process has another parent now; or one is just about
// to run another program.
MarkTree::Answer MarkTree::Climb(ProcessId pid) {
  const ProcessId self = getpid();
  std::vector<Seen> line;
  for (ProcessId at = pid; at != self;) {
    ProcessStat stat;
    if (!ReadProcessStat(at, &stat)) return at == pid ? kNo : kAgain;
    if (at == pid && stat.ended) return kNo;
    line.push_back({at, stat.started});
    if (stat.parent <= 0 || line.size() > kMaxDepth) return kNo;
    at = stat.parent;
  }
  for (const Seen& who : line) {
    Answer answer = IsSeen(who) ? kYes : HasMark(who.pid);
    if (answer == kNo) continue;
    if (answer == kYes && !IsSeen(line.front())) seen_.push_back(line.front());
    return answer;
  }
  return kNo;
}

bool MarkTree::Contains(ProcessId pid) {
  if (pid <= 0 || pid == getpid()) return false;
  Answer answer = kAgain;
  for (int i = 0; answer == kAgain && i < kTries; ++i) {
    if (i > 0) usleep(kPauseUs);
    answer = Climb(pid);
  }
  return answer == kYes;
}

void MarkTree::DropEnded() {
  std::erase_if(seen_, [](const Seen& who) {
    ProcessStat stat;
    return !ReadProcessStat(who.pid, &stat) || stat.started != who.started || stat.ended;
  });
}

std::vector<ProcessId> MarkTree::Members(size_t limit) {
  DropEnded();
  std::vector<ProcessId> members, old;
  for (int i = 0; i < kMaxLists; ++i) {
    std::vector<ProcessId> all = AllProcesses(), fresh;
    std::sort(all.begin(), all.end());
    std::set_difference(all.begin(), all.end(), old.begin(), old.end(), std::back_inserter(fresh));
    if (fresh.empty()) break;
    for (ProcessId pid : fresh) {
      if (members.size() >= limit) return members;
      if (Contains(pid)) members.push_back(pid);
    }
    old = std::move(all);
  }
  return members;
}

// Those that were there the last time first, so that a tree that lives costs little.
bool MarkTree::IsEmpty() {
  DropEnded();
  return seen_.empty() && Members(1).empty();
}

// Whoever is to be killed is stopped first, so that it makes no others meanwhile.
Error MarkTree::Signal(int signal) {
  auto is_meant = [this](ProcessId pid) { return Contains(pid); };
  Error first;
  auto send = [&](ProcessId pid, int what) {
    Error error = SignalProcessIf(pid, what, is_meant);
    if (first.ok() && !error.ok() && error != Error(ESRCH)) first = error;
  };
  if (signal != SIGKILL) {
    for (ProcessId pid : Members(SIZE_MAX)) send(pid, signal);
    return first;
  }
  std::vector<ProcessId> stopped;
  for (int i = 0; i < kMaxKillRounds; ++i) {
    std::vector<ProcessId> members = Members(SIZE_MAX);
    if (members.empty()) return kOk;
    std::sort(members.begin(), members.end());
    const bool stable = members == stopped;
    for (ProcessId pid : members) send(pid, stable ? SIGKILL : SIGSTOP);
    if (!first.ok()) return first;
    stopped = std::move(members);
  }
  return Error(EAGAIN);
}

class MarkTrees : public ProcessTrees {
 public:
  Error Open(std::string_view name, std::string_view mark,
             std::unique_ptr<ProcessTree>* tree) override {
    if (!IsMark(mark) || name.empty()) return Error(EINVAL);
    *tree = std::make_unique<MarkTree>(mark);
    return kOk;
  }
  bool NameOf(ProcessId, std::string*) override { return false; }
};

}  // namespace

std::unique_ptr<ProcessTrees> NewMarkTrees() { return std::make_unique<MarkTrees>(); }

}  // namespace keelson
