// One line, one write: lines of several programs on one stderr do not mix.

#include "platform/log_sink.h"

#include <unistd.h>

#include <string>

namespace keelson {
namespace {

class Stderr : public LogSink {
 public:
  void SetName(const char* name) { name_ = name; }

  void Write(LogLevel, std::string_view line) override {
    std::string text(name_);
    text.append(": ").append(line).push_back('\n');
    // A log that cannot be written has nowhere to be reported.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  }

 private:
  const char* name_ = "keelson";
};

}  // namespace

LogSink* StderrSink(const char* name) {
  static Stderr sink;
  sink.SetName(name);
  return &sink;
}

}  // namespace keelson
