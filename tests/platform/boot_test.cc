// Beginning and end of a system, as the first process of a process name space with mounts of its
// own.
#include "platform/boot.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/linux/boot_mounts.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

std::string Mounts() {
  std::ifstream file("/proc/self/mountinfo");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool IsMounted(const std::string& path) {
  return Mounts().find(" " + path + " ") != std::string::npos;
}

class FirstProcess : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    pid_t probe = fork();
    if (probe == 0) _exit(unshare(CLONE_NEWPID | CLONE_NEWNS) == 0 ? 0 : 1);
    int status;
    ASSERT_EQ(waitpid(probe, &status, 0), probe);
    if (status != 0) GTEST_SKIP() << "no name spaces here";
  }

  // How the first process of a new name space ended: "exit N" or "signal N".
  std::string Run(const std::function<int()>& first) {
    pid_t outer = fork();
    if (outer == 0) {
      if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) _exit(200);
      if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(201);
      pid_t inner = fork();
      if (inner == 0) {
        if (getpid() != 1 || mount("proc", "/proc", "proc", 0, nullptr) != 0) _exit(202);
        _exit(first());
      }
      int status = 0;
      if (waitpid(inner, &status, 0) != inner) _exit(203);
      _exit(WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status));
    }
    int status = 0;
    EXPECT_EQ(waitpid(outer, &status, 0), outer);
    int code = WEXITSTATUS(status);
    return code > 100 && code < 200 ? "signal " + std::to_string(code - 100)
                                    : "exit " + std::to_string(code);
  }

  TemporaryFolder folder_;
};

TEST_F(FirstProcess, KnowsThatItIs) {
  EXPECT_FALSE(IsFirstProcess());
  EXPECT_EQ(EndAllProcesses(0), Error(EPERM));
  EXPECT_EQ(EndSystem(SystemEnd::kReboot), Error(EPERM));
  EXPECT_EQ(Run([] { return IsFirstProcess() ? 5 : 1; }), "exit 5");
}

TEST_F(FirstProcess, MountsWhatIsMissingAndNothingTwice) {
  std::string top = folder_.path();
  EXPECT_EQ(Run([&] {
              if (mount("tmpfs", top.c_str(), "tmpfs", 0, nullptr) != 0) return 1;
              if (chroot(top.c_str()) != 0 || chdir("/") != 0) return 2;
              std::vector<std::string> notes;
              MountSystemFolders(&notes);
              if (!notes.empty()) return 3;
              struct stat info;
              if (stat("/dev/null", &info) != 0 || !S_ISCHR(info.st_mode)) return 4;
              if (access("/proc/1/stat", R_OK) != 0 || access("/sys/kernel", R_OK) != 0) return 5;
              if (access("/dev/pts/ptmx", W_OK) != 0 || access("/dev/fd/0", F_OK) != 0) return 6;
              if (mkdir("/run/x", 0700) != 0 || mkdir("/dev/shm/x", 0700) != 0) return 7;
              std::string once = Mounts();
              MountSystemFolders(&notes);
              return notes.empty() && Mounts() == once ? 0 : 8;
            }),
            "exit 0");
}

TEST_F(FirstProcess, TellsWhatCannotBeMounted) {
  std::string top = folder_.path();
  EXPECT_EQ(Run([&] {
              if (mount("tmpfs", top.c_str(), "tmpfs", MS_RDONLY, nullptr) != 0) return 1;
              if (chroot(top.c_str()) != 0 || chdir("/") != 0) return 2;
              std::vector<std::string> notes;
              MountSystemFolders(&notes);
              return !notes.empty() && notes[0] == "/proc: Read-only file system" ? 0 : 3;
            }),
            "exit 0");
}

