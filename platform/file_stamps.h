// How much a file system's time stamps say.
#ifndef KEELSON_PLATFORM_FILE_STAMPS_H_
#define KEELSON_PLATFORM_FILE_STAMPS_H_

#include "platform/error.h"

namespace keelson {

// Of the file system that a descriptor is on. False: stamps may be whole seconds, or those of
// another machine's clock, or nothing is known of it.
Error HasExactStamps(int fd, bool* exact);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FILE_STAMPS_H_
