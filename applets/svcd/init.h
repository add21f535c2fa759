// svcd as the first process of a system, or of a process name space.
#ifndef KEELSON_APPLETS_SVCD_INIT_H_
#define KEELSON_APPLETS_SVCD_INIT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/supervisor.h"
#include "core/log.h"
#include "platform/boot.h"
#include "platform/clock.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

extern const int kPowerFailSignal;  // SIGPWR where there is one

// "halt", "poweroff", "reboot".
std::optional<SystemEnd> SystemEndOf(std::string_view how);

// What the words of the kernel's command line and of the call say; the last one counts, those of
// the call more than those of the kernel.
struct InitWords {
  std::string mode;                     // `single`, `S`, `s`, `1` to `5`, `svcd.mode=NAME`
  int64_t deadline_ns = 120 * kSecond;  // for all services on the way down: `svcd.deadline=TIME`
};

// Folders, console, and the words. words->mode stays where none says it.
void PrepareSystem(const std::vector<std::string_view>& operands, Log log, InitWords* words);

// The kernel's log, and stderr as well; it waits for neither.
LogSink* InitLogSink();

// svcd itself cannot go on: a shell on the console. Returns when it has ended.
void RunRescueShell(Log log);

class Init {
 public:
  Init(Loop* loop, Supervisor* supervisor, int64_t deadline_ns, Log log)
      : loop_(loop), supervisor_(supervisor), deadline_ns_(deadline_ns), log_(log) {}

  // All that the mode wanted is there or has failed: a shell on the console if nothing could start.
  void Booted();
  bool IsOurs(ServiceRequest request) const { return request != 0 && request == try_; }
  // Services are being stopped; what is not stopped in time will be killed.
  void BeginEnd(SystemEnd how);
  // After the loop: everything else ends, so that nothing is in any tree of a service.
  void EndProcesses();
  // Then the system. Does not return.
  [[noreturn]] void End();

 private:
  void Shell();

  Loop* const loop_;
  Supervisor* const supervisor_;
  const int64_t deadline_ns_;
  const Log log_;
  std::optional<SystemEnd> end_;
  ProcessId shell_ = 0;
  ServiceRequest try_ = 0;  // after the shell
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_INIT_H_
