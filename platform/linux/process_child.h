// What a child does from its clone to its exec.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_CHILD_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_CHILD_H_

#include "platform/linux/process_plan.h"

namespace keelson {

// In the child; it does not come back. Only system calls, and none through the C library, whose
// errno is that of the process whose memory this is.
[[noreturn]] void RunChild(ProcessPlan* plan);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_CHILD_H_
