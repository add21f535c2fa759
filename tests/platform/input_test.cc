#include "platform/input.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

TEST(Input, WholeUpToTheLimit) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/f";
  const std::string content(200'000, 'x');
  FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(content.c_str(), file);
  std::fclose(file);
  std::string bytes;
  EXPECT_EQ(ReadInput(path, content.size(), &bytes), kOk);
  EXPECT_EQ(bytes, content);
  EXPECT_EQ(ReadInput(path, content.size() - 1, &bytes), Error(EFBIG));
  EXPECT_EQ(ReadInput(folder.path(), 10, &bytes), Error(EISDIR));
  EXPECT_EQ(ReadInput(path + "x", 10, &bytes), Error(ENOENT));
  EXPECT_EQ(ReadInput("/dev/zero", 10, &bytes), Error(EFBIG));
}

TEST(Input, NowIsNotKeptWaiting) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/f", pipe = folder.path() + "/pipe";
  FILE* file = std::fopen(path.c_str(), "w");
  std::fputs("bytes", file);
  std::fclose(file);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::string bytes;
  EXPECT_EQ(ReadInputNow(path, 5, &bytes), kOk);
  EXPECT_EQ(bytes, "bytes");
  EXPECT_EQ(ReadInputNow(path, 4, &bytes), Error(EFBIG));
  EXPECT_EQ(ReadInputNow("/dev/null", 4, &bytes), kOk);
  EXPECT_EQ(bytes, "");
  EXPECT_EQ(ReadInputNow(pipe, 5, &bytes), Error(EINVAL));
  EXPECT_EQ(ReadInputNow(path + "x", 5, &bytes), Error(ENOENT));
}

}  // namespace
}  // namespace keelson
