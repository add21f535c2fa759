// Files that the user names on the command line: of the running system, of any kind.
#ifndef KEELSON_PLATFORM_INPUT_H_
#define KEELSON_PLATFORM_INPUT_H_

#include <cstddef>
#include <string>

#include "platform/error.h"

namespace keelson {

// All bytes of a file, a pipe or a device; "-" is the standard input. EFBIG: more than limit bytes.
// EISDIR: a directory; EBADF: the standard input is closed.
Error ReadInput(const std::string& path, size_t limit, std::string* bytes);

// The same for whoever may not be kept waiting: EINVAL for a pipe, EAGAIN for a device that has
// nothing to say now.
Error ReadInputNow(const std::string& path, size_t limit, std::string* bytes);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_INPUT_H_
