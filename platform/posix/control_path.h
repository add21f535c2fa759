// Local sockets at a path, of either kind.
#ifndef KEELSON_PLATFORM_POSIX_CONTROL_PATH_H_
#define KEELSON_PLATFORM_POSIX_CONTROL_PATH_H_

#include <cstdint>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/error.h"

namespace keelson {

// BindControl for a socket of `type` (SOCK_STREAM, which listens then, or SOCK_DGRAM). predecessor:
// null, or who answers is taken over, and this is connected to it.
Error BindLocal(std::string_view path, uint32_t mode, int type, Descriptor* socket,
                Descriptor* predecessor = nullptr);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_POSIX_CONTROL_PATH_H_
