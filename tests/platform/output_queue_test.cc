#include "platform/output_queue.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>

#include "platform/clock.h"
#include "platform/pipe.h"

namespace keelson {
namespace {

class OutputQueueTest : public testing::Test {
 protected:
  OutputQueueTest() {
    EXPECT_TRUE(NewLoop(&loop_).ok());
    EXPECT_TRUE(MakePipe(&reader_, &writer_).ok());
    std::signal(SIGPIPE, SIG_IGN);
  }
  std::unique_ptr<OutputQueue> New() {
    return std::make_unique<OutputQueue>(loop_.get(), writer_.get(), [](uint64_t lost) {
      return "lost " + std::to_string(lost) + "\n";
    });
  }
  // All that comes, until it ends like this.
  std::string ReadUntil(const std::string& end) {
    std::string all;
    while (!all.ends_with(end)) {
      const Error error = ReadPipe(reader_.get(), 65536, &all);
      if (error.code() != EAGAIN) continue;
      EXPECT_TRUE(loop_->RunOnce(-1).ok());
    }
    return all;
  }

  std::unique_ptr<Loop> loop_;
  Descriptor reader_, writer_;
};

TEST_F(OutputQueueTest, NobodyWaitsForAReaderThatReadsNothing) {
  const auto queue = New();
  const std::string line = std::string(999, 'x') + "\n";
  const size_t lines = OutputQueue::kMaxWaiting / line.size() * 2;
  for (size_t i = 0; i < lines; ++i) queue->Put(line);
  EXPECT_EQ(fcntl(writer_.get(), F_GETFL) & O_NONBLOCK, 0);  // others may have it, too
  std::string told;
  while (told.find("lost") == told.npos || !told.ends_with("\n")) {
    const Error error = ReadPipe(reader_.get(), 65536, &told);
    if (error.code() != EAGAIN) continue;
    ASSERT_TRUE(loop_->RunOnce(-1).ok());
  }
  const size_t whole = told.find("lost") / line.size();
  EXPECT_EQ(told.substr(whole * line.size()), "lost " + std::to_string(lines - whole) + "\n");
  EXPECT_GE(whole * line.size(), OutputQueue::kMaxWaiting - line.size());
  queue->Put("next\n");
  EXPECT_EQ(ReadUntil("next\n"), "next\n");
}

TEST_F(OutputQueueTest, ReaderThatIsGoneIsTold) {
  const auto queue = New();
  int told = 0;
  queue->OnError([&told] { ++told; });
  reader_.Reset();
  for (int i = 0; i < 2; ++i) queue->Put("line\n");
  EXPECT_EQ(queue->error().code(), EPIPE);
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace keelson
