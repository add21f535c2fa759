#include "platform/memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace keelson {
namespace {

// kB, of /proc/self/status.
long Status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  std::string word;
  long value = 0;
  while (file >> word) {
    if (word == name + ":") file >> value;
  }
  return value;
}

TEST(Memory, IdleMemoryGoesBack) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer has a heap of its own";
#endif
  constexpr size_t kBlocks = 64 << 10, kBlockBytes = 1000;
  std::vector<std::unique_ptr<char[]>> blocks(kBlocks);
  std::unique_ptr<char[]> kept;  // behind all others, which the heap keeps because of it
  for (auto& block : blocks) block.reset(new char[kBlockBytes]{});
  kept.reset(new char[kBlockBytes]{7});
  blocks.clear();
  const long heap = Status("RssAnon"), program = Status("RssFile");
  ReleaseIdleMemory();
  EXPECT_LT(Status("RssAnon"), heap - 32 * 1024);
  EXPECT_LT(Status("RssFile"), program);
  EXPECT_EQ(kept[0], 7);
}

TEST(Memory, IsZeroed) {
  for (const size_t bytes : {size_t{100}, size_t{5} << 20}) {
    char* const memory = static_cast<char*>(AllocateZeroed(bytes));
    EXPECT_EQ(memory[0] | memory[bytes / 2] | memory[bytes - 1], 0);
    memory[bytes - 1] = 1;
    ReleaseZeroed(memory, bytes);
  }
}

}  // namespace
}  // namespace keelson
