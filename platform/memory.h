// Large blocks of zeroed memory.
#ifndef KEELSON_PLATFORM_MEMORY_H_
#define KEELSON_PLATFORM_MEMORY_H_

#include <cstddef>

namespace keelson {

// Zeroed, aligned to 16 bytes at least; the program ends when there is none. Blocks of some
// megabytes come in large pages where the system has them: random access to them costs fewer page
// walks.
void* AllocateZeroed(size_t bytes);
void ReleaseZeroed(void* memory, size_t bytes);  // the same size

}  // namespace keelson

#endif  // KEELSON_PLATFORM_MEMORY_H_
