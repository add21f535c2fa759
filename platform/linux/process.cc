// Hearing of the end of processes; process_start.cc begins them.
//
// Before orphans are adopted every child has its pidfd in the loop, because other children of this
// process are not ours to reap. From then on all are: SIGCHLD is enough, and a child costs neither
// a descriptor nor three calls. What is followed and no child has a pidfd in any case.
//
// A child is not reaped before it is known to have ended, so its number stays its own until then,
// and kill(2) by number cannot meet a stranger. Whoever is no child is signalled by its pidfd.
#include "platform/process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>
#include <vector>

#include "platform/descriptor.h"
#include "platform/linux/process_start.h"

namespace keelson {
namespace {

constexpr int kReapedAtOnce = 256;
constexpr unsigned kSignalGroup = 1 << 2;  // of pidfd_send_signal

// Of a child of ours that has ended, without reaping it; 0: none. pid 0: any.
pid_t EndedChild(pid_t pid, bool* is_child) {
  siginfo_t info = {};
  int flags = WEXITED | WNOHANG | WNOWAIT;
  *is_child = waitid(pid == 0 ? P_ALL : P_PID, static_cast<id_t>(pid), &info, flags) == 0;
  return *is_child ? info.si_pid : 0;
}

class LinuxProcesses : public Processes {
 public:
  explicit LinuxProcesses(Loop* loop) : loop_(loop) {}
  ~LinuxProcesses() override;

  Error Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
              ProcessId* pid) override;
  void SpawnAll(std::span<Spawning> all, const std::function<void()>& meanwhile) override;
  Error Signal(ProcessId pid, int signal, bool whole_group) override;
  Error AdoptOrphans(std::function<void()> on_end) override;
  Error Follow(ProcessId pid, std::function<void(ProcessExit)> on_exit) override;

 private:
  struct Process {
    Descriptor pidfd;  // none: SIGCHLD tells of it
    std::function<void(ProcessExit)> on_exit;
  };

  Error Attend(pid_t child, std::function<void(ProcessExit)> on_exit);
  Error WatchPidfd(pid_t pid, Descriptor* pidfd);
  void GiveUp(pid_t pid);
  void End(pid_t pid);
  void ReapSome();

  Loop* const loop_;
  ProcessStarter starter_;
  std::unordered_map<pid_t, Process> processes_;
  bool adopting_ = false;
  std::function<void()> on_orphans_end_;
  Loop::TimerId more_to_reap_ = 0;
};

LinuxProcesses::~LinuxProcesses() {
  for (auto& [pid, process] : processes_) loop_->ForgetFd(process.pidfd.get());
  loop_->CancelTimer(more_to_reap_);
  if (!adopting_) return;
  prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
  static_cast<void>(loop_->OnSignal(SIGCHLD, [] {}));
}

Error LinuxProcesses::Spawn(const SpawnRequest& request, std::function<void(ProcessExit)> on_exit,
                            ProcessId* pid) {
  ProcessStarter::Start start{&request};
  starter_.Run({&start, 1}, [] {});
  if (!start.error.ok()) return start.error;
  *pid = start.pid;
  return Attend(start.pid, std::move(on_exit));
}

void LinuxProcesses::SpawnAll(std::span<Spawning> all, const std::function<void()>& meanwhile) {
  std::vector<ProcessStarter::Start> starts;
  starts.reserve(all.size());
  for (const Spawning& one : all) starts.push_back({&one.request});
  starter_.Run(starts, meanwhile);
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].error = starts[i].error;
    all[i].failed = std::move(starts[i].failed);
    if (!all[i].error.ok()) continue;
    all[i].pid = starts[i].pid;
    all[i].error = Attend(all[i].pid, std::move(all[i].on_exit));
  }
}

// A child that has just begun. On an error it is gone: nobody would hear of its end.
Error LinuxProcesses::Attend(pid_t child, std::function<void(ProcessExit)> on_exit) {
  Process process{Descriptor(), std::move(on_exit)};
  Error error = adopting_ ? kOk : WatchPidfd(child, &process.pidfd);
  if (!error.ok()) {
    kill(-child, SIGKILL);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return error;
  }
  GiveUp(child);
  processes_[child] = std::move(process);
  return kOk;
}

