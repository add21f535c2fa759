// svcd as the first process of a system, or of a process name space.
#ifndef KEELSON_APPLETS_SVCD_INIT_H_
#define KEELSON_APPLETS_SVCD_INIT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/supervisor.h"
#include "core/log.h"
#include "platform/boot.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

extern const int kPowerFailSignal;  // SIGPWR where there is one

// "halt", "poweroff", "reboot".
std::optional<SystemEnd> SystemEndOf(std::string_view how);

// Folders, console, what the kernel's command line and our own words say of the mode: `single`,
// `S`, `s`, `1` to `5`, `svcd.mode=NAME`; the last one counts, the words of the call before those
// of the kernel.
void PrepareSystem(const std::vector<std::string_view>& words, Log log, std::string* mode);

class Init {
 public:
  Init(Loop* loop, Supervisor* supervisor, Log log)
      : loop_(loop), supervisor_(supervisor), log_(log) {}

  // All that the mode wanted is there or has failed: a shell on the console if nothing could start.
  void Booted();
  bool IsOurs(ServiceRequest request) const { return request != 0 && request == try_; }
  // Services are being stopped; what is not stopped in time will be killed.
  void BeginEnd(SystemEnd how);
  // After the loop: everything else ends, then the system. Does not return.
  [[noreturn]] void End();

 private:
  void Shell();

  Loop* const loop_;
  Supervisor* const supervisor_;
  const Log log_;
  std::optional<SystemEnd> end_;
  ProcessId shell_ = 0;
  ServiceRequest try_ = 0;  // after the shell
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_INIT_H_
