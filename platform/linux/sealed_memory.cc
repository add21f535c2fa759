// A memfd in two descriptors: the maker's, through which it is cut and sealed, and one opened anew
// for reading only, which is handed out. Mode 0400 and the seals keep whoever has that one from
// opening a third for writing, root included.
#include "platform/sealed_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

namespace keelson {
namespace {

class Memory : public SealedMemory {
 public:
  Memory(Descriptor writer, Descriptor reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}
  ~Memory() override {
    if (mapped_ != nullptr) ::munmap(mapped_, size_);
  }

  Error Write(size_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(writer_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno != EINTR) return Error::Last();
      if (written <= 0) continue;
      offset += static_cast<size_t>(written);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return kOk;
  }

  Error Seal(size_t bytes) override {
    // The mapping comes first: it is the one that may write on.
    constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
    if (::ftruncate(writer_.get(), static_cast<off_t>(bytes)) != 0) return Error::Last();
    void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, writer_.get(), 0);
    if (mapped == MAP_FAILED) return Error::Last();
    mapped_ = static_cast<char*>(mapped);
    size_ = bytes;
    if (::fcntl(writer_.get(), F_ADD_SEALS, kSeals) != 0) return Error::Last();
    writer_ = Descriptor();
    return kOk;
  }

  std::span<char> memory() override { return {mapped_, size_}; }
  int reader() const override { return writer_.valid() ? -1 : reader_.get(); }

 private:
  Descriptor writer_;  // none once it is sealed
  Descriptor reader_;
  char* mapped_ = nullptr;
  size_t size_ = 0;
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

Error MakeSealedMemory(std::unique_ptr<SealedMemory>* memory) {
  Descriptor writer = MakeFile();
  if (!writer.valid() || ::fchmod(writer.get(), 0400) != 0) return Error::Last();
  const std::string path = "/proc/self/fd/" + std::to_string(writer.get());
  Descriptor reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader.valid()) return Error::Last();
  *memory = std::make_unique<Memory>(std::move(writer), std::move(reader));
  return kOk;
}

}  // namespace keelson
