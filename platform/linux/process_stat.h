// What /proc tells of a process, and signals that meet nobody else.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_STAT_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_STAT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/error.h"
#include "platform/process.h"

namespace keelson {

struct ProcessStat {
  ProcessId parent = 0;
  uint64_t started = 0;  // in ticks since boot: a number with another start is another process
  bool ended = false;    // and not reaped
  // Where its environment begins and ends in its memory. 0: none, not even an empty one, as in the
  // midst of an exec.
  uint64_t environment = 0, environment_end = 0;
};

// False: there is none.
bool ReadProcessStat(ProcessId pid, ProcessStat* stat);
// /proc/PID/NAME from its beginning, at most `limit` bytes of it. False: it cannot be read.
bool ReadProcessFile(ProcessId pid, const char* name, size_t limit, std::string* bytes);
// All that there are, and that this process may see.
std::vector<ProcessId> AllProcesses();
// Signals it if it is, when nobody else can have its number any more, still what is meant.
Error SignalProcessIf(ProcessId pid, int signal, const std::function<bool(ProcessId)>& is_meant);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_STAT_H_
