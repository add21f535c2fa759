// What a service says on stdout and stderr: the last lines in memory, and files that rotate.
//
// Lines end with LF; a longer one than kMaxServiceLine is cut in pieces. In a file each has a time
// stamp in front (2026-11-22T05:40:33.123456Z). A file that has reached its size becomes NAME.1,
// that one NAME.2 ... up to the count. When nothing can be written (ENOSPC, EROFS) lines are
// dropped and counted, the next one that can be written is preceded by the count; nothing here ever
// waits, but for the disk. After a failure the file is left alone for a second, and the first one
// in a minute is told of.
//
// A service that says nothing costs less than 100 bytes.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_LOG_H_
#define KEELSON_APPLETS_SVCD_SERVICE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/service_definition.h"
#include "platform/clock.h"
#include "platform/file.h"

namespace keelson {

inline constexpr size_t kMaxServiceLine = 4096;        // bytes
inline constexpr size_t kServiceLogMemory = 8 * 1024;  // bytes of lines kept in memory, at most

class ServiceLog {
 public:
  struct Sinks {
    Root* root;  // files are below it
    Clock* clock;
    // For syslog, kmsg and console: a line, without LF. Must not wait. May be empty.
    std::function<void(ServiceLogKind kind, std::string_view service, std::string_view line)> line;
    // A file cannot be written: which, and why. May be empty.
    std::function<void(std::string_view service, const std::string& what)> lost = {};
  };

  // REQUIRES: *sinks outlives it.
  ServiceLog(const Sinks* sinks, std::string_view service, const ServiceSettings& settings);
  ~ServiceLog();

  void Append(std::string_view bytes);
  void EndLine();  // what has no line end yet gets one: the writer is gone
  // Another definition. The file is opened anew, so that one that was moved away is left.
  void Configure(const ServiceSettings& settings);

  // The last lines that are in memory, oldest first, at most so many.
  std::vector<std::string> Last(size_t lines) const;
  // The path of the present file; empty: no file.
  std::string path() const;
  uint64_t dropped() const;  // lines that no file took, in all
  // Why its file cannot be written now, "PATH: what"; empty: it can, as far as is known.
  std::string failure() const;

  // What is in memory, with what has no line end yet; for the log that goes on after this one.
  std::string Held() const;
  void Restore(std::string_view held);

  // Called with each whole line, for "svc log -f"; empty: nobody listens. Not from inside of it.
  void Follow(std::function<void(std::string_view line)> follower);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_LOG_H_
