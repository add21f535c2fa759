// The three lock protocols, on the running system and in the fake tree; then against the programs
// they are for.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <shadow.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

#include "platform/descriptor.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"
#include "platform/lock.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

int64_t Now() { return SystemClock()->MonotonicNs(); }

// A pid that nobody has: that of a child that is gone.
pid_t DeadPid() {
  pid_t pid = fork();
  if (pid == 0) _exit(0);
  waitpid(pid, nullptr, 0);
  return pid;
}

struct Case {
  std::string bed;
  LockKind kind;
  std::string name;
};

class LockConformance : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (GetParam().bed == "Fake") {
      top_ = tree_.Top();
    } else {
      ASSERT_TRUE(OpenRoot(folder_.path(), &root_).ok());
      ASSERT_TRUE(root_->OpenDirectory("/", &top_).ok());
    }
  }
  Error Take(std::unique_ptr<Lock>* lock, int64_t patience = 0) {
    return TakeLock(*top_, "passwd.lock", GetParam().kind, patience == 0 ? 0 : Now() + patience,
                    lock);
  }
  void Put(std::string_view name, std::string_view bytes) {
    std::unique_ptr<OutputFile> file;
    ASSERT_TRUE(top_->Create(name, 0600, &file).ok());
    ASSERT_TRUE(file->Write(bytes).ok());
  }

  TemporaryFolder folder_;
  std::unique_ptr<Root> root_;
  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Directory> top_;
};

INSTANTIATE_TEST_SUITE_P(All, LockConformance,
                         testing::Values(Case{"System", LockKind::kRecord, "Record"},
                                         Case{"System", LockKind::kWhole, "Whole"},
                                         Case{"System", LockKind::kPidLink, "PidLink"},
                                         Case{"Fake", LockKind::kRecord, "Record"},
                                         Case{"Fake", LockKind::kWhole, "Whole"},
                                         Case{"Fake", LockKind::kPidLink, "PidLink"}),
                         [](const auto& info) { return info.param.bed + info.param.name; });

TEST_P(LockConformance, ExcludesAndIsReleased) {
  std::unique_ptr<Lock> first, second;
  ASSERT_TRUE(Take(&first).ok());
  FileInfo info;
  ASSERT_TRUE(top_->Stat("passwd.lock", &info).ok());
  EXPECT_EQ(info.mode, 0600u);
  EXPECT_EQ(Take(&second), Error(EAGAIN));
  int64_t before = Now();
  EXPECT_EQ(Take(&second, 3 * kMillisecond), Error(EAGAIN));
  EXPECT_GE(Now(), before + 3 * kMillisecond);
  first.reset();
  ASSERT_TRUE(Take(&second).ok());
}

TEST_P(LockConformance, WaitsUntilItIsFree) {
  std::unique_ptr<Lock> first, second;
  ASSERT_TRUE(Take(&first).ok());
  std::thread other([&] {
    std::unique_ptr<Lock> busy;
    EXPECT_EQ(Take(&busy), Error(EAGAIN));
    first.reset();
  });
  EXPECT_TRUE(Take(&second, 60 * kSecond).ok());
  other.join();
}

TEST_P(LockConformance, FailuresAreNotWaitedFor) {
  ASSERT_TRUE(top_->MakeDirectory("passwd.lock", 0700).ok());
  std::unique_ptr<Lock> lock;
  if (GetParam().kind != LockKind::kPidLink) {
    EXPECT_EQ(Take(&lock, 60 * kSecond), Error(EISDIR));
  }
  EXPECT_EQ(TakeLock(*top_, "a/b", GetParam().kind, Now() + 60 * kSecond, &lock), Error(EINVAL));
  ASSERT_TRUE(top_->MakeSymlink("elsewhere", "link").ok());
  if (GetParam().kind != LockKind::kPidLink) {
    EXPECT_EQ(TakeLock(*top_, "link", GetParam().kind, 0, &lock), Error(ELOOP));
  }
}

