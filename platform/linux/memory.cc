// Small blocks from the heap; large ones mapped at a large page's boundary and marked for large
// pages. What is idle is given back by the heap, and pages of the program by madvise(2).

#include "platform/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

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

// What of the program is never written: the page cache has it. A fault brings 16 pages back.
int ReleaseProgram(dl_phdr_info* program, size_t, void*) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < program->dlpi_phnum; ++i) {
    const auto& part = program->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = (program->dlpi_addr + part.p_vaddr) / page * page;
    const uintptr_t end = program->dlpi_addr + part.p_vaddr + part.p_memsz;
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 1;  // the first one is the program; libraries are others' as well
}

}  // namespace

void ReleaseIdleMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  dl_iterate_phdr(ReleaseProgram, nullptr);
}

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
