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

#include "platform/error.h"

namespace keelson {

class SealedMemory {
 public:
  // Unmapped and closed; whoever has it mapped keeps it.
  virtual ~SealedMemory() = default;

  // Zeroed; the maker's, writable also after Seal.
  virtual std::span<char> memory() = 0;
  // The first `bytes` will be written soon: it costs less to have them at once than page by page.
  virtual void Prepare(size_t bytes) = 0;
  // Once: cut down to `bytes` and sealed for good. memory() is that long from then on.
  virtual Error Seal(size_t bytes) = 0;
  // For reading only, to be sent to others; stays ours. -1 before Seal.
  virtual int reader() const = 0;
};

// bytes: what may be written at most; memory is taken only for what is. ENOSYS, EINVAL: this system
// has no such memory (Linux before 5.1); ENOENT: nor a way to open it for reading only (/proc is
// not there). REQUIRES: bytes >= 1.
Error MakeSealedMemory(size_t bytes, std::unique_ptr<SealedMemory>* memory);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_SEALED_MEMORY_H_
