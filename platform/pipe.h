// Bytes from a program that we start, one way.
#ifndef KEELSON_PLATFORM_PIPE_H_
#define KEELSON_PLATFORM_PIPE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

// The reader never waits, the writer does. exec closes both.
Error MakePipe(Descriptor* reader, Descriptor* writer);

// Appends what is there, at most `limit` bytes. EAGAIN: nothing now. kOk and *bytes unchanged: its
// writers are gone.
Error ReadPipe(int reader, size_t limit, std::string* bytes);

// Waits until all is written. More than the pipe holds needs somebody who reads meanwhile.
Error WritePipe(int writer, std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PIPE_H_
