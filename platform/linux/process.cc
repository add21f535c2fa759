// vfork, exec, pidfd.
//
// Everything the child needs is laid out before vfork(2), because the child runs in our memory: it
// makes system calls only, and raw ones where the C library's would try to tell its other threads.
// Our signals are blocked meanwhile, and its handlers reset, so that no handler of ours runs in it.
// What fails in it comes back as an errno through a pipe that exec closes.
//
// A child is not reaped before its pidfd says that it ended, so its number stays its own until
// then, and kill(2) by number cannot meet a stranger.
#include "platform/process.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr unsigned kCloseRangeCloexec = 1 << 2;

#if defined(SYS_setresuid32)  // 32-bit systems, where the plain ones take 16 bits
constexpr long kSetGroups = SYS_setgroups32;
constexpr long kSetGid = SYS_setresgid32;
constexpr long kSetUid = SYS_setresuid32;
#else
constexpr long kSetGroups = SYS_setgroups;
constexpr long kSetGid = SYS_setresgid;
constexpr long kSetUid = SYS_setresuid;
#endif

struct Plan {
  struct Move {
    int from;  // -1: /dev/null
    int to;
    int lifted = -1;  // a copy above every target
  };

  const SpawnRequest* request;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::vector<Move> moves;  // by target
  int first_free = 3;       // above every target
  int report = -1;          // the pipe's end
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Error MakePlan(const SpawnRequest& request, int report, Plan* plan) {
  if (request.program.empty() || request.arguments.empty()) return Error(EINVAL);
  plan->request = &request;
  plan->arguments = Pointers(request.arguments);
  plan->environment = Pointers(request.environment);
  plan->report = report;
  for (auto [from, to] : request.descriptors) {
    if (from < 0 || to < 0) return Error(EBADF);
    plan->moves.push_back({from, to});
  }
  auto by_target = [](const Plan::Move& a, const Plan::Move& b) { return a.to < b.to; };
  auto same = [](const Plan::Move& a, const Plan::Move& b) { return a.to == b.to; };
  std::sort(plan->moves.begin(), plan->moves.end(), by_target);
  auto& moves = plan->moves;
  if (std::adjacent_find(moves.begin(), moves.end(), same) != moves.end()) return Error(EINVAL);
  for (int fd = 0; fd <= 2; ++fd) {
    Plan::Move none{-1, fd};
    auto at = std::lower_bound(moves.begin(), moves.end(), none, by_target);
    if (at == moves.end() || at->to != fd) moves.insert(at, none);
  }
  plan->first_free = moves.back().to + 1;
  return kOk;
}

// From here to RunChild: in the child, in our memory.

[[noreturn]] void Fail(const Plan& plan) {
  int code = errno;
  (void)!write(plan.report, &code, sizeof(code));
  _exit(127);
}

void Check(const Plan& plan, long result) {
  if (result < 0) Fail(plan);
}

// Past libc, which keeps two signals to itself that a caller may have left ignored.
void ResetSignals() {
  constexpr size_t kMaskBytes = 8;
  const unsigned long action[4] = {};  // the kernel's: SIG_DFL, no flags, no restorer, no mask
  for (int signal = 1; signal < NSIG; ++signal) {
    syscall(SYS_rt_sigaction, signal, action, nullptr, kMaskBytes);
  }
}

// Every source is lifted above all targets first, so that no target overwrites one.
void MoveDescriptors(Plan* plan) {
  int lifted = fcntl(plan->report, F_DUPFD_CLOEXEC, plan->first_free);
  Check(*plan, lifted);
  plan->report = lifted;
  for (Plan::Move& move : plan->moves) {
    int from = move.from >= 0 ? move.from : open("/dev/null", O_RDWR | O_CLOEXEC);
    Check(*plan, from);
    move.lifted = fcntl(from, F_DUPFD_CLOEXEC, plan->first_free);
    Check(*plan, move.lifted);
  }
  for (const Plan::Move& move : plan->moves) Check(*plan, dup2(move.lifted, move.to));
}

void CloseOthers(const Plan& plan) {
  auto next = plan.moves.begin();
  for (int fd = 0; fd < plan.first_free; ++fd) {
    if (next->to == fd) {
      ++next;
    } else {
      close(fd);
    }
  }
  unsigned first = plan.first_free;
  if (syscall(SYS_close_range, first, UINT_MAX, kCloseRangeCloexec) == 0) return;
  rlimit limit{};  // an older kernel
  getrlimit(RLIMIT_NOFILE, &limit);
  unsigned end = std::min<rlim_t>(limit.rlim_cur, INT_MAX);
  for (unsigned fd = first; fd < end; ++fd) fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void RunChild(Plan* plan) {
  const SpawnRequest& request = *plan->request;
  ResetSignals();
  Check(*plan, request.new_session ? setsid() : setpgid(0, 0));
  MoveDescriptors(plan);
  CloseOthers(*plan);
  if (request.credentials.has_value()) {
    const Credentials& to = *request.credentials;
    Check(*plan, syscall(kSetGroups, to.groups.size(), to.groups.data()));
    Check(*plan, syscall(kSetGid, to.gid, to.gid, to.gid));
    Check(*plan, syscall(kSetUid, to.uid, to.uid, to.uid));
  }
  if (!request.directory.empty()) Check(*plan, chdir(request.directory.c_str()));
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(request.program.c_str(), plan->arguments.data(), plan->environment.data());
  Fail(*plan);
}

pid_t Start(Plan* plan) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t pid = vfork();
  if (pid == 0) RunChild(plan);
  int code = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = code;
  return pid;
}

void AwaitEnd(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// The errno that the child sent; 0: its exec has closed the pipe.
int ReadReport(int fd) {
  int code = 0;
  ssize_t n;
  do {
    n = read(fd, &code, sizeof(code));
  } while (n < 0 && errno == EINTR);
  return n == sizeof(code) ? code : 0;
}

class LinuxProcesses : public Processes {
 public:
  explicit LinuxProcesses(Loop* loop) : loop_(loop) {}
  ~LinuxProcesses() override {
    for (auto& [pid, child] : children_) loop_->ForgetFd(child.pidfd.get());
  }

  Error Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
              ProcessId* pid) override;
  Error Signal(ProcessId pid, int signal, bool whole_group) override;

 private:
  struct Child {
    Descriptor pidfd;
    std::function<void(ProcessExit)> on_exit;
  };

  Error Follow(pid_t pid, std::function<void(ProcessExit)> on_exit);
  void Reap(pid_t pid);

  Loop* const loop_;
  std::map<pid_t, Child> children_;
};

Error LinuxProcesses::Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
                            ProcessId* pid) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error::Last();
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  Plan plan;
  if (Error error = MakePlan(request, writer.get(), &plan); !error.ok()) return error;
  pid_t child = Start(&plan);
  if (child < 0) return Error::Last();
  writer.Reset();
  if (int code = ReadReport(reader.get()); code != 0) {
    AwaitEnd(child);
    return Error(code);
  }
  reader.Reset();
  if (Error error = Follow(child, std::move(on_exit)); !error.ok()) {
    // Nobody would hear of its end.
    kill(-child, SIGKILL);
    AwaitEnd(child);
    return error;
  }
  *pid = child;
  return kOk;
}

