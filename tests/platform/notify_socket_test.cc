// Messages of real senders, honest and others; then the imagined ones.
#include "platform/fake/notify_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "platform/descriptor.h"
#include "platform/fake/clock.h"
#include "platform/fake/loop.h"
#include "platform/notify_socket.h"
#include "platform/process.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

struct Message {
  Peer sender;
  std::string text;
};

class NotifySocketTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(NewLoop(&loop_).ok());
    ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
    path_ = folder_.path() + "/notify";
  }
  Error Open(const std::string& path, std::unique_ptr<NotifySocket>* socket) {
    auto hear = [this](const Peer& sender, std::string_view text) {
      heard_.push_back({sender, std::string(text)});
    };
    return OpenNotifySocket(loop_.get(), path, hear, socket);
  }
  Descriptor Connected() {
    Descriptor fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path_.c_str());
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  // In a process of its own, of another user when we may.
  template <typename Do>
  pid_t InChild(Do run) {
    pid_t child = fork();
    if (child == 0) {
      if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(100);
      _exit(run());
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    return child;
  }

  TemporaryFolder folder_;
  std::string path_;
  std::unique_ptr<Loop> loop_;
  std::vector<Message> heard_;
};

int SendWith(int fd, int type, const void* data, size_t size) {
  char text[] = "READY=1";
  iovec part = {text, 7};
  alignas(cmsghdr) char control[CMSG_SPACE(64)] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(size);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(size);
  std::memcpy(CMSG_DATA(header), data, size);
  return sendmsg(fd, &message, 0) < 0 ? errno : 0;
}

TEST_F(NotifySocketTest, HearsWhoSaidIt) {
  std::unique_ptr<NotifySocket> socket;
  ASSERT_TRUE(Open(path_, &socket).ok());
  EXPECT_EQ(socket->address(), path_);
  Descriptor fd = Connected();
  pid_t child = InChild([&] { return send(fd.get(), "READY=1\nMAINPID=1", 17, 0) == 17 ? 0 : 1; });
  socket->Poll();
  ASSERT_EQ(heard_.size(), 1u);
  EXPECT_EQ(heard_[0].text, "READY=1\nMAINPID=1");
  EXPECT_EQ(heard_[0].sender.pid, child);
  EXPECT_EQ(heard_[0].sender.uid, geteuid() == 0 ? 65534 : geteuid());
  EXPECT_EQ(heard_[0].sender.gid, geteuid() == 0 ? 65534 : getegid());
}

TEST_F(NotifySocketTest, AnotherSocketGoesOnWithTheDescriptor) {
  std::unique_ptr<NotifySocket> socket;
  ASSERT_TRUE(Open(path_, &socket).ok());
  const std::string kept = path_ + ".kept";
  const int bound = dup(socket->descriptor());
  ASSERT_EQ(link(path_.c_str(), kept.c_str()), 0);  // the first one takes its file along
  socket.reset();
  ASSERT_EQ(rename(kept.c_str(), path_.c_str()), 0);
  Descriptor fd = Connected();
  ASSERT_EQ(send(fd.get(), "READY=1", 7, 0), 7);
  auto hear = [this](const Peer& sender, std::string_view text) {
    heard_.push_back({sender, std::string(text)});
  };
  ASSERT_TRUE(OpenNotifySocket(loop_.get(), path_, hear, &socket, bound).ok());
  EXPECT_EQ(socket->descriptor(), bound);
  ASSERT_TRUE(loop_->RunOnce(0).ok());
  ASSERT_EQ(heard_.size(), 1u);
  EXPECT_EQ(heard_[0].text, "READY=1");
  EXPECT_EQ(heard_[0].sender.pid, getpid());
  socket.reset();
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(NotifySocketTest, AnotherProgramsMessageArrivesInTheLoop) {
  for (const std::string& path : {path_, "@keelson-test-" + std::to_string(getpid())}) {
    std::unique_ptr<NotifySocket> socket;
    ASSERT_TRUE(Open(path, &socket).ok());
    std::unique_ptr<Processes> processes;
    ASSERT_TRUE(NewProcesses(loop_.get(), &processes).ok());
    SpawnRequest request{.program = "/usr/bin/python3",
                         .arguments = {"python3", "-c",
                                       "import os, socket\n"
                                       "a = os.environ['NOTIFY_SOCKET']\n"
                                       "a = '\\0' + a[1:] if a[0] == '@' else a\n"
                                       "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                                       "s.connect(a)\n"
                                       "s.sendall(b'STATUS=well')\n"},
                         .environment = {"NOTIFY_SOCKET=" + socket->address()}};
    ProcessId pid;
    heard_.clear();
    Error error = processes->Spawn(request, {}, &pid);
    if (error.not_found()) GTEST_SKIP() << "no python3";
    ASSERT_TRUE(error.ok());
    while (heard_.empty()) ASSERT_TRUE(loop_->RunOnce(-1).ok());
    EXPECT_EQ(heard_[0].text, "STATUS=well");
    EXPECT_EQ(heard_[0].sender.pid, pid);
    int status;
    waitpid(pid, &status, 0);
  }
}

TEST_F(NotifySocketTest, ForgedSendersAreNotHeard) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to be somebody else";
  std::unique_ptr<NotifySocket> socket;
  ASSERT_TRUE(Open(path_, &socket).ok());
  Descriptor fd = Connected();
  InChild([&] {
    ucred root = {getppid(), 0, 0};
    ucred other = {getppid(), getuid(), getgid()};
    if (SendWith(fd.get(), SCM_CREDENTIALS, &root, sizeof(root)) != EPERM) return 1;
    return SendWith(fd.get(), SCM_CREDENTIALS, &other, sizeof(other)) == EPERM ? 0 : 2;
  });
  socket->Poll();
  EXPECT_TRUE(heard_.empty());
}

