// The entries of a directory from its descriptor: without the three system calls and the memory of
// a stream, which are felt where ten thousand small directories are listed.
#ifndef KEELSON_PLATFORM_DIRECTORY_ENTRIES_H_
#define KEELSON_PLATFORM_DIRECTORY_ENTRIES_H_

#include <vector>

#include "platform/error.h"
#include "platform/file.h"

namespace keelson {

// Adds those from where the descriptor stands to the end, without "." and "..". REQUIRES: opened to
// be read.
Error ReadEntries(int fd, std::vector<DirectoryEntry>* entries);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_DIRECTORY_ENTRIES_H_
