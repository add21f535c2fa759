// What a child needs for its exec, laid out before it is made: it runs in our memory, beside us,
// and neither allocates nor waits.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_PLAN_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_PLAN_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/process.h"

namespace keelson {

struct ProcessPlan {
  struct Move {
    int from;
    int to;
  };
  struct Limit {
    int resource;
    uint64_t values[2];  // as prlimit64 has them on every system: soft, hard
  };
  static constexpr int kTerminal = -2;  // as a source

  // What is being done, in this order; what fails is told of by it.
  enum class Step : uint8_t {
    kMake,
    kSession,
    kTree,
    kNice,
    kOomScore,
    kTerminal,
    kDescriptors,
    kLimit,
    kUser,
    kDirectory,
    kExec
  };

  const SpawnRequest* request = nullptr;
  std::vector<char*> arguments;
  std::vector<char*> shell_arguments;  // empty: not for the shell
  std::vector<char*> environment;
  std::vector<Move> moves;  // by target
  std::vector<Limit> limits;
  std::string pid_variable;  // "NAME=" and room for a number
  std::string nice;
  std::string oom_score;
  int first_free = 3;    // above every target
  bool in_tree = false;  // from the beginning
  // Above every source, when the child shares our table of descriptors at first; 0: it does not.
  int shared_end = 0;
  Step step = Step::kMake;
  size_t limit = 0;                 // which one, at kLimit
  uint64_t signals = ~uint64_t{0};  // to be reset; bit 0 is signal 1
  std::atomic<int> failure = 0;     // errno of what failed in the child
};

// Null: /dev/null, opened when it is needed. REQUIRES: the request outlives the plan.
Error MakePlan(const SpawnRequest& request, Descriptor* null, ProcessPlan* plan);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_PLAN_H_
