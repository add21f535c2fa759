// Small blocks from the heap; large ones mapped at a large page's boundary and marked for large
// pages.

#include "platform/memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace keelson {
namespace {

constexpr size_t kLargePage = 2 << 20;

size_t RoundUp(size_t bytes) { return (bytes + kLargePage - 1) / kLargePage * kLargePage; }

// As operator new does it: the handler does not return.
[[noreturn]] void OutOfMemory() {
  if (std::new_handler handler = std::get_new_handler()) handler();
  std::abort();
}

}  // namespace

void* AllocateZeroed(size_t bytes) {
  if (bytes < kLargePage) {
    void* memory = std::calloc(1, bytes);
    if (memory == nullptr) OutOfMemory();
    return memory;
  }
  const size_t size = RoundUp(bytes);
  void* mapped = ::mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) OutOfMemory();
  const auto start = reinterpret_cast<uintptr_t>(mapped);
  const size_t before = (kLargePage - start % kLargePage) % kLargePage;
  char* memory = static_cast<char*>(mapped) + before;
  if (before != 0) ::munmap(mapped, before);
  ::munmap(memory + size, kLargePage - before);
  // A kernel without large pages says no, and small ones do as well.
  (void)::madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

void ReleaseZeroed(void* memory, size_t bytes) {
  if (bytes < kLargePage) {
    std::free(memory);
  } else {
    ::munmap(memory, RoundUp(bytes));
  }
}

}  // namespace keelson
