// The start of one program, from the request to its exec.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_START_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_START_H_

#include <sys/types.h>

#include <cstddef>

#include "platform/descriptor.h"
#include "platform/error.h"
#include "platform/process.h"

namespace keelson {

class ProcessStarter {
 public:
  ProcessStarter() = default;
  ~ProcessStarter();
  ProcessStarter(const ProcessStarter&) = delete;

  // kOk: the program runs. An error: there is no child and none is left to be reaped.
  Error Start(const SpawnRequest& request, pid_t* pid);

 private:
  Error MakeStack();

  char* stack_ = nullptr;  // of the child, until its exec
  Descriptor null_;        // /dev/null, once it was needed
  bool clone3_works_ = true;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_START_H_
