#include "platform/log_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace keelson {
namespace {

// A pipe as stderr, as long as it lives.
class PipedStderr {
 public:
  PipedStderr() : saved_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe(ends_), 0);
    EXPECT_EQ(dup2(ends_[1], STDERR_FILENO), STDERR_FILENO);
  }
  ~PipedStderr() {
    dup2(saved_, STDERR_FILENO);
    for (int fd : {saved_, ends_[0], ends_[1]}) close(fd);
  }

  void Fill() {
    const int flags = fcntl(ends_[1], F_GETFL);
    fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
    const std::string page(4096, 'x');
    while (write(ends_[1], page.data(), page.size()) > 0) {
    }
    fcntl(ends_[1], F_SETFL, flags);
  }

  std::string Take() {
    fcntl(ends_[0], F_SETFL, fcntl(ends_[0], F_GETFL) | O_NONBLOCK);
    std::string all;
    char bytes[65536];
    for (ssize_t n; (n = read(ends_[0], bytes, sizeof bytes)) > 0;) all.append(bytes, n);
    return all;
  }

 private:
  int saved_;
  int ends_[2];
};

TEST(StderrSink, OneLineAWrite) {
  PipedStderr piped;
  StderrSink("test")->Write(LogLevel::kNotice, "what happened");
  EXPECT_EQ(piped.Take(), "test: what happened\n");
}

TEST(StderrSink, NeverWaitsAndTellsWhatWasLost) {
  PipedStderr piped;
  piped.Fill();
  LogSink* const sink = StderrSink("test");
  for (int i = 0; i < 3; ++i) sink->Write(LogLevel::kNotice, "lost");  // would wait forever
  piped.Take();
  sink->Write(LogLevel::kNotice, "seen");
  EXPECT_EQ(piped.Take(), "test: lines lost, because nobody read them: 3\ntest: seen\n");
}

TEST(StderrSink, ALongLineIsCut) {
  PipedStderr piped;
  StderrSink("test")->Write(LogLevel::kNotice, std::string(10'000, 'y'));
  const std::string said = piped.Take();
  EXPECT_LE(said.size(), 4096u);
  EXPECT_TRUE(said.ends_with("y\n"));
}

}  // namespace
}  // namespace keelson
