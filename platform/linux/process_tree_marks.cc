// Trees without control groups: who descends from this process and has the tree's mark, or descends
// from such a one.
//
// The mark is a number in a limit that no kernel since Linux 2.4.25 looks at, that of file locks:
// programs inherit it as they do an environment, and leave it alone. What resets all limits, as
// PAM does for su, keeps the mark in its environment, as that was at its exec. Programs write over
// this one to change what ps shows of them. Whoever was seen with a mark once stays in the tree as
// long as it lives; what lost both and its parent before anybody looked is lost.
//
// A list of all processes is old as soon as it is made: who ended before it was looked at may have
// left a child that is not in the list. So lists are made until there is nobody new.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/linux/process_stat.h"
#include "platform/linux/process_trees.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

constexpr size_t kMaxEnvironment = 4 << 20;
constexpr size_t kMaxLimits = 8192;
constexpr int kMaxDepth = 1000;
constexpr int kTries = 1000;  // an exec takes long on a busy system
constexpr unsigned kPauseUs = 100;
constexpr int kMaxKillRounds = 50;
constexpr int kMaxLists = 20;  // where new ones come all the time

// A limit can only be lowered: below our own, which is the mark of somebody whose service we are.
uint64_t NumberOf(std::string_view mark) {
  rlimit own = {};
  if (getrlimit(RLIMIT_LOCKS, &own) != 0 || own.rlim_max < 2) return 0;
  uint64_t number = 14695981039346656037u;  // FNV-1a
  for (const char c : mark) number = (number ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return 1 + number % std::min<uint64_t>(own.rlim_max - 1, INT64_MAX);
}

// The hard limit of file locks in /proc/PID/limits; 0: none.
uint64_t LocksOf(const std::string& limits) {
  constexpr std::string_view kName = "\nMax file locks ";
  const size_t at = limits.find(kName);
  if (at == limits.npos) return 0;
  char* end;
  static_cast<void>(std::strtoull(limits.c_str() + at + kName.size(), &end, 10));  // the soft one
  return std::strtoull(end, nullptr, 10);
}

class MarkTree : public ProcessTree {
 public:
  explicit MarkTree(std::string_view mark) : mark_(mark), number_(NumberOf(mark)) {
    mark_.push_back('\0');
  }

  int descriptor() const override { return -1; }
  std::optional<SpawnRequest::Limit> limit() const override {
    if (number_ == 0) return {};
    return SpawnRequest::Limit{"locks", number_, number_};
  }
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

  std::string mark_;       // with its NUL
  const uint64_t number_;  // the same as a limit; 0: there is no room for one
  std::vector<Seen> seen_;
  std::string text_;
};

// kAgain: it has ended, or it is about to run another program: it has our own memory still, none,
// one that is not laid out yet, or now another.
MarkTree::Answer MarkTree::HasMark(ProcessId pid) {
  const bool has_limits = ReadProcessFile(pid, "limits", kMaxLimits, &text_);
  if (has_limits && number_ != 0 && LocksOf(text_) == number_) return kYes;
  ProcessStat before, after, own;
  if (!ReadProcessStat(pid, &before)) return kAgain;
  const bool is_read = ReadProcessFile(pid, "environ", kMaxEnvironment, &text_);
  if (!is_read && (errno == EACCES || errno == EPERM)) return kNo;
  for (size_t at = text_.find(mark_); at != text_.npos; at = text_.find(mark_, at + 1)) {
    if (at == 0 || text_[at - 1] == '\0') return kYes;
  }
  if (!ReadProcessStat(pid, &after) || !ReadProcessStat(getpid(), &own)) return kAgain;
  const bool same = after.environment != 0 && before.environment == after.environment &&
                    before.environment_end == after.environment_end;
  const uint64_t size =
      std::min<uint64_t>(after.environment_end - after.environment, kMaxEnvironment);
  const bool whole = text_.size() == size;
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
