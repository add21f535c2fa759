// clone3 in our memory, some children at once, each on a stack of its own until its exec.
//
// Starting waits for the exec, whose error it tells; so that two processors have something to do
// meanwhile, several children are made before the first one is awaited. The kernel writes to a word
// of ours when a child leaves our memory. Signals are blocked meanwhile, so that no handler of ours
// runs in a child.
//
// clone3(2) puts the child into its control group as it is made. Moving it there later would cost a
// wait for every processor of the system, and whoever reads the group meanwhile would miss it. No C
// library has a call for it, so the few instructions are here; where they are not, or the system
// does not have it, vfork(2) and a write to the group do, one after the other.
//
// A child shares our table of descriptors until it has one of its own with the low ones alone. What
// it is given is therefore put into low slots before, which are ours from the beginning.
#include "platform/linux/process_start.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/linux/process_child.h"
#include "platform/linux/process_failure.h"
#include "platform/linux/process_trees.h"

namespace keelson {
namespace {

constexpr size_t kStackBytes = 64 << 10;
constexpr long kRoundNs = 20'000'000;  // what a child has before anybody looks where it is
constexpr int kMaxFrozenRounds = 50;
constexpr int kMaxRounds = 1500;          // a disk may have to wake up
constexpr size_t kGuardBytes = 64 << 10;  // a page, whatever the size of one is

// The system call; the child begins in RunChild on the new stack. Returns as the kernel does.
long Clone3(clone_args* how, ProcessPlan* plan) {
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)  // which is at a loss on other stacks
  long result = SYS_clone3;
  register void (*run)(ProcessPlan*) asm("r8") = RunChild;
  register ProcessPlan* argument asm("r9") = plan;
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
  register void (*run)(ProcessPlan*) asm("x2") = RunChild;
  register ProcessPlan* argument asm("x3") = plan;
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

pid_t Vfork(ProcessPlan* plan) {
  pid_t pid = vfork();
  if (pid == 0) RunChild(plan);
  return pid;
}

// An older kernel, or a filter that lets nothing pass that it cannot look into.
bool IsUnknownCall(int code) {
  return code == ENOSYS || code == EINVAL || code == EPERM || code == E2BIG;
}

// Bit 0 is signal 1. Past the C library, which keeps some to itself.
uint64_t IgnoredSignals() {
  uint64_t ignored = 0;
  for (int signal = 1; signal < NSIG; ++signal) {
    unsigned long action[4] = {};  // the kernel's: the handler comes first
    syscall(SYS_rt_sigaction, signal, nullptr, action, sizeof(uint64_t));
    const bool is_ignored = action[0] == reinterpret_cast<unsigned long>(SIG_IGN);
    ignored |= static_cast<uint64_t>(is_ignored) << (signal - 1);
  }
  return ignored;
}

// Whoever may write to its control group can freeze it, and the child on its way: it is thawed. One
// that does not get on for all that is killed, which reaches it frozen, too: nobody is waited for
// without end. False: it was killed.
bool AwaitExec(std::atomic<uint32_t>* is_ours, pid_t child, int tree) {
  int rounds = 0, frozen = 0;
  bool is_killed = false;
  const timespec pause = {0, kRoundNs};
  while (is_ours->load(std::memory_order_acquire) != 0) {
    const long result = syscall(SYS_futex, is_ours, FUTEX_WAIT, 1, &pause, nullptr, 0);
    if (result == 0 || errno != ETIMEDOUT) continue;
    if (tree >= 0 && ThawGroup(tree)) ++frozen;
    if (++rounds < kMaxRounds && frozen < kMaxFrozenRounds) continue;
    is_killed = true;
    kill(child, SIGKILL);
  }
  return !is_killed;
}

// vfork waits in the kernel for a child that moves itself into its group, so nobody can look after
// it: the group is to be thawed before. False: it cannot be.
bool AwaitThawed(int tree) {
  const timespec pause = {0, kRoundNs};
  for (int frozen = 0; ThawGroup(tree); ++frozen) {
    if (frozen == kMaxFrozenRounds) return false;
    nanosleep(&pause, nullptr);
  }
  return true;
}

void AwaitEnd(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Error MakeStack(char** stack) {
  if (*stack != nullptr) return kOk;
  void* memory = mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return Error::Last();
  *stack = static_cast<char*>(memory);
  return mprotect(memory, kGuardBytes, PROT_NONE) == 0 ? kOk : Error::Last();
}

}  // namespace

ProcessStarter::ProcessStarter()
    : null_(open("/dev/null", O_RDWR | O_CLOEXEC)), nothing_(open("/", O_PATH | O_CLOEXEC)) {
  for (size_t i = 0; i < kAtOnce; ++i) static_cast<void>(AddSlot());
}

ProcessStarter::~ProcessStarter() {
  for (const Place& place : places_) {
    if (place.stack != nullptr) munmap(place.stack, kGuardBytes + kStackBytes);
  }
}

Error ProcessStarter::AddSlot() {
  Descriptor slot(fcntl(nothing_.get(), F_DUPFD_CLOEXEC, 3));
  if (!slot.valid()) return Error::Last();
  slots_end_ = std::max(slots_end_, slot.get() + 1);
  slots_.push_back(std::move(slot));
  return kOk;
}

// Sources that are low enough stay where they are.
Error ProcessStarter::Stage(ProcessPlan* plan) {
  int last_source = -1, last_slot = -1;
  for (ProcessPlan::Move& move : plan->moves) {
    if (move.from < slots_end_) continue;
    if (move.from != last_source) {
      if (used_slots_ == slots_.size()) {
        if (Error error = AddSlot(); !error.ok()) return error;
      }
      last_slot = slots_[used_slots_++].get();
      last_source = move.from;
      if (dup3(move.from, last_slot, O_CLOEXEC) < 0) return Error::Last();
    }
    move.from = last_slot;
  }
  return kOk;
}

// What was in them may be the last end of a pipe.
void ProcessStarter::Unstage() {
  while (used_slots_ > 0) dup3(nothing_.get(), slots_[--used_slots_].get(), O_CLOEXEC);
}

Error ProcessStarter::Prepare(const SpawnRequest& request, Place* place) {
  ProcessPlan& plan = place->plan.emplace();
  plan.request = &request;
  if (Error error = MakeStack(&place->stack); !error.ok()) return error;
  if (Error error = MakePlan(request, &null_, &plan); !error.ok()) return error;
  if (Error error = Stage(&plan); !error.ok()) return error;
  plan.step = ProcessPlan::Step::kMake;
  return kOk;
}

pid_t ProcessStarter::Clone(Place* place) {
  ProcessPlan& plan = *place->plan;
  clone_args how = {};
  how.flags = CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID | CLONE_CLEAR_SIGHAND;
  how.exit_signal = SIGCHLD;
  how.child_tid = reinterpret_cast<uintptr_t>(&place->is_ours);
  how.stack = reinterpret_cast<uintptr_t>(place->stack) + kGuardBytes;
  how.stack_size = kStackBytes;
  if (plan.request->tree >= 0) {
    how.flags |= CLONE_INTO_CGROUP;
    how.cgroup = static_cast<unsigned>(plan.request->tree);
    plan.in_tree = true;
  }
  plan.shared_end = slots_end_;
  plan.signals = ignored_;
  place->is_ours = 1;
  const long result = Clone3(&how, &plan);
  if (result >= 0) return static_cast<pid_t>(result);
  place->is_ours = 0;
  plan.shared_end = 0;
  plan.signals = ~uint64_t{0};
  plan.in_tree = false;
  errno = static_cast<int>(-result);
  return -1;
}

pid_t ProcessStarter::Make(Place* place) {
  if (clone3_works_) {
    const pid_t child = Clone(place);
    if (child >= 0 || !IsUnknownCall(errno)) return child;
  }
  const int tree = place->plan->request->tree;
  if (tree >= 0 && !AwaitThawed(tree)) {
    errno = ETIMEDOUT;
    return -1;
  }
  const pid_t child = Vfork(&*place->plan);
  if (child >= 0) clone3_works_ = false;
  return child;
}

void ProcessStarter::RunSome(std::span<Start> starts, const std::function<void()>& meanwhile) {
  for (size_t i = 0; i < starts.size(); ++i) {
    starts[i].error = Prepare(*starts[i].request, &places_[i]);
  }
  ignored_ = IgnoredSignals();
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  for (size_t i = 0; i < starts.size(); ++i) {
    if (!starts[i].error.ok()) continue;
    starts[i].pid = Make(&places_[i]);
    if (starts[i].pid < 0) starts[i].error = Error::Last();
  }
  meanwhile();
  for (size_t i = 0; i < starts.size(); ++i) {
    const bool is_in_time = AwaitExec(&places_[i].is_ours, starts[i].pid, starts[i].request->tree);
    if (!starts[i].error.ok()) continue;
    starts[i].error = Error(places_[i].plan->failure.load(std::memory_order_acquire));
    if (!is_in_time && starts[i].error.ok()) starts[i].error = Error(ETIMEDOUT);
    if (!starts[i].error.ok()) AwaitEnd(starts[i].pid);
  }
  for (size_t i = 0; i < starts.size(); ++i) {
    if (!starts[i].error.ok()) starts[i].failed = FailedStep(*places_[i].plan, starts[i].error);
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  Unstage();
}

void ProcessStarter::Run(std::span<Start> starts, const std::function<void()>& meanwhile) {
  for (; starts.size() > kAtOnce; starts = starts.subspan(kAtOnce)) {
    RunSome(starts.first(kAtOnce), [] {});
  }
  RunSome(starts, meanwhile);
}

}  // namespace keelson
