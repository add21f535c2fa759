// Who is given a descriptor can read it and nothing else: root, the same user and others.
#include "platform/sealed_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace keelson {
namespace {

constexpr size_t kBytes = 3 * 4096 + 100;
constexpr char kText[] = "what clients read";

// Sealed at kBytes, with kText at its beginning and its end.
std::unique_ptr<SealedMemory> Make() {
  std::unique_ptr<SealedMemory> memory;
  if (Error error = MakeSealedMemory(&memory); !error.ok()) {
    ADD_FAILURE() << error.Text();
    return nullptr;
  }
  EXPECT_EQ(memory->reader(), -1);
  const std::string_view text(kText, sizeof kText);
  EXPECT_TRUE(memory->Write(kBytes - text.size(), text).ok());
  EXPECT_TRUE(memory->Write(0, text).ok());
  EXPECT_TRUE(memory->Write(kBytes, "cut off").ok());
  EXPECT_TRUE(memory->Seal(kBytes).ok());
  return memory;
}

TEST(SealedMemory, IsZeroedAndKeepsWhatWasWritten) {
  const auto memory = Make();
  ASSERT_NE(memory, nullptr);
  ASSERT_EQ(memory->memory().size(), kBytes);
  std::string read(kBytes + 1, 'x');
  ASSERT_EQ(pread(memory->reader(), read.data(), read.size(), 0), static_cast<ssize_t>(kBytes));
  EXPECT_EQ(read.substr(0, sizeof kText), std::string(kText, sizeof kText));
  EXPECT_EQ(read.substr(kBytes - sizeof kText, sizeof kText), std::string(kText, sizeof kText));
  const std::string between = read.substr(sizeof kText, kBytes - 2 * sizeof kText);
  EXPECT_EQ(between, std::string(between.size(), '\0'));
}

TEST(SealedMemory, MakersMappingStillWrites) {
  const auto memory = Make();
  ASSERT_NE(memory, nullptr);
  void* mapped = mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, memory->reader(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  memory->memory()[0] = 'W';
  memory->memory()[kBytes - 1] = 'Z';
  EXPECT_EQ(static_cast<char*>(mapped)[0], 'W');
  EXPECT_EQ(static_cast<char*>(mapped)[kBytes - 1], 'Z');
  munmap(mapped, kBytes);
}

TEST(SealedMemory, WhoHasItMappedKeepsIt) {
  auto memory = Make();
  ASSERT_NE(memory, nullptr);
  void* mapped = mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, memory->reader(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  memory.reset();
  EXPECT_STREQ(static_cast<char*>(mapped), kText);
  munmap(mapped, kBytes);
}

TEST(SealedMemory, IsAsLongAsItWasSealed) {
  for (const size_t bytes : {size_t{1}, size_t{4096}, kBytes, size_t{1} << 20}) {
    std::unique_ptr<SealedMemory> memory;
    ASSERT_TRUE(MakeSealedMemory(&memory).ok());
    ASSERT_TRUE(memory->Write(0, std::string(5000, 'x')).ok());
    ASSERT_TRUE(memory->Seal(bytes).ok());
    ASSERT_EQ(memory->memory().size(), bytes);
    EXPECT_EQ(memory->memory()[bytes - 1], bytes <= 5000 ? 'x' : '\0');
    EXPECT_FALSE(memory->Write(0, "y").ok());
    EXPECT_EQ(memory->memory()[0], 'x');
  }
}

TEST(SealedMemory, DescriptorIsNotInheritedByPrograms) {
  const auto memory = Make();
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(fcntl(memory->reader(), F_GETFD), FD_CLOEXEC);
  struct stat info;
  ASSERT_EQ(fstat(memory->reader(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
}

// How the call failed; 0: it did not.
int Failure(long result) { return result < 0 ? errno : 0; }

int FailureOfMapping(int fd, int protection, int flags) {
  void* mapped = mmap(nullptr, kBytes, protection, flags, fd, 0);
  if (mapped == MAP_FAILED) return errno;
  munmap(mapped, kBytes);
  return 0;
}

// What can be tried with a descriptor, whatever it was opened for.
int CountHarm(int fd) {
  int harm = 0;
  harm += Failure(pwrite(fd, "X", 1, 0)) == 0;
  harm += Failure(ftruncate(fd, 10)) == 0;
  harm += Failure(ftruncate(fd, 1 << 20)) == 0;
  harm += Failure(fallocate(fd, 0, 0, 1 << 20)) == 0;
  harm += Failure(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096)) == 0;
  harm += Failure(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096)) == 0;
  harm += Failure(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 4096)) == 0;
  harm += Failure(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)) == 0;
  harm += FailureOfMapping(fd, PROT_READ | PROT_WRITE, MAP_SHARED) == 0;
  void* mapped = mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) {
    harm += Failure(mprotect(mapped, kBytes, PROT_READ | PROT_WRITE)) == 0;
    harm += Failure(madvise(mapped, 4096, MADV_REMOVE)) == 0;
    munmap(mapped, kBytes);
  }
  return harm;
}

// As another process, by the descriptor and by all that can be opened by it. Exit code: how often
// something could be changed.
int HarmBy(uid_t uid, int reader, bool may_open) {
  const pid_t child = fork();
  if (child == 0) {
    if (uid != geteuid() && (setgid(uid) != 0 || setuid(uid) != 0)) _exit(100);
    int harm = CountHarm(reader);
    const std::string path = "/proc/self/fd/" + std::to_string(reader);
    for (const int flags : {O_RDWR, O_WRONLY, O_RDWR | O_TRUNC, O_WRONLY | O_APPEND}) {
      const int opened = open(path.c_str(), flags);
      if (opened < 0) continue;
      if (!may_open) ++harm;
      harm += CountHarm(opened);
    }
    // Its owner may change the mode, and then open it.
    if (fchmod(reader, 0700) == 0) {
      const int opened = open(path.c_str(), O_RDWR);
      harm += opened < 0 ? 1 : CountHarm(opened);
    }
    _exit(harm);
  }
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(SealedMemory, NobodyElseCanChangeIt) {
  const auto memory = Make();
  ASSERT_NE(memory, nullptr);
  const bool is_root = geteuid() == 0;
  // Root is not kept from opening, but from writing then.
  EXPECT_EQ(HarmBy(geteuid(), memory->reader(), /*may_open=*/is_root), 0);
  if (is_root) {
    EXPECT_EQ(HarmBy(65534, memory->reader(), /*may_open=*/false), 0);
  }
  struct stat info;
  ASSERT_EQ(fstat(memory->reader(), &info), 0);
  EXPECT_EQ(info.st_size, static_cast<off_t>(kBytes));
  EXPECT_STREQ(memory->memory().data(), kText);
}

// A daemon that is nobody: its clients of the same user are no better than others.
TEST(SealedMemory, NorCanTheSameUserWithoutRights) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(100);
    const auto memory = Make();
    _exit(memory == nullptr ? 101 : HarmBy(geteuid(), memory->reader(), /*may_open=*/false));
  }
  int status;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace keelson
