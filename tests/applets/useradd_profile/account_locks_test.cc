// Against libc's lckpwdf(3) and shadow's own tools, in a root of the test's own.
#include "applets/useradd_profile/account_locks.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <shadow.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "platform/clock.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

class AccountLocksTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mkdir((folder_.path() + "/etc").c_str(), 0755), 0);
    ASSERT_TRUE(OpenRoot(folder_.path(), &root_).ok());
  }
  Error Take(AccountLocks* locks, int64_t deadline_ns = 0) {
    return AccountLocks::Take(*root_, AccountSystem::kLinux, deadline_ns, locks, &path_);
  }
  std::string at(const std::string& name) const { return folder_.path() + "/etc/" + name; }

  TemporaryFolder folder_;
  std::unique_ptr<Root> root_;
  std::string path_;
};

TEST_F(AccountLocksTest, TakesAllAndGivesThemBack) {
  std::ofstream(at("subuid")) << "";
  {
    AccountLocks locks;
    ASSERT_TRUE(Take(&locks).ok()) << path_;
    for (const char* name :
         {"passwd.lock", "group.lock", "gshadow.lock", "shadow.lock", "subuid.lock", ".pwd.lock"}) {
      EXPECT_EQ(access(at(name).c_str(), F_OK), 0) << name;
    }
    EXPECT_NE(access(at("subgid.lock").c_str(), F_OK), 0);
    AccountLocks second;
    EXPECT_EQ(Take(&second), Error(EAGAIN));
  }
  EXPECT_NE(access(at("passwd.lock").c_str(), F_OK), 0);
  AccountLocks again;
  EXPECT_TRUE(Take(&again).ok());
}

TEST_F(AccountLocksTest, EachLockOfOthersKeepsUsOut) {
  for (const char* name : {"passwd.lock", "group.lock", "gshadow.lock", "shadow.lock"}) {
    std::ofstream(at(name)) << getppid() << '\0';
    AccountLocks locks;
    EXPECT_EQ(Take(&locks), Error(EAGAIN)) << name;
    EXPECT_EQ(path_, std::string("/etc/") + name);
    ASSERT_EQ(unlink(at(name).c_str()), 0);
  }
  AccountLocks locks;
  EXPECT_TRUE(Take(&locks).ok());
}

TEST_F(AccountLocksTest, LinksAreNotFollowedOutOfTheRoot) {
  ASSERT_EQ(symlink("/outside", at(".pwd.lock").c_str()), 0);
  AccountLocks locks;
  EXPECT_EQ(Take(&locks), Error(ELOOP));
  EXPECT_EQ(path_, "/etc/.pwd.lock");
}

// A child that is below the root and holds libc's lock until it is told.
TEST_F(AccountLocksTest, LibcsLockKeepsUsOut) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root for chroot";
  int held[2], go[2];
  ASSERT_TRUE(pipe(held) == 0 && pipe(go) == 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    if (chroot(folder_.path().c_str()) != 0 || lckpwdf() != 0) _exit(1);
    if (write(held[1], "h", 1) != 1 || read(go[0], &byte, 1) != 1) _exit(2);
    _exit(ulckpwdf() == 0 ? 0 : 3);
  }
  close(held[1]);
  char byte;
  ASSERT_EQ(read(held[0], &byte, 1), 1);
  AccountLocks locks;
  EXPECT_EQ(Take(&locks), Error(EAGAIN));
  EXPECT_EQ(path_, "/etc/.pwd.lock");
  EXPECT_EQ(write(go[1], "g", 1), 1);
  EXPECT_TRUE(Take(&locks, SystemClock()->MonotonicNs() + 60 * kSecond).ok());
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (int fd : {held[0], go[0], go[1]}) close(fd);
}

// True when the system's list says that the process waits for a lock; false after a while.
bool WaitsForLock(pid_t pid) {
  const int64_t deadline = SystemClock()->MonotonicNs() + 5 * kSecond;
  while (SystemClock()->MonotonicNs() < deadline) {
    std::ifstream list("/proc/locks");
    for (std::string line; std::getline(list, line);) {
      if (line.find("->") != line.npos && line.find(" " + std::to_string(pid) + " ") != line.npos)
        return true;
    }
    usleep(2000);
  }
  return false;
}

