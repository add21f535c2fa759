// A memfd in two descriptors: the maker's, through which it is cut and sealed, and one opened anew
// for reading only, which is handed out. Mode 0400 and the seals keep whoever has that one from
// opening a third for writing, root included.
#include "platform/sealed_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platform/descriptor.h"

// Newer than some kernels' headers.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace keelson {
namespace {

constexpr size_t kStep = 256 << 10;  // of whole pages

class Memory : public SealedMemory {
 public:
  Memory(Descriptor writer, Descriptor reader, char* mapped, size_t size)
      : writer_(std::move(writer)), reader_(std::move(reader)), mapped_(mapped), size_(size) {}
  ~Memory() override { ::munmap(mapped_, size_); }

  // For all but the mapping that is there already.
  Error ForbidWriting() const {
    return ::fcntl(writer_.get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0 ? kOk : Error::Last();
  }

  std::span<char> memory() override { return {mapped_, size_}; }

  void Prepare(size_t bytes) override {
    bytes = std::min((bytes + kStep - 1) / kStep * kStep, size_);
    if (bytes <= prepared_) return;
    // Where it cannot be had like this, it comes a page at a time.
    (void)::madvise(mapped_ + prepared_, bytes - prepared_, MADV_POPULATE_WRITE);
    prepared_ = bytes;
  }

  Error Seal(size_t bytes) override {
    constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    if (::ftruncate(writer_.get(), static_cast<off_t>(bytes)) != 0 ||
        ::fcntl(writer_.get(), F_ADD_SEALS, kSeals) != 0) {
      return Error::Last();
    }
    writer_ = Descriptor();
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    const size_t kept = (bytes + page - 1) / page * page;
    if (kept < size_) ::munmap(mapped_ + kept, size_ - kept);
    size_ = bytes;
    return kOk;
  }

  int reader() const override { return writer_.valid() ? -1 : reader_.get(); }

 private:
  Descriptor writer_;  // none once it is sealed
  Descriptor reader_;
  char* mapped_;
  size_t size_;
  size_t prepared_ = 0;
};

// Where a program in memory is not to be run, the kernel wants to hear that it is none.
Descriptor MakeFile() {
  constexpr char kName[] = "keelson";
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Descriptor file(::memfd_create(kName, kFlags | MFD_NOEXEC_SEAL));
  if (!file.valid() && errno == EINVAL) file = Descriptor(::memfd_create(kName, kFlags));
  return file;
}

}  // namespace

Error MakeSealedMemory(size_t bytes, std::unique_ptr<SealedMemory>* memory) {
  Descriptor writer = MakeFile();
  if (!writer.valid() || ::fchmod(writer.get(), 0400) != 0 ||
      ::ftruncate(writer.get(), static_cast<off_t>(bytes)) != 0) {
    return Error::Last();
  }
  const std::string path = "/proc/self/fd/" + std::to_string(writer.get());
  Descriptor reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader.valid()) return Error::Last();
  void* mapped =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, writer.get(), 0);
  if (mapped == MAP_FAILED) return Error::Last();
  // A system that gives no large pages for this says no, and small ones do as well.
  (void)::madvise(mapped, bytes, MADV_HUGEPAGE);
  auto made = std::make_unique<Memory>(std::move(writer), std::move(reader),
                                       static_cast<char*>(mapped), bytes);
  if (Error error = made->ForbidWriting(); !error.ok()) return error;
  *memory = std::move(made);
  return kOk;
}

}  // namespace keelson
