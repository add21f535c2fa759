// Why a program could not be started, in words.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_FAILURE_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_FAILURE_H_

#include <string>

#include "platform/error.h"
#include "platform/linux/process_plan.h"

namespace keelson {

// What to say in front of the error's text, by the plan's step.
std::string FailedStep(const ProcessPlan& plan, Error error);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_FAILURE_H_