TEST_F(AccountLocksTest, OursKeepsLibcsOut) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root for chroot";
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  auto* released = new (page) std::atomic<bool>(false);
  auto locks = std::make_unique<AccountLocks>();
  ASSERT_TRUE(Take(locks.get()).ok());
  const pid_t child = fork();
  if (child == 0) {
    if (chroot(folder_.path().c_str()) != 0 || lckpwdf() != 0) _exit(1);
    _exit(released->load() ? 0 : 2);
  }
  if (!WaitsForLock(child)) ADD_FAILURE() << "the child was not seen waiting";
  released->store(true);
  locks.reset();
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  munmap(page, 4096);
}

// Reads until useradd's file passwd.PID is gone again, which is a try that failed.
bool SeeOneTry(int watch) {
  alignas(inotify_event) char buffer[4096];
  pollfd ready{watch, POLLIN, 0};
  while (poll(&ready, 1, 60'000) == 1) {
    const ssize_t n = read(watch, buffer, sizeof buffer);
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      const std::string_view name = event->len == 0 ? "" : event->name;
      if (name.starts_with("passwd.") && name != "passwd.lock") return true;
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
  }
  return false;
}

// useradd --prefix takes the *.lock files of the prefix and, by libc, .pwd.lock of /etc: the latter
// is a copy of ours, in a mount name space of its own. It tries again every second.
TEST_F(AccountLocksTest, OursKeepUseraddOut) {
  if (std::system("command -v useradd >/dev/null && unshare -m true") != 0)
    GTEST_SKIP() << "needs useradd and a mount name space";
  for (const char* name : {"passwd", "group", "shadow", "gshadow"}) std::ofstream(at(name)) << "";
  const std::string copy = folder_.path() + "/copy";
  const std::string script = "cp -a /etc " + copy + "; mount --bind " + copy +
                             " /etc; exec useradd --prefix " + folder_.path() + " -M someone";
  auto locks = std::make_unique<AccountLocks>();
  ASSERT_TRUE(Take(locks.get()).ok()) << path_;
  const int watch = inotify_init1(IN_CLOEXEC);
  ASSERT_GE(inotify_add_watch(watch, at("").c_str(), IN_DELETE), 0);
  const pid_t child = fork();
  if (child == 0) {
    execlp("unshare", "unshare", "-m", "sh", "-ec", script.c_str(), nullptr);
    _exit(1);
  }
  EXPECT_TRUE(SeeOneTry(watch));
  close(watch);
  for (const char* name : {"passwd", "group", "shadow", "gshadow"}) {
    std::ifstream file(at(name));
    EXPECT_EQ(file.peek(), EOF) << name;
  }
  locks.reset();
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  std::string line;
  std::ifstream file(at("passwd"));
  EXPECT_TRUE(std::getline(file, line) && line.starts_with("someone:x:")) << line;
}

TEST(AccountLocks, OnBsd) {
  FakeClock clock;
  FakeTree tree(&clock);
  tree.PutDirectory("/etc");
  std::unique_ptr<Root> root = tree.NewRoot();
  std::string path;
  const auto take = [&](AccountLocks* locks) {
    return AccountLocks::Take(*root, AccountSystem::kNetbsd, 0, locks, &path);
  };
  {
    AccountLocks first, second;
    EXPECT_TRUE(take(&first).ok());
    EXPECT_EQ(take(&second), Error(EAGAIN));
  }
  EXPECT_EQ(tree.Get("/etc/master.passwd"), "(none)");
  tree.Put("/etc/master.passwd", "root:*:0:0::0:0:::\n");
  AccountLocks first, second;
  EXPECT_TRUE(take(&first).ok());
  EXPECT_EQ(take(&second), Error(EAGAIN));
  EXPECT_EQ(path, "/etc/master.passwd");
}

TEST(AccountLocks, NoEtc) {
  FakeClock clock;
  FakeTree tree(&clock);
  std::unique_ptr<Root> root = tree.NewRoot();
  AccountLocks locks;
  std::string path;
  EXPECT_EQ(AccountLocks::Take(*root, AccountSystem::kLinux, 0, &locks, &path), Error(ENOENT));
  EXPECT_EQ(path, "/etc");
}

}  // namespace
}  // namespace keelson
