// Giving up root, in a child that may.
#include "platform/privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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
