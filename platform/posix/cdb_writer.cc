// tinycdb's cdb_make over the file's descriptor.
#include "platform/cdb_writer.h"

#include <cdb.h>
#include <unistd.h>

#include <cerrno>

namespace keelson {
namespace {

// A record takes its lengths, and twice a slot.
constexpr uint64_t kRecordBytes = 8 + 2 * 8;
constexpr uint64_t kTablesBytes = 256 * 8;
constexpr uint64_t kMaxBytes = 0xffffffff;

class TinyCdbWriter : public CdbWriter {
 public:
  explicit TinyCdbWriter(int fd) : fd_(fd) {}
  // It has memory of its own, which only this gives back.
  ~TinyCdbWriter() override {
    if (!finished_) cdb_make_finish(&make_);
  }

  Error Start() {
    const bool started = cdb_make_start(&make_, fd_) == 0;
    finished_ = !started;
    return started ? kOk : Error::Last();
  }

  Error Add(std::string_view key, std::string_view value) override {
    if (key.size() > kMaxBytes || value.size() > kMaxBytes) return Error(EFBIG);
    bytes_ += kRecordBytes + key.size() + value.size();
    if (bytes_ > kMaxBytes) return Error(EFBIG);
    const int result = cdb_make_add(&make_, key.data(), static_cast<unsigned>(key.size()),
                                    value.data(), static_cast<unsigned>(value.size()));
    return result == 0 ? kOk : Error::Last();
  }

  Error Finish(uint64_t* bytes) override {
    finished_ = true;
    if (cdb_make_finish(&make_) != 0) return Error::Last();
    const off_t end = lseek(fd_, 0, SEEK_END);
    if (end < 0) return Error::Last();
    *bytes = static_cast<uint64_t>(end);
    return kOk;
  }

 private:
  const int fd_;
  cdb_make make_;
  bool finished_ = true;
  uint64_t bytes_ = kTablesBytes;
};

}  // namespace

Error StartCdb(OutputFile& file, std::unique_ptr<CdbWriter>* writer) {
  if (file.descriptor() < 0) return kUnsupported;
  auto made = std::make_unique<TinyCdbWriter>(file.descriptor());
  if (Error error = made->Start(); !error.ok()) return error;
  *writer = std::move(made);
  return kOk;
}

}  // namespace keelson
