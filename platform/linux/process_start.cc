// clone3 in our memory, on a stack of its own, then exec.
//
// Everything the child needs is laid out before, because it runs in our memory while we wait: it
// makes system calls only, and raw ones where the C library's would try to tell its other threads.
// Our signals are blocked meanwhile, and its handlers reset, so that no handler of ours runs in it.
// What fails in it is an errno that it leaves in the plan before it ends.
//
// clone3(2) puts the child into its control group as it is made. Moving it there later would cost a
// wait for every processor of the system, and whoever reads the group meanwhile would miss it. No C
// library has a call for it, so the few instructions are here; where they are not, or the system
// does not have it, vfork(2) and a write to the group do.
#include "platform/linux/process_start.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

namespace keelson {
namespace {

constexpr unsigned kCloseRangeCloexec = 1 << 2;
constexpr size_t kStackBytes = 64 << 10;
constexpr size_t kGuardBytes = 64 << 10;  // a page, whatever the size of one is

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
    int from;
    int to;
  };
  struct Limit {
    int resource;
    uint64_t values[2];  // as prlimit64 has them on every system: soft, hard
  };

  const SpawnRequest* request;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::vector<Move> moves;  // by target
  std::vector<Limit> limits;
  std::string pid_variable;  // "NAME=" and room for a number
  std::string nice;
  std::string oom_score;
  int first_free = 3;    // above every target
  bool in_tree = false;  // from the beginning
  volatile int failure = 0;
};

constexpr int kTerminal = -2;  // as a source

struct LimitName {
  const char* name;
  int resource;
};
constexpr LimitName kLimitNames[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 2);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Error PlanLimits(const SpawnRequest& request, Plan* plan) {
  for (const SpawnRequest::Limit& limit : request.limits) {
    auto is_it = [&](const LimitName& known) { return limit.name == known.name; };
    auto found = std::find_if(std::begin(kLimitNames), std::end(kLimitNames), is_it);
    if (found == std::end(kLimitNames)) return Error(EINVAL);
    plan->limits.push_back({found->resource, {limit.soft, limit.hard}});
  }
  return kOk;
}

Error OpenOnce(const char* path, Descriptor* fd) {
  if (!fd->valid()) fd->Reset(open(path, O_RDWR | O_CLOEXEC));
  return fd->valid() ? kOk : Error::Last();
}

Error PlanDescriptors(const SpawnRequest& request, Descriptor* null, Plan* plan) {
  std::vector<Plan::Move>& moves = plan->moves;
  moves.reserve(request.descriptors.size() + 3);
  for (auto [from, to] : request.descriptors) {
    if (from < 0 || to < 0) return Error(EBADF);
    moves.push_back({from, to});
  }
  auto by_target = [](const Plan::Move& a, const Plan::Move& b) { return a.to < b.to; };
  auto same = [](const Plan::Move& a, const Plan::Move& b) { return a.to == b.to; };
  std::sort(moves.begin(), moves.end(), by_target);
  if (std::adjacent_find(moves.begin(), moves.end(), same) != moves.end()) return Error(EINVAL);
  for (int fd = 0; fd <= 2; ++fd) {
    Plan::Move rest{kTerminal, fd};
    auto at = std::lower_bound(moves.begin(), moves.end(), rest, by_target);
    if (at != moves.end() && at->to == fd) continue;
    if (request.terminal.empty()) {
      if (Error error = OpenOnce("/dev/null", null); !error.ok()) return error;
      rest.from = null->get();
    }
    moves.insert(at, rest);
  }
  plan->first_free = moves.back().to + 1;
  return kOk;
}

