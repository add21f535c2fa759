// The child between its clone and its exec. It runs in our memory while we go on, so its calls
// leave errno alone: what fails in it is a number that it leaves in the plan before it ends.
#include "platform/linux/process_child.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace keelson {
namespace {

using Plan = ProcessPlan;

#if defined(SYS_setresuid32)  // 32-bit systems, where the plain ones take 16 bits
constexpr long kSetGroups = SYS_setgroups32;
constexpr long kSetGid = SYS_setresgid32;
constexpr long kSetUid = SYS_setresuid32;
#else
constexpr long kSetGroups = SYS_setgroups;
constexpr long kSetGid = SYS_setresgid;
constexpr long kSetUid = SYS_setresuid;
#endif
constexpr size_t kMaskBytes = 8;
constexpr unsigned kCloseRangeUnshare = 1 << 1;
constexpr unsigned kCloseRangeCloexec = 1 << 2;

// Returns as the kernel does: -errno.
long RawCall(long number, long a, long b, long c, long d) {
#if defined(__x86_64__)
  long result;
  register long fourth asm("r10") = d;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long which asm("x8") = number;
  register long first asm("x0") = a;
  register long second asm("x1") = b;
  register long third asm("x2") = c;
  register long fourth asm("x3") = d;
  asm volatile("svc 0" : "+r"(first) : "r"(which), "r"(second), "r"(third), "r"(fourth) : "memory");
  return first;
#else  // where we wait for the child: Clone3
  const long result = syscall(number, a, b, c, d);
  return result < 0 ? -errno : result;
#endif
}

long Raw(long value) { return value; }
long Raw(const void* value) { return reinterpret_cast<long>(value); }

template <typename... Arguments>
long Call(long number, Arguments... arguments) {
  const long all[4] = {Raw(arguments)...};
  return RawCall(number, all[0], all[1], all[2], all[3]);
}

[[noreturn]] void Fail(Plan* plan, long result) {
  plan->failure.store(static_cast<int>(-result), std::memory_order_release);
  while (true) Call(SYS_exit_group, 127);
}

long Check(Plan* plan, long result) {
  if (result < 0) Fail(plan, result);
  return result;
}

// Without what lies above our sources: a table that is copied whole costs more than all else as
// soon as there are thousands in it.
void OwnDescriptors(Plan* plan) {
  if (plan->shared_end == 0) return;
  if (Call(SYS_close_range, plan->shared_end, UINT_MAX, kCloseRangeUnshare) == 0) return;
  Check(plan, Call(SYS_unshare, CLONE_FILES));  // an older kernel
}

// Where the clone has reset those that are handled, those that are ignored.
void ResetSignals(const Plan& plan) {
  const unsigned long action[4] = {};  // the kernel's: SIG_DFL, no flags, no restorer, no mask
  for (int signal = 1; signal < NSIG; ++signal) {
    if ((plan.signals >> (signal - 1) & 1) == 0) continue;
    Call(SYS_rt_sigaction, signal, action, nullptr, kMaskBytes);
  }
}

long WriteTo(int folder, const char* path, const char* text, size_t size) {
  const long fd = Call(SYS_openat, folder, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return fd;
  const long written = Call(SYS_write, fd, text, size);
  Call(SYS_close, fd);
  return written;
}

void SetPriorities(Plan* plan) {
  const SpawnRequest& request = *plan->request;
  if (request.nice.has_value()) {
    plan->step = Plan::Step::kNice;
    Check(plan, Call(SYS_setpriority, PRIO_PROCESS, 0, *request.nice));
    // A session is a group of the scheduler's, within which alone the nice of a process counts.
    if (request.new_session || !request.terminal.empty()) {
      WriteTo(AT_FDCWD, "/proc/self/autogroup", plan->nice.data(), plan->nice.size());
    }
  }
  if (request.oom_score.has_value()) {
    plan->step = Plan::Step::kOomScore;
    const std::string& text = plan->oom_score;
    const long written = WriteTo(AT_FDCWD, "/proc/self/oom_score_adj", text.data(), text.size());
    if (written != -ENOENT) Check(plan, written);
  }
  if (request.umask.has_value()) Call(SYS_umask, *request.umask);
}

// Nothing here may block, for we wait: a serial line without a carrier would.
int OpenTerminal(Plan* plan) {
  const char* const path = plan->request->terminal.c_str();
  const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const long fd = Check(plan, Call(SYS_openat, AT_FDCWD, path, flags));
  Check(plan, Call(SYS_fcntl, fd, F_SETFL, O_RDWR));
  Check(plan, Call(SYS_ioctl, fd, TIOCSCTTY, 1));  // 1: also one that another session has left
  return static_cast<int>(fd);
}

// A source among the targets' numbers is lifted above them first, so that no target overwrites it.
void MoveDescriptors(Plan* plan) {
  plan->step = Plan::Step::kTerminal;
  int terminal = plan->request->terminal.empty() ? -1 : OpenTerminal(plan);
  plan->step = Plan::Step::kDescriptors;
  for (Plan::Move& move : plan->moves) {
    if (move.from == Plan::kTerminal) move.from = terminal;
    if (move.from >= plan->first_free) continue;
    const long lifted = Call(SYS_fcntl, move.from, F_DUPFD_CLOEXEC, plan->first_free);
    move.from = static_cast<int>(Check(plan, lifted));
  }
  for (const Plan::Move& move : plan->moves) Check(plan, Call(SYS_dup3, move.from, move.to, 0));
}

void CloseOthers(const Plan& plan) {
  auto next = plan.moves.begin();
  for (int fd = 0; fd < plan.first_free; ++fd) {
    if (next->to == fd) {
      ++next;
    } else {
      Call(SYS_close, fd);
    }
  }
  const int first = plan.first_free;
  if (Call(SYS_close_range, first, UINT_MAX, kCloseRangeCloexec) == 0) return;
  uint64_t limit[2] = {};  // an older kernel
  Call(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, limit);
  const int end = static_cast<int>(std::min<uint64_t>(limit[0], INT_MAX));
  for (int fd = first; fd < end; ++fd) Call(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
}

void WritePid(Plan* plan) {
  char digits[12];
  size_t count = 0;
  for (auto left = static_cast<unsigned>(Call(SYS_getpid)); left != 0; left /= 10) {
    digits[count++] = static_cast<char>('0' + left % 10);
  }
  char* to = plan->pid_variable.data() + plan->request->pid_variable.size() + 1;
  while (count > 0) *to++ = digits[--count];
}

void BecomeUser(Plan* plan, const Credentials& to) {
  Check(plan, Call(kSetGroups, to.groups.size(), to.groups.data()));
  Check(plan, Call(kSetGid, to.gid, to.gid, to.gid));
  Check(plan, Call(kSetUid, to.uid, to.uid, to.uid));
}

}  // namespace

void RunChild(Plan* plan) {
  const SpawnRequest& request = *plan->request;
  plan->step = Plan::Step::kMake;
  OwnDescriptors(plan);
  ResetSignals(*plan);
  plan->step = Plan::Step::kSession;
  const bool new_session = request.new_session || !request.terminal.empty();
  Check(plan, new_session ? Call(SYS_setsid) : Call(SYS_setpgid, 0, 0));
  plan->step = Plan::Step::kTree;
  if (request.tree >= 0 && !plan->in_tree) {
    Check(plan, WriteTo(request.tree, "cgroup.procs", "0", 1));
  }
  SetPriorities(plan);
  MoveDescriptors(plan);
  CloseOthers(*plan);
  plan->step = Plan::Step::kLimit;
  for (plan->limit = 0; plan->limit < plan->limits.size(); ++plan->limit) {
    const Plan::Limit& limit = plan->limits[plan->limit];
    Check(plan, Call(SYS_prlimit64, 0, limit.resource, limit.values, nullptr));
  }
  if (!plan->pid_variable.empty()) WritePid(plan);
  plan->step = Plan::Step::kUser;
  if (request.credentials.has_value()) BecomeUser(plan, *request.credentials);
  if (request.ends_with_us) Call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);  // forgotten by a new user
  plan->step = Plan::Step::kDirectory;
  if (!request.directory.empty()) Check(plan, Call(SYS_chdir, request.directory.c_str()));
  plan->step = Plan::Step::kExec;
  const uint64_t none = 0;
  Call(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kMaskBytes);
  char* const* const environment = plan->environment.data();
  long result = Call(SYS_execve, request.program.c_str(), plan->arguments.data(), environment);
  if (result == -ENOEXEC && !plan->shell_arguments.empty()) {
    char* const* const arguments = plan->shell_arguments.data();
    result = Call(SYS_execve, arguments[0], arguments, environment);
  }
  Fail(plan, result);
}

}  // namespace keelson
