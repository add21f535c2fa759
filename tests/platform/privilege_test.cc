// Giving up root, in a child that may.
#include "platform/privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace keelson {
namespace {

int InChild(int (*body)()) {
  pid_t child = fork();
  if (child == 0) _exit(body());
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DropTo, IsForGood) {
  if (EffectiveUid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(InChild([] {
              gid_t some[] = {0, 5, 6};
              if (setgroups(3, some) != 0) return 1;
              if (!DropTo(65534, 65533).ok()) return 2;
              if (geteuid() != 65534 || getuid() != 65534 || getegid() != 65533) return 3;
              if (getgroups(0, nullptr) != 0) return 4;
              if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0) return 5;
              if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 6;
              return DropTo(1, 1).ok() ? 7 : 0;
            }),
            0);
}

TEST(DropTo, RootCanBeHadBackIsAnError) {
  if (EffectiveUid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(DropTo(0, 1), Error(EINVAL));
  EXPECT_EQ(DropTo(1, 0), Error(EINVAL));
  EXPECT_EQ(InChild([] {  // somebody asked that capabilities survive a change of the uid
              if (prctl(PR_SET_SECUREBITS, 1 << 2 /* no setuid fixup */, 0, 0, 0) != 0) return 77;
              return DropTo(65534, 65533) == Error(EPERM) ? 0 : 1;
            }),
            0);
}

// Has this call fail with that number from now on; for a child.
bool Refuse(uint32_t call, uint32_t number) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | number),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {4, program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

bool CanOpen(const std::string& path, int flags = O_RDONLY) {
  return open(path.c_str(), flags, 0600) >= 0;
}

TEST(ConfineToReading, NothingElseIsReadAndNothingWritten) {
  char folder[] = "/tmp/keelson-confined-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string top = folder;
  for (const char* name : {"/a", "/b", "/a/below"}) ASSERT_EQ(mkdir((top + name).c_str(), 0755), 0);
  for (const char* name : {"/a/f", "/b/f", "/a/below/f"}) {
    ASSERT_TRUE(CanOpen(top + name, O_CREAT | O_WRONLY));
  }
  static std::string at;
  at = top;
  const int code = InChild([] {
    const int open_before = open((at + "/b/f").c_str(), O_RDWR);
    const Error error = ConfineToReading(std::vector<std::string>{at + "/a", at + "/none"});
    if (error == kUnsupported) return 77;
    if (!error.ok()) return 1;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 2;
    if (!CanOpen(at + "/a/f") || !CanOpen(at + "/a/below/f") || !CanOpen(at + "/a", O_DIRECTORY)) {
      return 3;
    }
    if (CanOpen(at + "/b/f") || errno != EACCES) return 4;
    if (CanOpen(at + "/a/f", O_WRONLY) || CanOpen(at + "/a/new", O_CREAT | O_WRONLY)) return 5;
    if (unlink((at + "/a/f").c_str()) == 0 || rename((at + "/a/f").c_str(), "/tmp/x") == 0)
      return 6;
    if (symlink("f", (at + "/a/g").c_str()) == 0 || mkdir((at + "/a/d").c_str(), 0700) == 0) {
      return 7;
    }
    if (write(open_before, "x", 1) != 1) return 8;
    if (access((at + "/b/f").c_str(), F_OK) != 0) return 9;
    execl("/bin/true", "true", nullptr);
    return errno == EACCES ? 0 : 10;
  });
  for (const char* name : {"/a/f", "/b/f", "/a/below/f"}) unlink((top + name).c_str());
  for (const char* name : {"/a/below", "/a", "/b", ""}) rmdir((top + name).c_str());
  if (code == 77) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(code, 0);
}

TEST(ConfineToReading, WithoutLandlock) {
  EXPECT_EQ(InChild([] {
              if (!Refuse(SYS_landlock_create_ruleset, ENOSYS)) return 1;
              if (ConfineToReading({}) != kUnsupported) return 2;
              if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 3;
              return CanOpen("/etc/passwd") ? 0 : 4;
            }),
            0);
  EXPECT_EQ(InChild([] {  // it is there and switched off
              if (!Refuse(SYS_landlock_create_ruleset, EOPNOTSUPP)) return 1;
              return ConfineToReading({}) == kUnsupported ? 0 : 2;
            }),
            0);
  EXPECT_EQ(InChild([] {
              if (!Refuse(SYS_landlock_restrict_self, E2BIG)) return 1;
              const Error error = ConfineToReading({});
              return error == kUnsupported ? 77 : error == Error(E2BIG) ? 77 : 2;
            }),
            77);
}

TEST(EnterEmptyRoot, NothingIsThereAndNothingCanBeMade) {
  if (EffectiveUid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(InChild([] {
              if (!EnterEmptyRoot().ok()) return 1;
              if (access("/etc", F_OK) == 0 || access("/tmp", F_OK) == 0) return 2;
              if (open("/x", O_CREAT | O_WRONLY, 0600) >= 0 || open("x", O_CREAT, 0600) >= 0)
                return 3;
              return access("../../../../etc", F_OK) == 0 ? 4 : 0;
            }),
            0);
}

TEST(RaiseDescriptorLimit, ReachesTheHardLimit) {
  EXPECT_EQ(InChild([] {
              rlimit limit{.rlim_cur = 20, .rlim_max = 64};
              if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
              uint64_t now = 0;
              if (!RaiseDescriptorLimit(&now).ok() || now != 64) return 2;
              if (!RaiseDescriptorLimit(&now).ok() || now != 64) return 3;
              return fcntl(2, F_DUPFD, 50) == 50 ? 0 : 4;
            }),
            0);
}

TEST(HasDescriptorsLeft, UntilTheLimit) {
  EXPECT_EQ(InChild([] {
              const int next = fcntl(2, F_DUPFD, 3);
              rlimit limit{.rlim_cur = static_cast<rlim_t>(next) + 4, .rlim_max = 64};
              if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
              if (!HasDescriptorsLeft(3) || HasDescriptorsLeft(4)) return 2;
              while (fcntl(2, F_DUPFD, 3) >= 0) {
              }
              return HasDescriptorsLeft(0) ? 3 : 0;
            }),
            0);
}

}  // namespace
}  // namespace keelson