// One that was followed, has ended unheard of as yet, and whose number another one has now.
void LinuxProcesses::GiveUp(pid_t pid) {
  auto node = processes_.extract(pid);
  if (node.empty()) return;
  loop_->ForgetFd(node.mapped().pidfd.get());
  if (!node.mapped().on_exit) return;
  loop_->StartTimer(0, [pid, on_exit = std::move(node.mapped().on_exit)] {
    on_exit({false, -1, pid});
  });
}

Error LinuxProcesses::WatchPidfd(pid_t pid, Descriptor* pidfd) {
  pidfd->Reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));  // closed by exec, always
  if (!pidfd->valid()) return Error::Last();
  return loop_->WatchFd(pidfd->get(), kReadable, [this, pid](unsigned) { End(pid); });
}

Error LinuxProcesses::Follow(ProcessId pid, std::function<void(ProcessExit)> on_exit) {
  if (pid <= 0) return Error(ESRCH);
  if (processes_.contains(pid)) return Error(EEXIST);
  Process process{Descriptor(), std::move(on_exit)};
  bool is_child;
  EndedChild(pid, &is_child);
  if (!adopting_ || !is_child) {
    if (Error error = WatchPidfd(pid, &process.pidfd); !error.ok()) return error;
  }
  processes_[pid] = std::move(process);
  return kOk;
}

// REQUIRES: it has ended, whoever's child it is.
void LinuxProcesses::End(pid_t pid) {
  auto found = processes_.find(pid);
  if (found == processes_.end()) return;
  int status = 0;
  pid_t reaped = waitpid(pid, &status, WNOHANG);
  if (reaped == 0) return;
  ProcessExit exit{false, -1, pid};
  if (reaped == pid) {
    exit.signaled = WIFSIGNALED(status);
    exit.value = exit.signaled ? WTERMSIG(status) : WEXITSTATUS(status);
  }
  Process process = std::move(found->second);
  processes_.erase(found);
  if (process.pidfd.valid()) loop_->ForgetFd(process.pidfd.get());
  process.pidfd.Reset();
  if (process.on_exit) process.on_exit(exit);
}

Error LinuxProcesses::AdoptOrphans(std::function<void()> on_end) {
  if (adopting_) return Error(EALREADY);
  // The first process of a system or name space gets them in any case.
  if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return Error::Last();
  if (Error error = loop_->OnSignal(SIGCHLD, [this] { ReapSome(); }); !error.ok()) return error;
  adopting_ = true;
  on_orphans_end_ = std::move(on_end);
  // What ended until now told nobody. In the loop, so that the caller can follow it before.
  more_to_reap_ = loop_->StartTimer(0, [this] { ReapSome(); });
  return kOk;
}

// Some at a time, so that somebody who makes orphans in masses does not keep the loop.
void LinuxProcesses::ReapSome() {
  loop_->CancelTimer(more_to_reap_);
  bool orphans = false;
  int left = kReapedAtOnce;
  bool any;
  for (pid_t pid; left > 0 && (pid = EndedChild(0, &any)) > 0; --left) {
    if (processes_.contains(pid)) {
      End(pid);
    } else {
      orphans |= waitpid(pid, nullptr, WNOHANG) == pid;
    }
  }
  if (left == 0) more_to_reap_ = loop_->StartTimer(0, [this] { ReapSome(); });
  if (orphans && on_orphans_end_) on_orphans_end_();
}

Error LinuxProcesses::Signal(ProcessId pid, int signal, bool whole_group) {
  auto found = processes_.find(pid);
  if (found == processes_.end()) return Error(ESRCH);
  bool is_child = true;
  if (found->second.pidfd.valid()) EndedChild(pid, &is_child);
  if (is_child) return kill(whole_group ? -pid : pid, signal) == 0 ? kOk : Error::Last();
  int pidfd = found->second.pidfd.get();
  if (syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, whole_group ? kSignalGroup : 0) == 0) {
    return kOk;
  }
  if (!whole_group || errno != EINVAL) return Error::Last();
  // An older kernel, that knows no groups here: its number is its own as long as it lives.
  if (syscall(SYS_pidfd_send_signal, pidfd, 0, nullptr, 0) != 0) return Error::Last();
  return kill(-pid, signal) == 0 ? kOk : Error::Last();
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
