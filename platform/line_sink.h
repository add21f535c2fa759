// Where lines of others go: the system's log, the kernel's, the console. None of them ever waits.
#ifndef KEELSON_PLATFORM_LINE_SINK_H_
#define KEELSON_PLATFORM_LINE_SINK_H_

#include <memory>
#include <string>
#include <string_view>

#include "core/log.h"

namespace keelson {

class LineSink {
 public:
  virtual ~LineSink() = default;
  // The line of whoever is called `tag`; control characters are shown as \xNN, what is longer than
  // the sink takes is cut. False: nobody takes it now, it is lost. The next one is tried anew.
  virtual bool Write(LogLevel level, std::string_view tag, std::string_view line) = 0;
};

// A datagram as RFC 3164 has it, facility daemon, to the socket of syslogd.
std::unique_ptr<LineSink> NewSyslogSink(std::string path = "/dev/log");

// A record of the kernel's log, facility daemon.
std::unique_ptr<LineSink> NewKernelLogSink(std::string path = "/dev/kmsg");

// "TAG: line" on a terminal, which does not become ours. One that takes only a part of a line gets
// the next one on a line of its own.
std::unique_ptr<LineSink> NewConsoleSink(std::string path = "/dev/console");

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINE_SINK_H_
