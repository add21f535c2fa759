// Processes of this system by what was in their environment when their program began.
#ifndef KEELSON_PLATFORM_PROCESS_SEARCH_H_
#define KEELSON_PLATFORM_PROCESS_SEARCH_H_

#include <string>
#include <string_view>
#include <vector>

#include "platform/process.h"

namespace keelson {

struct FoundProcess {
  ProcessId pid = 0;
  std::string value;  // of `variable`; empty: it has none
};

// Those that have `assignment` ("NAME=value"), except this process and its parent, and those that
// we may not look into or that live in a machine within this one. By number.
std::vector<FoundProcess> FindProcesses(std::string_view assignment, std::string_view variable);

// Of the environment that it was started with. Empty: it has none, or we may not look.
std::string VariableOf(ProcessId pid, std::string_view variable);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PROCESS_SEARCH_H_
