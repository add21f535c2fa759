// Memory that others may map and nobody but its maker can change.
//
// Linux: a memfd, mode 0400, handed out as a descriptor opened for reading only, sealed against
// shrinking, growing and writing (F_SEAL_FUTURE_WRITE: the maker's mapping stays writable, which is
// what its head needs).
#ifndef KEELSON_PLATFORM_SEALED_MEMORY_H_
#define KEELSON_PLATFORM_SEALED_MEMORY_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "platform/error.h"

namespace keelson {

class SealedMemory {
 public:
  // Unmapped and closed; whoever has it mapped keeps it.
  virtual ~SealedMemory() = default;

  // Before Seal. What is never written is zeroed. A page that is written whole costs less than one
  // that is touched.
  virtual Error Write(size_t offset, std::string_view bytes) = 0;
  // Once: of so many bytes and sealed for good.
  virtual Error Seal(size_t bytes) = 0;
  // The maker's, writable: only after Seal.
  virtual std::span<char> memory() = 0;
  // For reading only, to be sent to others; stays ours. -1 before Seal.
  virtual int reader() const = 0;
};

// Here or by Seal, ENOSYS, EINVAL: this system has no such memory (Linux before 5.1); ENOENT: nor a
// way to open it for reading only (/proc is not there).
Error MakeSealedMemory(std::unique_ptr<SealedMemory>* memory);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_SEALED_MEMORY_H_