TEST_P(LockConformance, PidLinkFollowsShadowsProtocol) {
  if (GetParam().kind != LockKind::kPidLink) return;
  struct {
    const char* name;
    std::string bytes;
    Error expected;
  } cases[] = {
      {"dead, as shadow writes it", std::to_string(DeadPid()) + std::string(1, '\0'), kOk},
      {"dead, with a newline", std::to_string(DeadPid()) + "\n", kOk},
      {"alive", std::to_string(getppid()), Error(EAGAIN)},
      {"ourselves", std::to_string(getpid()), Error(EAGAIN)},
      {"init", "1", Error(EAGAIN)},
      {"empty", "", Error(EAGAIN)},
      {"no number", "who knows", Error(EAGAIN)},
      {"everybody", "0", Error(EAGAIN)},
      {"negative", "-1", Error(EAGAIN)},
      {"no pid can be that large", "99999999999999999999", Error(EAGAIN)},
  };
  for (const auto& c : cases) {
    Put("passwd.lock", c.bytes);
    std::unique_ptr<Lock> lock;
    EXPECT_EQ(Take(&lock), c.expected) << c.name;
    FileInfo info;
    std::vector<DirectoryEntry> entries;
    ASSERT_TRUE(top_->List(&entries).ok());
    EXPECT_EQ(entries.size(), 1u) << c.name;  // nothing but the lock
    if (lock != nullptr) {
      FileBytes bytes;
      ASSERT_TRUE(top_->Read("passwd.lock", 100, &bytes, &info).ok());
      EXPECT_EQ(bytes.view(), std::to_string(getpid()) + std::string(1, '\0'));
      EXPECT_EQ(info.nlink, 1u);
      lock.reset();
      EXPECT_EQ(top_->Stat("passwd.lock", &info), Error(ENOENT));
    } else {
      ASSERT_TRUE(top_->Remove("passwd.lock").ok());
    }
  }
}

TEST(FakeLock, FailuresPassThrough) {
  FakeClock clock;
  FakeTree tree(&clock);
  std::unique_ptr<Directory> top = tree.Top();
  std::unique_ptr<Lock> lock;
  tree.FailNth(FileCall::kLock, 1, Error(ENOLCK));
  EXPECT_EQ(TakeLock(*top, "x", LockKind::kWhole, 0, &lock), Error(ENOLCK));
  tree.FailNth(FileCall::kWrite, 1, Error(ENOSPC));
  EXPECT_EQ(TakeLock(*top, "x.lock", LockKind::kPidLink, 0, &lock), Error(ENOSPC));
  EXPECT_EQ(tree.Names("/").size(), 0u);  // nothing half done is left
  tree.FailNth(FileCall::kLink, 1, Error(EMLINK));
  EXPECT_EQ(TakeLock(*top, "x.lock", LockKind::kPidLink, 0, &lock), Error(EMLINK));
  EXPECT_EQ(tree.Names("/").size(), 0u);
}

// Another process, with the call that other programs use.
class OtherProcess {
 public:
  OtherProcess(const std::string& path, bool record) {
    int ready[2], done[2];
    EXPECT_EQ(pipe2(ready, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(done, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      close(done[1]);
      int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
      struct flock range {};
      range.l_type = F_WRLCK;
      range.l_whence = SEEK_SET;
      int result = record ? fcntl(fd, F_SETLKW, &range) : flock(fd, LOCK_EX);
      char byte = result == 0 ? 'y' : 'n';
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      (void)!read(done[0], &byte, 1);
      _exit(0);
    }
    close(done[0]);
    close(ready[1]);
    finish_.Reset(done[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    close(ready[0]);
  }
  ~OtherProcess() {
    finish_.Reset();
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
  Descriptor finish_;
};

TEST(SystemLock, MeetsTheLocksOfOtherPrograms) {
  struct {
    const char* name;
    bool theirs_record;
    LockKind ours;
    Error expected;
  } cases[] = {
      {"lckpwdf's", true, LockKind::kRecord, Error(EAGAIN)},
      {"flock's", false, LockKind::kWhole, Error(EAGAIN)},
      {"one kind does not see the other", true, LockKind::kWhole, kOk},
  };
  for (const auto& c : cases) {
    TemporaryFolder folder;
    std::unique_ptr<Root> root;
    std::unique_ptr<Directory> top;
    ASSERT_TRUE(OpenRoot(folder.path(), &root).ok() && root->OpenDirectory("/", &top).ok());
    std::unique_ptr<Lock> lock;
    {
      OtherProcess other(folder.path() + "/.pwd.lock", c.theirs_record);
      EXPECT_EQ(TakeLock(*top, ".pwd.lock", c.ours, 0, &lock), c.expected) << c.name;
    }
    lock.reset();
    EXPECT_TRUE(TakeLock(*top, ".pwd.lock", c.ours, 0, &lock).ok()) << c.name;
  }
}

TEST(SystemLock, ClosingAnotherDescriptorKeepsIt) {
  TemporaryFolder folder;
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> top;
  ASSERT_TRUE(OpenRoot(folder.path(), &root).ok() && root->OpenDirectory("/", &top).ok());
  std::unique_ptr<Lock> lock;
  ASSERT_TRUE(TakeLock(*top, "x", LockKind::kRecord, 0, &lock).ok());
  std::string path = folder.path() + "/x";
  Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC)).Reset();
  Descriptor fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  pid_t other = fork();
  if (other == 0) {
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    _exit(fcntl(fd.get(), F_SETLK, &range) == 0 ? 1 : 0);
  }
  int status;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace keelson
