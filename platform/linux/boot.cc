// mount, reboot and kill(-1), as the first process does them.
//
// In a process name space of its own the way down touches no mount: they may be the ones of the
// system around it, and go by themselves with a mount name space that nobody uses any more.
#include "platform/boot.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/clock.h"
#include "platform/linux/boot_mounts.h"

namespace keelson {
namespace {

constexpr ino_t kInitialPidNameSpace = 0xEFFFFFFC;  // PROC_PID_INIT_INO
constexpr int64_t kKillPatience = 10 * kSecond;
constexpr int64_t kLook = 100 * kMillisecond;

struct SystemFolder {
  const char* path;
  const char* type;
  unsigned long flags;
  const char* options;
};
constexpr SystemFolder kFolders[] = {
    {"/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"/dev", "devtmpfs", MS_NOSUID, "mode=755"},
    {"/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666"},
    {"/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"},
};

struct Link {
  const char* path;
  const char* to;
};
constexpr Link kLinks[] = {
    {"/dev/fd", "/proc/self/fd"},
    {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"},
    {"/dev/stderr", "/proc/self/fd/2"},
};

// Something is mounted there: another file system than around it, or its own top.
bool IsMountPoint(const std::string& path) {
  struct stat here, above;
  if (stat(path.c_str(), &here) != 0 || stat((path + "/..").c_str(), &above) != 0) return false;
  return here.st_dev != above.st_dev || here.st_ino == above.st_ino;
}

void Note(std::vector<std::string>* notes, const char* path) {
  Error error = Error::Last();
  notes->push_back(std::string(path) + ": " + error.Text());
}

bool IsWholeSystem() {
  struct stat info;
  return stat("/proc/self/ns/pid", &info) == 0 && info.st_ino == kInitialPidNameSpace;
}

// Reaps until nothing is left or it is time. False: something is left.
bool ReapAll(int64_t until_ns) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  for (;;) {
    pid_t reaped;
    do {
      reaped = waitpid(-1, nullptr, WNOHANG);
    } while (reaped > 0);
    if (reaped < 0 && errno == ECHILD) return true;
    int64_t left = until_ns - SystemClock()->MonotonicNs();
    if (left <= 0) return false;
    left = std::min(left, kLook);
    timespec pause = {0, static_cast<long>(left)};
    sigtimedwait(&ends, nullptr, &pause);
  }
}

// Closed, or only kept from being taken (HoldStandardDescriptors).
bool IsVacant(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags < 0 || (flags & O_PATH) != 0;
}

}  // namespace

bool IsFirstProcess() { return getpid() == 1; }

void MountSystemFolders(std::vector<std::string>* notes) {
  for (const SystemFolder& folder : kFolders) {
    if (mkdir(folder.path, 0755) != 0 && errno != EEXIST) {
      Note(notes, folder.path);
      continue;
    }
    if (IsMountPoint(folder.path)) continue;
    const char* source = folder.type;
    if (mount(source, folder.path, folder.type, folder.flags, folder.options) != 0) {
      Note(notes, folder.path);
    }
  }
  for (const Link& link : kLinks) {
    if (symlink(link.to, link.path) != 0 && errno != EEXIST) Note(notes, link.path);
  }
}

// Opening one waits for a carrier, unless it is told not to.
Error OpenConsole() {
  Error error;
  for (int fd = 0; fd <= 2; ++fd) {
    if (!IsVacant(fd)) continue;
    close(fd);
    int opened = open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (opened >= 0) {
      fcntl(opened, F_SETFL, O_RDWR);
    } else {
      error = Error::Last();
      opened = open("/dev/null", O_RDWR);
    }
    if (opened < 0) return error;
  }
  return error;
}

Error TakeCtrlAltDel() {
  if (reboot(RB_DISABLE_CAD) == 0) return kOk;
  return errno == EINVAL ? kUnsupported : Error::Last();
}

Error EndAllProcesses(int64_t grace_ns) {
  if (!IsFirstProcess()) return Error(EPERM);
  sigset_t ends, before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, &before);
  kill(-1, SIGTERM);
  kill(-1, SIGCONT);  // whoever was stopped could not end
  bool all = ReapAll(SystemClock()->MonotonicNs() + grace_ns);
  if (!all) {
    kill(-1, SIGKILL);
    all = ReapAll(SystemClock()->MonotonicNs() + kKillPatience);
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return all ? kOk : Error(ETIMEDOUT);
}

void SyncAndUnmount() {
  sync();
  if (!IsFirstProcess() || !IsWholeSystem()) return;
  UnmountAll(true);
  sync();
}

Error EndSystem(SystemEnd how) {
  constexpr unsigned kHow[] = {RB_HALT_SYSTEM, RB_POWER_OFF, RB_AUTOBOOT};
  if (!IsFirstProcess()) return Error(EPERM);
  reboot(static_cast<int>(kHow[static_cast<int>(how)]));
  return Error::Last();
}

}  // namespace keelson
