// The start of programs, from the request to its exec.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_START_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_START_H_

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/linux/process_plan.h"
#include "platform/process.h"

namespace keelson {

class ProcessStarter {
 public:
  struct Start {
    const SpawnRequest* request;
    pid_t pid = 0;
    // kOk: the program runs. An error: there is no child and none is left to be reaped.
    Error error = kOk;
    std::string failed = {};  // see Processes::Spawning
  };

  ProcessStarter();
  ~ProcessStarter();
  ProcessStarter(const ProcessStarter&) = delete;

  // meanwhile: see Processes::SpawnAll.
  void Run(std::span<Start> starts, const std::function<void()>& meanwhile);

 private:
  static constexpr size_t kAtOnce = 8;

  // What one of the children at once uses until its exec.
  struct Place {
    std::optional<ProcessPlan> plan;
    char* stack = nullptr;
    std::atomic<uint32_t> is_ours{0};  // our memory, still; the kernel takes it back
  };

  void RunSome(std::span<Start> starts, const std::function<void()>& meanwhile);
  Error Prepare(const SpawnRequest& request, Place* place);
  Error Stage(ProcessPlan* plan);
  void Unstage();
  Error AddSlot();
  pid_t Make(Place* place);
  pid_t Clone(Place* place);

  std::array<Place, kAtOnce> places_;
  Descriptor null_;     // /dev/null, once there is one
  Descriptor nothing_;  // what is in a slot that nobody uses
  std::vector<Descriptor> slots_;
  size_t used_slots_ = 0;
  int slots_end_ = 0;  // above every slot
  uint64_t ignored_ = 0;  // signals, now
  bool clone3_works_ = true;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_START_H_