TEST_F(NotifySocketTest, DescriptorsAreClosed) {
  std::unique_ptr<NotifySocket> socket;
  ASSERT_TRUE(Open(path_, &socket).ok());
  Descriptor fd = Connected();
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]), writer(ends[1]);
  int both[3] = {writer.get(), writer.get(), writer.get()};
  ASSERT_EQ(SendWith(fd.get(), SCM_RIGHTS, both, sizeof(both)), 0);
  writer.Reset();
  socket->Poll();
  ASSERT_EQ(heard_.size(), 1u);
  EXPECT_EQ(heard_[0].text, "READY=1");
  char byte;
  EXPECT_EQ(read(reader.get(), &byte, 1), 0);  // its other end is nowhere open any more
}

TEST_F(NotifySocketTest, TooLongAndEmptyOnesAreDropped) {
  std::unique_ptr<NotifySocket> socket;
  ASSERT_TRUE(Open(path_, &socket).ok());
  Descriptor fd = Connected();
  for (size_t size : {4097, 0, 60000, 4096}) {
    std::string text(size, 'x');
    ASSERT_EQ(send(fd.get(), text.data(), size, 0), static_cast<ssize_t>(size));
  }
  socket->Poll();
  ASSERT_EQ(heard_.size(), 1u);
  EXPECT_EQ(heard_[0].text.size(), 4096u);
}

TEST_F(NotifySocketTest, AFloodIsHeardInPortions) {
  std::unique_ptr<NotifySocket> socket;
  ASSERT_TRUE(Open(path_, &socket).ok());
  Descriptor fd = Connected();
  size_t sent = 0;
  while (sent < 5000 && send(fd.get(), "X=1", 3, 0) == 3) ++sent;
  ASSERT_GT(sent, 0u);
  ASSERT_TRUE(loop_->RunOnce(-1).ok());
  EXPECT_EQ(heard_.size(), std::min<size_t>(sent, 64));
  socket->Poll();
  EXPECT_EQ(heard_.size(), sent);
}

TEST_F(NotifySocketTest, WhatIsAtThePath) {
  std::unique_ptr<NotifySocket> socket, second;
  ASSERT_TRUE(Open(path_, &socket).ok());
  EXPECT_EQ(Open(path_, &second), Error(EADDRINUSE));
  ASSERT_EQ(link(path_.c_str(), (path_ + "2").c_str()), 0);
  socket.reset();
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
  ASSERT_EQ(rename((path_ + "2").c_str(), path_.c_str()), 0);  // as after a crash
  ASSERT_TRUE(Open(path_, &socket).ok());
  // Somebody else's by then: it stays.
  ASSERT_EQ(unlink(path_.c_str()), 0);
  Descriptor file(open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  socket.reset();
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
  EXPECT_EQ(Open(path_, &socket), Error(EEXIST));
  EXPECT_EQ(Open("relative", &socket), Error(EINVAL));
  EXPECT_EQ(Open("@" + std::string(200, 'x'), &socket), Error(ENAMETOOLONG));
  EXPECT_EQ(Open("/" + std::string(200, 'x'), &socket), Error(ENAMETOOLONG));
}

TEST(FakeNotifySocket, DeliversInTheLoopOrWhenPolled) {
  FakeClock clock;
  FakeLoop loop(&clock);
  std::vector<std::string> heard;
  FakeNotifySocket socket(&loop, "/run/notify", [&](const Peer& sender, std::string_view text) {
    heard.push_back(std::to_string(sender.pid) + " " + std::string(text));
  });
  socket.Send({0, 0, 5}, "READY=1");
  EXPECT_TRUE(heard.empty());
  ASSERT_TRUE(loop.RunOnce(-1).ok());
  EXPECT_EQ(heard, std::vector<std::string>({"5 READY=1"}));
  socket.Send({0, 0, 6}, "X=1");
  socket.Poll();
  EXPECT_EQ(heard.size(), 2u);
  EXPECT_EQ(loop.timers(), 0u);
}

}  // namespace
}  // namespace keelson
