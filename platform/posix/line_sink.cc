// Descriptors are opened with the first line and again after a failure: syslogd comes and goes, and
// a console hangs up. Each line has one more try at most.
#include "platform/line_sink.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "platform/descriptor.h"

namespace keelson {
namespace {

constexpr int kDaemonFacility = 3 << 3;
constexpr size_t kMaxSyslog = 2048;    // bytes of a message; RFC 3164 wants 1024, daemons take 8k
constexpr size_t kMaxKernelLog = 900;  // of the 1024 of a record, which has its own head

std::string Priority(LogLevel level) {
  return "<" + std::to_string(kDaemonFacility | static_cast<int>(level)) + ">";
}

std::string Message(std::string_view tag, std::string_view line, size_t limit) {
  std::string message = Printable(tag) + ": " + Printable(line);
  if (message.size() > limit) message.resize(limit);
  return message;
}

class SyslogSink : public LineSink {
 public:
  explicit SyslogSink(std::string path) : path_(std::move(path)) {}

  bool Write(LogLevel level, std::string_view tag, std::string_view line) override {
    char stamp[32];
    const time_t now = time(nullptr);
    tm parts{};
    localtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%b %e %H:%M:%S ", &parts);
    const std::string text = Priority(level) + stamp + Message(tag, line, kMaxSyslog);
    for (int tries = 0; tries < 2; ++tries) {
      if (!fd_.valid() && !Connect()) return false;
      if (send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return false;
      fd_.Reset();  // that syslogd is gone; there may be another one
    }
    return false;
  }

 private:
  bool Connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    Descriptor fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) return false;
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
    fd_ = std::move(fd);
    return true;
  }

  const std::string path_;
  Descriptor fd_;
};

class DeviceSink : public LineSink {
 public:
  explicit DeviceSink(std::string path) : path_(std::move(path)) {}

 protected:
  // How many bytes were taken.
  size_t Put(const std::string& text) {
    for (int tries = 0; tries < 2; ++tries) {
      if (!fd_.valid()) {
        fd_.Reset(open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
      }
      if (!fd_.valid()) return 0;
      const ssize_t n = write(fd_.get(), text.data(), text.size());
      if (n >= 0) return n;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
      fd_.Reset();
    }
    return 0;
  }

 private:
  const std::string path_;
  Descriptor fd_;
};

class KernelLogSink : public DeviceSink {
 public:
  using DeviceSink::DeviceSink;

  bool Write(LogLevel level, std::string_view tag, std::string_view line) override {
    const std::string text = Priority(level) + Message(tag, line, kMaxKernelLog) + "\n";
    return Put(text) == text.size();
  }
};

class ConsoleSink : public DeviceSink {
 public:
  using DeviceSink::DeviceSink;

  bool Write(LogLevel, std::string_view tag, std::string_view line) override {
    // The terminal may be in raw mode.
    const std::string text = (is_torn_ ? "\r\n" : "") + Message(tag, line, kMaxSyslog) + "\r\n";
    const size_t taken = Put(text);
    if (taken > 0) is_torn_ = taken < text.size();
    return taken == text.size();
  }

 private:
  bool is_torn_ = false;
};

}  // namespace

std::unique_ptr<LineSink> NewSyslogSink(std::string path) {
  return std::make_unique<SyslogSink>(std::move(path));
}

std::unique_ptr<LineSink> NewKernelLogSink(std::string path) {
  return std::make_unique<KernelLogSink>(std::move(path));
}

std::unique_ptr<LineSink> NewConsoleSink(std::string path) {
  return std::make_unique<ConsoleSink>(std::move(path));
}

}  // namespace keelson
