// What runs of one service. Runner's own: its files include it.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_RUN_H_
#define KEELSON_APPLETS_SVCD_SERVICE_RUN_H_

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "applets/svcd/runner.h"

namespace keelson {

inline constexpr size_t kServiceJobs = 5;

struct ServiceRunner::Run {
  ServiceId id = 0;
  std::array<ProcessId, kServiceJobs> programs{};  // by ServiceJob; 0: does not run
  std::string invocation;                          // of this start; empty when nothing runs
  std::unique_ptr<ProcessTree> tree;               // of this start, or of the next one already
  std::unique_ptr<ServiceOutput> output;           // null: it keeps no log
  std::optional<ProcessExit> exit;                 // of its main program
  Descriptor ready;                                // our end of its notification descriptor
  int sent_signal = 0;                             // the last one, to its present program
  Loop::TimerId timer = 0;
  uint64_t digest = 0;        // LaunchDigest of what its main program was started with
  std::string said;           // STATUS= of this start, printable
  const char* doing = "";     // "reloading" or "stopping" by its own account
  bool is_daemon = false;     // the main program is one that was found, not the one that was begun
  bool awaits_empty = false;  // nobody will tell us of the end of what still runs

  ProcessId& program(ServiceJob job) { return programs[static_cast<size_t>(job)]; }
  bool HasPrograms() const { return programs != std::array<ProcessId, kServiceJobs>{}; }
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_RUN_H_