Error MakePlan(const SpawnRequest& request, Descriptor* null, Plan* plan) {
  if (request.program.empty() || request.arguments.empty()) return Error(EINVAL);
  plan->request = &request;
  plan->arguments = Pointers(request.arguments);
  plan->environment = Pointers(request.environment);
  if (!request.pid_variable.empty()) {
    plan->pid_variable = request.pid_variable + "=" + std::string(12, '\0');
    plan->environment.insert(plan->environment.begin(), plan->pid_variable.data());
  }
  if (request.nice.has_value()) plan->nice = std::to_string(*request.nice);
  if (request.oom_score.has_value()) plan->oom_score = std::to_string(*request.oom_score);
  if (Error error = PlanLimits(request, plan); !error.ok()) return error;
  return PlanDescriptors(request, null, plan);
}

// From here to RunChild: in the child, in our memory.

[[noreturn]] void Fail(Plan* plan) {
  plan->failure = errno;
  _exit(127);
}

void Check(Plan* plan, long result) {
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

long WriteTo(int folder, const char* path, const char* text, size_t size) {
  int fd = openat(folder, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -1;
  ssize_t written = write(fd, text, size);
  int code = errno;
  close(fd);
  errno = code;
  return written;
}

void SetPriorities(Plan* plan) {
  const SpawnRequest& request = *plan->request;
  if (request.nice.has_value()) {
    Check(plan, setpriority(PRIO_PROCESS, 0, *request.nice));
    // A session is a group of the scheduler's, within which alone the nice of a process counts.
    if (request.new_session || !request.terminal.empty()) {
      WriteTo(AT_FDCWD, "/proc/self/autogroup", plan->nice.data(), plan->nice.size());
    }
  }
  if (request.oom_score.has_value()) {
    const std::string& text = plan->oom_score;
    long written = WriteTo(AT_FDCWD, "/proc/self/oom_score_adj", text.data(), text.size());
    if (written < 0 && errno != ENOENT) Fail(plan);
  }
  if (request.umask.has_value()) umask(*request.umask);
}

// Nothing here may block, for we wait: a serial line without a carrier would.
int OpenTerminal(Plan* plan) {
  int fd = open(plan->request->terminal.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  Check(plan, fd);
  Check(plan, fcntl(fd, F_SETFL, O_RDWR));
  Check(plan, ioctl(fd, TIOCSCTTY, 1));  // 1: also one that another session has left behind
  return fd;
}

// A source among the targets' numbers is lifted above them first, so that no target overwrites it.
void MoveDescriptors(Plan* plan) {
  int terminal = plan->request->terminal.empty() ? -1 : OpenTerminal(plan);
  for (Plan::Move& move : plan->moves) {
    if (move.from == kTerminal) move.from = terminal;
    if (move.from >= plan->first_free) continue;
    move.from = fcntl(move.from, F_DUPFD_CLOEXEC, plan->first_free);
    Check(plan, move.from);
  }
  for (const Plan::Move& move : plan->moves) Check(plan, dup2(move.from, move.to));
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

void WritePid(Plan* plan) {
  char digits[12];
  size_t count = 0;
  for (auto left = static_cast<unsigned>(getpid()); left != 0; left /= 10) {
    digits[count++] = static_cast<char>('0' + left % 10);
  }
  char* to = plan->pid_variable.data() + plan->request->pid_variable.size() + 1;
  while (count > 0) *to++ = digits[--count];
}

[[noreturn]] void RunChild(Plan* plan) {
  const SpawnRequest& request = *plan->request;
  ResetSignals();
  const bool new_session = request.new_session || !request.terminal.empty();
  Check(plan, new_session ? setsid() : setpgid(0, 0));
  if (request.tree >= 0 && !plan->in_tree) {
    Check(plan, WriteTo(request.tree, "cgroup.procs", "0", 1));
  }
  SetPriorities(plan);
  MoveDescriptors(plan);
  CloseOthers(*plan);
  for (const Plan::Limit& limit : plan->limits) {
    Check(plan, syscall(SYS_prlimit64, 0, limit.resource, limit.values, nullptr));
  }
  if (!plan->pid_variable.empty()) WritePid(plan);
  if (request.credentials.has_value()) {
    const Credentials& to = *request.credentials;
    Check(plan, syscall(kSetGroups, to.groups.size(), to.groups.data()));
    Check(plan, syscall(kSetGid, to.gid, to.gid, to.gid));
    Check(plan, syscall(kSetUid, to.uid, to.uid, to.uid));
  }
  if (!request.directory.empty()) Check(plan, chdir(request.directory.c_str()));
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(request.program.c_str(), plan->arguments.data(), plan->environment.data());
  Fail(plan);
}

// The system call; the child begins in RunChild on the new stack. Returns as the kernel does.
long Clone3(clone_args* how, Plan* plan) {
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)  // which is at a loss on other stacks
  long result = SYS_clone3;
  register void (*run)(Plan*) asm("r8") = RunChild;
  register Plan* argument asm("r9") = plan;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %[argument], %%rdi\n\t"
      "call *%[run]\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(how), "S"(sizeof(*how)), [run] "r"(run), [argument] "r"(argument)
      : "rcx", "r11", "memory", "cc");
  return result;
#elif defined(__aarch64__) && !defined(__SANITIZE_ADDRESS__)
  register long number asm("x8") = SYS_clone3;
  register clone_args* result asm("x0") = how;
  register size_t size asm("x1") = sizeof(*how);
  register void (*run)(Plan*) asm("x2") = RunChild;
  register Plan* argument asm("x3") = plan;
  asm volatile(
      "svc 0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, 0\n\t"
      "mov x0, %[argument]\n\t"
      "blr %[run]\n\t"
      "brk 1\n"
      "1:"
      : "+r"(result)
      : "r"(number), "r"(size), [run] "r"(run), [argument] "r"(argument)
      : "memory", "cc");
  return reinterpret_cast<long>(result);
#else
  static_cast<void>(how), static_cast<void>(plan);
  return -ENOSYS;
#endif
}

pid_t Clone(Plan* plan, char* stack) {
  clone_args how = {};
  how.flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND;
  how.exit_signal = SIGCHLD;
  how.stack = reinterpret_cast<uintptr_t>(stack) + kGuardBytes;
  how.stack_size = kStackBytes;
  if (plan->request->tree >= 0) {
    how.flags |= CLONE_INTO_CGROUP;
    how.cgroup = static_cast<unsigned>(plan->request->tree);
    plan->in_tree = true;
  }
  const long result = Clone3(&how, plan);
  if (result >= 0) return static_cast<pid_t>(result);
  plan->in_tree = false;
  errno = static_cast<int>(-result);
  return -1;
}

pid_t Vfork(Plan* plan) {
  pid_t pid = vfork();
  if (pid == 0) RunChild(plan);
  return pid;
}

// An older kernel, or a filter that lets nothing pass that it cannot look into.
bool IsUnknownCall(int code) {
  return code == ENOSYS || code == EINVAL || code == EPERM || code == E2BIG;
}

void AwaitEnd(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

ProcessStarter::~ProcessStarter() {
  if (stack_ != nullptr) munmap(stack_, kGuardBytes + kStackBytes);
}

Error ProcessStarter::MakeStack() {
  if (stack_ != nullptr) return kOk;
  void* memory = mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return Error::Last();
  stack_ = static_cast<char*>(memory);
  return mprotect(stack_, kGuardBytes, PROT_NONE) == 0 ? kOk : Error::Last();
}

Error ProcessStarter::Start(const SpawnRequest& request, pid_t* pid) {
  if (Error error = MakeStack(); !error.ok()) return error;
  Plan plan;
  if (Error error = MakePlan(request, &null_, &plan); !error.ok()) return error;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t child = clone3_works_ ? Clone(&plan, stack_) : Vfork(&plan);
  if (child < 0 && clone3_works_ && IsUnknownCall(errno)) {
    child = Vfork(&plan);
    clone3_works_ = child < 0;
  }
  int code = child < 0 ? errno : plan.failure;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (code == 0) {
    *pid = child;
  } else if (child > 0) {
    AwaitEnd(child);
  }
  return Error(code);
}

}  // namespace keelson
