// Large blocks of zeroed memory, and memory that is not needed for a while.
#ifndef KEELSON_PLATFORM_MEMORY_H_
#define KEELSON_PLATFORM_MEMORY_H_

#include <cstddef>

namespace keelson {

// Zeroed, aligned to 16 bytes at least; the program ends when there is none. Blocks of some
// megabytes come in large pages where the system has them: random access to them costs fewer page
// walks.
void* AllocateZeroed(size_t bytes);
void ReleaseZeroed(void* memory, size_t bytes);  // the same size

// For a daemon that is at rest: what the heap has free goes back to the system, and pages of the
// program itself are mapped no more until they are run or read again. Takes well below a
// millisecond, and so does coming back. A system may do nothing here.
void ReleaseIdleMemory();

}  // namespace keelson

#endif  // KEELSON_PLATFORM_MEMORY_H_
