// Going on as another program in the same process, with bytes and descriptors handed down.
#ifndef KEELSON_PLATFORM_HANDOVER_H_
#define KEELSON_PLATFORM_HANDOVER_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

// A file without a name that has these bytes, to be read from its beginning. exec closes it.
Error WriteNameless(std::string_view bytes, Descriptor* file);
// EFBIG: more than limit bytes.
Error ReadNameless(int fd, size_t limit, std::string* bytes);

// Whether exec leaves the descriptor open.
Error SetKept(int fd, bool is_kept);

// Does not return when it succeeds. Environment, children, blocked signals and what is kept stay.
Error Execute(const std::string& program, std::span<const std::string> arguments);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_HANDOVER_H_
