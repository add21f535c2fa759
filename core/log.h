// One line of what happened, into a sink that main or a test has set. Errno survives a call.
#ifndef KEELSON_CORE_LOG_H_
#define KEELSON_CORE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// The numbers are syslog's (RFC 5424 6.2.1), so that "<6>" prefixes and kmsg take them as they are.
enum class LogLevel : uint8_t { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };

std::string_view LogLevelName(LogLevel level);

class LogSink {
 public:
  virtual ~LogSink() = default;
  // line has no line end; control characters in it are already shown as \xNN; at most kMaxLogLine.
  virtual void Write(LogLevel level, std::string_view line) = 0;
};

inline constexpr size_t kMaxLogLine = 1000;  // bytes; longer ones are cut and end with "..."

// Passes on what is as urgent as `threshold` or more. Owned by who makes it; handed down, not
// global.
class Log {
 public:
  explicit Log(LogSink* sink, LogLevel threshold = LogLevel::kInfo)
      : sink_(sink), threshold_(threshold) {}

  void Write(LogLevel level, std::string_view line) const;
  void Error(std::string_view line) const { Write(LogLevel::kError, line); }
  void Warning(std::string_view line) const { Write(LogLevel::kWarning, line); }
  void Notice(std::string_view line) const { Write(LogLevel::kNotice, line); }
  void Info(std::string_view line) const { Write(LogLevel::kInfo, line); }
  void Debug(std::string_view line) const { Write(LogLevel::kDebug, line); }

  bool Passes(LogLevel level) const { return level <= threshold_; }

 private:
  LogSink* sink_;
  LogLevel threshold_;
};

// Keeps the last lines, for a status command and for tests.
class RingSink : public LogSink {
 public:
  explicit RingSink(size_t lines) : lines_(lines) {}
  void Write(LogLevel level, std::string_view line) override;
  // Oldest first, "LEVEL: line\n" each.
  std::string Text() const;

 private:
  std::vector<std::string> lines_;
  size_t written_ = 0;
};

// Shows control characters (C0, DEL, C1) and bytes that are not UTF-8 as \xNN; the rest as it is.
std::string Printable(std::string_view text);

// Where the first byte is that Printable would not show as it is; npos: nowhere.
size_t FindUnprintable(std::string_view text);

// Printable ASCII only: Printable would give it back as it is.
bool IsPlain(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_LOG_H_
