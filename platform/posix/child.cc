// fork without exec: the program is the same, and there is nothing to be found on a disk for it.
#include "platform/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#include "platform/channel.h"

namespace keelson {
namespace {

constexpr int kChannel = 3;
constexpr int kGivesWay = 10;

void CloseFrom(int first) {
#if defined(SYS_close_range)
  if (syscall(SYS_close_range, static_cast<unsigned>(first), UINT_MAX, 0) == 0) return;
#endif
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  for (int fd = first; static_cast<rlim_t>(fd) < limit.rlim_cur; ++fd) close(fd);
}

// False: a descriptor is not what it should be.
bool KeepOnly(int channel) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return false;
  for (int fd : {0, 1, 2}) {
    if (dup2(null, fd) < 0) return false;
  }
  if (channel != kChannel && dup2(channel, kChannel) < 0) return false;
  CloseFrom(kChannel + 1);
  return fcntl(kChannel, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace

Error StartChild(const std::function<void(int channel)>& run, Descriptor* channel) {
  Descriptor ours, theirs;
  if (Error error = MakeChannel(&ours, &theirs); !error.ok()) return error;
  struct sigaction forget = {};
  forget.sa_handler = SIG_DFL;
  forget.sa_flags = SA_NOCLDWAIT;
  if (sigaction(SIGCHLD, &forget, nullptr) != 0) return Error::Last();
  const pid_t pid = fork();
  if (pid < 0) return Error::Last();
  if (pid == 0) {
    if (!KeepOnly(theirs.get())) _exit(1);
    for (int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_IGN);
    (void)setpriority(PRIO_PROCESS, 0, kGivesWay);
    run(kChannel);
    _exit(0);
  }
  *channel = std::move(ours);
  return kOk;
}

}  // namespace keelson
