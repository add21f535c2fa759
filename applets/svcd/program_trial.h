// Whether a program's file can take over from this svcd: it is asked for its version first. One
// that was written by half, or is another program, would take all services along.
#ifndef KEELSON_APPLETS_SVCD_PROGRAM_TRIAL_H_
#define KEELSON_APPLETS_SVCD_PROGRAM_TRIAL_H_

#include <functional>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "platform/loop.h"
#include "platform/process.h"

namespace keelson {

class ProgramTrial {
 public:
  // Empty: it can; or why not.
  using Tell = std::function<void(const std::string& why)>;

  // REQUIRES: all outlive it.
  ProgramTrial(Loop* loop, Clock* clock, Processes* processes)
      : loop_(loop), clock_(clock), processes_(processes) {}
  ~ProgramTrial() { loop_->CancelTimer(timer_); }

  // Tells once, soon. Who asks while it is being tried hears of the same.
  void Try(const std::string& program, Tell tell);

 private:
  void OnExit(ProcessExit exit);
  void TellAll(const std::string& why);

  Loop* const loop_;
  Clock* const clock_;
  Processes* const processes_;
  std::string program_;
  std::vector<Tell> waiting_;
  Descriptor output_;
  ProcessId pid_ = 0;
  Loop::TimerId timer_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_PROGRAM_TRIAL_H_
