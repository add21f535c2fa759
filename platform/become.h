// Going on as another program in the same process.
#ifndef KEELSON_PLATFORM_BECOME_H_
#define KEELSON_PLATFORM_BECOME_H_

#include <span>
#include <string>
#include <vector>

#include "platform/error.h"

namespace keelson {

// argv, argv[0] included; the environment, whole. Signals are as a fresh program has them. Returns
// only when it fails.
Error BecomeProgram(const std::string& program, std::span<const std::string> arguments,
                    std::span<const std::string> environment);

Error EnterFolder(const std::string& path);  // the working directory from now on

// Of this process; empty: there is none of that name.
std::string Variable(const char* name);
std::vector<std::string> Variables();  // all, "NAME=value"

}  // namespace keelson

#endif  // KEELSON_PLATFORM_BECOME_H_
