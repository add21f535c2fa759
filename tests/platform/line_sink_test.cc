// The sinks with a socket, a fifo and a pseudo terminal at their other end.
#include "platform/line_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "platform/descriptor.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

Descriptor Syslogd(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  unlink(path.c_str());
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

std::string Read(int fd) {
  char bytes[8192];
  const ssize_t n = read(fd, bytes, sizeof bytes);
  return n < 0 ? "(nothing)" : std::string(bytes, n);
}

TEST(LineSink, SyslogFindsWhoeverListens) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/log";
  const std::unique_ptr<LineSink> sink = NewSyslogSink(path);
  EXPECT_FALSE(sink->Write(LogLevel::kInfo, "ntpd", "nobody hears this"));
  Descriptor first = Syslogd(path);
  EXPECT_TRUE(sink->Write(LogLevel::kInfo, "ntpd", "a\tb"));
  // <PRI>Mmm dd hh:mm:ss TAG: text
  const std::string message = Read(first.get());
  EXPECT_TRUE(message.starts_with("<30>")) << message;
  ASSERT_GT(message.size(), 20u);
  EXPECT_EQ(message.substr(19), " ntpd: a\\x09b");
  EXPECT_EQ(message[13], ':');
  first = Syslogd(path);  // a new one; the old one's socket is closed
  EXPECT_TRUE(sink->Write(LogLevel::kError, "ntpd", "again"));
  EXPECT_TRUE(Read(first.get()).starts_with("<27>"));
  first.Reset();
  EXPECT_FALSE(sink->Write(LogLevel::kError, "ntpd", "gone"));
}

TEST(LineSink, SyslogDoesNotWaitForOneThatIsBusy) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/log";
  const Descriptor syslogd = Syslogd(path);
  const std::unique_ptr<LineSink> sink = NewSyslogSink(path);
  int taken = 0;
  while (taken < 100'000 && sink->Write(LogLevel::kInfo, "t", std::string(2000, 'x'))) ++taken;
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 100'000);
  while (Read(syslogd.get()) != "(nothing)") {
  }
  EXPECT_TRUE(sink->Write(LogLevel::kInfo, "t", "room again"));
}

TEST(LineSink, KernelLogTakesShortRecords) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/kmsg";
  const std::unique_ptr<LineSink> sink = NewKernelLogSink(path);
  EXPECT_FALSE(sink->Write(LogLevel::kInfo, "t", "no such device"));
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(sink->Write(LogLevel::kInfo, "t", "nobody reads"));
  const Descriptor reader(open(path.c_str(), O_RDONLY | O_NONBLOCK));
  EXPECT_TRUE(sink->Write(LogLevel::kWarning, "getty@tty1", "hello\nthere"));
  EXPECT_EQ(Read(reader.get()), "<28>getty@tty1: hello\\x0athere\n");
  EXPECT_TRUE(sink->Write(LogLevel::kInfo, "t", std::string(4096, 'x')));
  EXPECT_LT(Read(reader.get()).size(), 1000u);
}

TEST(LineSink, ConsoleThatNobodyReadsDelaysNobody) {
  const Descriptor terminal(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
  if (!terminal.valid() || grantpt(terminal.get()) != 0 || unlockpt(terminal.get()) != 0) {
    GTEST_SKIP() << "there are no pseudo terminals here";
  }
  const std::unique_ptr<LineSink> sink = NewConsoleSink(ptsname(terminal.get()));
  EXPECT_TRUE(sink->Write(LogLevel::kInfo, "cron", "up"));
  EXPECT_NE(Read(terminal.get()).find("cron: up\r"), std::string::npos);
  int taken = 0;
  while (taken < 10'000 && sink->Write(LogLevel::kInfo, "t", std::string(1000, 'x'))) ++taken;
  EXPECT_LT(taken, 10'000);
}

}  // namespace
}  // namespace keelson
