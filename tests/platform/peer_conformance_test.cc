// What Peers tells, from the system and from the fake.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/fake/peer.h"
#include "platform/peer.h"

namespace keelson {
namespace {

// A socket whose peer we are, and processes of a given name.
class PeerBed {
 public:
  virtual ~PeerBed() = default;
  virtual Peers* peers() = 0;
  virtual int ConnectedSocket() = 0;
  virtual int32_t StartProcess(const char* name) = 0;
  virtual void EndProcess(int32_t pid) = 0;
};

class SystemBed : public PeerBed {
 public:
  Peers* peers() override { return SystemPeers(); }
  int ConnectedSocket() override {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_.Reset(ends[0]);
    theirs_.Reset(ends[1]);
    return ends[0];
  }
  int32_t StartProcess(const char* name) override {
    int ready[2];
    EXPECT_EQ(pipe2(ready, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_NAME, name, 0, 0, 0);
      close(ready[1]);
      for (;;) pause();
    }
    close(ready[1]);
    // The child's copy is closed after it has its name.
    char byte;
    EXPECT_EQ(read(ready[0], &byte, 1), 0);
    close(ready[0]);
    return pid;
  }
  void EndProcess(int32_t pid) override {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }

 private:
  Descriptor ours_;
  Descriptor theirs_;
};

class FakeBed : public PeerBed {
 public:
  Peers* peers() override { return &peers_; }
  int ConnectedSocket() override {
    peers_.SetSocket(7, {geteuid(), getegid(), getpid()});
    return 7;
  }
  int32_t StartProcess(const char* name) override {
    peers_.SetProcess(++pid_, {name, SystemClock()->MonotonicNs()});
    return pid_;
  }
  void EndProcess(int32_t pid) override { peers_.RemoveProcess(pid); }

 private:
  FakePeers peers_;
  int32_t pid_ = 100;
};

struct Kind {
  const char* name;
  std::unique_ptr<PeerBed> (*make)();
};

class PeerConformance : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<PeerBed> bed_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(
    Both, PeerConformance,
    testing::Values(Kind{"System", [] { return std::unique_ptr<PeerBed>(new SystemBed); }},
                    Kind{"Fake", [] { return std::unique_ptr<PeerBed>(new FakeBed); }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(PeerConformance, OfSocket) {
  Peer peer;
  ASSERT_TRUE(bed_->peers()->OfSocket(bed_->ConnectedSocket(), &peer).ok());
  EXPECT_EQ(peer.uid, geteuid());
  EXPECT_EQ(peer.gid, getegid());
  EXPECT_EQ(peer.pid, getpid());
  EXPECT_EQ(bed_->peers()->OfSocket(12345, &peer), Error(EBADF));
}

TEST_P(PeerConformance, OfProcess) {
  for (const char* name : {"plain", "a) b (c 1 2", "", ")"}) {
    int32_t pid = bed_->StartProcess(name);
    ProcessFacts facts;
    Error error = bed_->peers()->OfProcess(pid, &facts);
    ProcessFacts again;
    Error second = bed_->peers()->OfProcess(pid, &again);
    bed_->EndProcess(pid);
    ASSERT_TRUE(error.ok() && second.ok());
    EXPECT_EQ(facts.name, name);
    EXPECT_GT(facts.started_ns, 0);
    EXPECT_EQ(facts.started_ns, again.started_ns);
    EXPECT_EQ(bed_->peers()->OfProcess(pid, &facts), Error(ESRCH));
  }
  ProcessFacts facts;
  EXPECT_EQ(bed_->peers()->OfProcess(0, &facts), Error(ESRCH));
  EXPECT_EQ(bed_->peers()->OfProcess(-1, &facts), Error(ESRCH));
}

}  // namespace
}  // namespace keelson