TEST_F(FirstProcess, EndsThoseThatObeyAndThoseThatDoNot) {
  EXPECT_EQ(Run([] {
              int ends[2];
              if (pipe(ends) != 0) return 1;
              for (int kind = 0; kind < 4; ++kind) {
                if (fork() != 0) continue;
                if (kind == 1) signal(SIGTERM, SIG_IGN);
                if (kind == 2) raise(SIGSTOP);
                if (kind == 3 && fork() != 0) _exit(0);  // an orphan
                (void)!write(ends[1], "x", 1);
                for (;;) pause();
              }
              char ready[3];
              for (int i = 0; i < 3; ++i) {
                if (read(ends[0], ready, 1) != 1) return 2;
              }
              if (!EndAllProcesses(300 * kMillisecond).ok()) return 3;
              if (kill(-1, 0) == 0 || errno != ESRCH) return 4;
              return EndAllProcesses(kSecond).ok() ? 0 : 5;  // nobody is there to be waited for
            }),
            "exit 0");
}

TEST_F(FirstProcess, WaitsNoLongerThanForTheLast) {
  EXPECT_EQ(Run([] {
              alarm(60);
              if (fork() == 0) {
                for (;;) pause();
              }
              return EndAllProcesses(1000 * kSecond).ok() ? 0 : 1;
            }),
            "exit 0");
}

TEST_F(FirstProcess, UnmountsWhatItCanAndTheRestIsReadOnly) {
  std::string top = folder_.path();
  EXPECT_EQ(Run([&] {
              std::string free = top + "/fr ee", inner = free + "/inner", busy = top + "/busy";
              for (const std::string& path : {free, inner, busy}) {
                if (mkdir(path.c_str(), 0700) != 0) return 1;
                if (mount("tmpfs", path.c_str(), "tmpfs", 0, nullptr) != 0) return 2;
              }
              int held = open(busy.c_str(), O_RDONLY | O_CLOEXEC);
              SyncAndUnmount();  // in a name space of its own: leaves mounts alone
              if (!IsMounted(busy) || !IsMounted(top + "/fr\\040ee")) return 3;
              UnmountAll(false);
              if (Mounts().find("fr\\040ee") != std::string::npos) return 4;
              if (!IsMounted(busy) || !IsMounted("/proc")) return 5;
              if (held < 0 || open((busy + "/other").c_str(), O_CREAT | O_RDWR, 0600) >= 0)
                return 6;
              return errno == EROFS ? 0 : 7;
            }),
            "exit 0");
  // Around it nothing is read-only.
  EXPECT_EQ(mkdir((folder_.path() + "/after").c_str(), 0700), 0);
}

TEST_F(FirstProcess, EndsItsNameSpace) {
  auto end = [](SystemEnd how) {
    return [how] {
      if (getpid() == 1) static_cast<void>(EndSystem(how).ok());
      return 9;
    };
  };
  std::string reboot = "signal " + std::to_string(SIGHUP);
  std::string halt = "signal " + std::to_string(SIGINT);
  EXPECT_EQ(Run(end(SystemEnd::kReboot)), reboot);
  EXPECT_EQ(Run(end(SystemEnd::kPowerOff)), halt);
  EXPECT_EQ(Run(end(SystemEnd::kHalt)), halt);
}

TEST_F(FirstProcess, CtrlAltDelIsTheWholeSystems) {
  EXPECT_EQ(Run([] {
              Error error = getpid() == 1 ? TakeCtrlAltDel() : kOk;
              return error.unsupported() ? 0 : 1;
            }),
            "exit 0");
}

TEST_F(FirstProcess, ClosedStandardDescriptorsAreOpened) {
  std::string top = folder_.path();
  EXPECT_EQ(Run([&] {
              for (int fd : {0, 2}) close(fd);
              Error error = OpenConsole();
              for (int fd : {0, 2}) {
                if (fcntl(fd, F_GETFD) < 0) return error.ok() ? 1 : 2;
              }
              // Where there is no console: /dev/null, where there is not even that: the error.
              if (mount("tmpfs", "/dev", "tmpfs", 0, nullptr) != 0) return 3;
              close(0);
              return OpenConsole() == Error(ENOENT) ? 0 : 4;
            }),
            "exit 0");
}

}  // namespace
}  // namespace keelson
