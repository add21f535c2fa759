// The protocols towards a manager, seen from the manager's side.
#include "platform/readiness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "platform/descriptor.h"

namespace keelson {
namespace {

Descriptor BoundDatagramSocket(const std::string& path) {
  Descriptor fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address),
                 offsetof(sockaddr_un, sun_path) + path.size()),
            0);
  return fd;
}

TEST(NotifyManager, SendsOneDatagram) {
  std::string file = "/tmp/keelson-notify-" + std::to_string(getpid());
  for (const std::string& path : {file, "@" + file}) {
    Descriptor manager = BoundDatagramSocket(path);
    ASSERT_EQ(setenv("NOTIFY_SOCKET", path.c_str(), 1), 0);
    EXPECT_TRUE(NotifyManager("READY=1").ok());
    char buffer[100];
    ssize_t n = recv(manager.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    ASSERT_GT(n, 0) << path;
    EXPECT_EQ(std::string(buffer, n), "READY=1");
  }
  unlink(file.c_str());
}

TEST(NotifyManager, BadAddresses) {
  struct {
    const char* name;
    std::string value;
    Error expected;
  } cases[] = {
      {"empty", "", kOk},
      {"relative", "run/notify", Error(EAFNOSUPPORT)},
      {"nobody", "/nonexistent/notify", Error(ENOENT)},
      {"too long", "/" + std::string(200, 'x'), Error(ENAMETOOLONG)},
      {"relative and too long", std::string(200, 'x'), Error(ENAMETOOLONG)},
  };
  for (const auto& c : cases) {
    ASSERT_EQ(setenv("NOTIFY_SOCKET", c.value.c_str(), 1), 0);
    EXPECT_EQ(NotifyManager("READY=1"), c.expected) << c.name;
  }
  unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(NotifyManager("READY=1").ok());
}

TEST(NotifyDescriptor, WritesANewlineAndCloses) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]);
  EXPECT_TRUE(NotifyDescriptor(ends[1]).ok());
  char buffer[10];
  EXPECT_EQ(read(reader.get(), buffer, sizeof(buffer)), 1);
  EXPECT_EQ(buffer[0], '\n');
  EXPECT_EQ(read(reader.get(), buffer, sizeof(buffer)), 0);
  EXPECT_EQ(NotifyDescriptor(ends[1]), Error(EBADF));
}

// Runs `child` after Daemonize; what the daemon writes goes into *written. Returns the exit status
// that whoever started it sees.
int RunDaemon(void (*child)(int report), std::string* written) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  pid_t starter = fork();
  if (starter == 0) {
    if (!Daemonize().ok()) _exit(99);
    child(writer.get());
    _exit(0);
  }
  writer.Reset();
  int status;
  waitpid(starter, &status, 0);
  char buffer[100];
  for (ssize_t n; (n = read(reader.get(), buffer, sizeof(buffer))) > 0;) written->append(buffer, n);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Daemonize, ParentLeavesWhenTheChildIsReady) {
  std::string written;
  int status = RunDaemon(
      [](int report) {
        bool leader = getsid(0) == getpid();
        DaemonReady();
        char target[100];
        ssize_t n = readlink("/proc/self/fd/2", target, sizeof(target));
        if (leader && n > 0 && write(report, target, n) < 0) _exit(1);
        DaemonReady();  // a second time does nothing
      },
      &written);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(written, "/dev/null");
}

TEST(Daemonize, ParentTellsWhenTheChildDiesFirst) {
  std::string written;
  EXPECT_EQ(RunDaemon([](int) { _exit(0); }, &written), 111);
  EXPECT_EQ(RunDaemon([](int) { kill(getpid(), SIGKILL); }, &written), 111);
}

}  // namespace
}  // namespace keelson
