// One line, one write: lines of several programs on one stderr do not mix. A daemon does not stop
// because nobody reads what it says: before each write poll(2) tells whether it can be taken.

#include "platform/log_sink.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace keelson {
namespace {

class Stderr : public LogSink {
 public:
  void SetName(const char* name) { name_ = name; }

  void Write(LogLevel, std::string_view line) override {
    if (!HasRoom()) {
      ++lost_;
      return;
    }
    if (lost_ > 0) {
      Put("lines lost, because nobody read them: " + std::to_string(lost_));
      lost_ = 0;
      if (!HasRoom()) {
        ++lost_;
        return;
      }
    }
    Put(line);
  }

 private:
  // For as much as a pipe takes at once.
  static bool HasRoom() {
    pollfd out = {STDERR_FILENO, POLLOUT, 0};
    return poll(&out, 1, 0) != 0;  // an error is write's to tell
  }

  void Put(std::string_view line) {
    std::string text(name_);
    text.append(": ").append(line.substr(0, PIPE_BUF - 100)).push_back('\n');
    // A log that cannot be written has nowhere to be reported.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  }

  const char* name_ = "keelson";
  uint64_t lost_ = 0;
};

}  // namespace

LogSink* StderrSink(const char* name) {
  static Stderr sink;
  sink.SetName(name);
  return &sink;
}

}  // namespace keelson