Error LinuxProcesses::Follow(pid_t pid, std::function<void(ProcessExit)> on_exit) {
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));  // closed by exec, always
  if (!pidfd.valid()) return Error::Last();
  Error error = loop_->WatchFd(pidfd.get(), kReadable, [this, pid](unsigned) { Reap(pid); });
  if (error.ok()) children_[pid] = {std::move(pidfd), std::move(on_exit)};
  return error;
}

void LinuxProcesses::Reap(pid_t pid) {
  auto found = children_.find(pid);
  if (found == children_.end()) return;
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) != pid) return;
  ProcessExit exit;
  exit.signaled = WIFSIGNALED(status);
  exit.value = exit.signaled ? WTERMSIG(status) : WEXITSTATUS(status);
  Child child = std::move(found->second);
  children_.erase(found);
  loop_->ForgetFd(child.pidfd.get());
  child.pidfd.Reset();
  if (child.on_exit) child.on_exit(exit);
}

Error LinuxProcesses::Signal(ProcessId pid, int signal, bool whole_group) {
  if (!children_.contains(pid)) return Error(ESRCH);
  return kill(whole_group ? -pid : pid, signal) == 0 ? kOk : Error::Last();
}

}  // namespace

Error NewProcesses(Loop* loop, std::unique_ptr<Processes>* processes) {
  // A SIGCHLD that is ignored, as a caller may have left it to us, lets ends pass unseen.
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  if (sigaction(SIGCHLD, &action, nullptr) != 0) return Error::Last();
  *processes = std::make_unique<LinuxProcesses>(loop);
  return kOk;
}

}  // namespace keelson
