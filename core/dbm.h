// A DBM file: what a flat file says, by key, to be asked by a few reads at their places
// (docs/FORMATS.md). A cdb file whose first record names its source, and behind it checksums.
//
// Every page is checked when it is read, so that of a file that is torn, cut, rotten or hostile
// nothing is taken for an answer, and nothing is read outside of it. Pure: the reads are the
// caller's.
#ifndef KEELSON_CORE_DBM_H_
#define KEELSON_CORE_DBM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace keelson {

// The version of the source that a DBM file was made of.
struct DbmHeader {
  uint64_t dev = 0, ino = 0, size = 0;
  int64_t mtime_ns = 0, ctime_ns = 0;
  uint64_t digest = 0;  // XXH3_64bits of its bytes
  int64_t read_ns = 0;  // wall clock, before these stamps were looked at
  uint64_t entries = 0;
  bool has_compat_lines = false;
};

uint64_t DbmDigest(std::string_view bytes);

// The first record's.
inline constexpr std::string_view kDbmHeaderKey = "keelson";
std::string FormatDbmHeader(const DbmHeader& header);

// Fills `to` with the bytes at that offset. False: they cannot be read, or there are fewer.
using DbmRead = std::function<bool(uint64_t offset, std::span<char> to)>;

// What stands behind a finished cdb file of so many bytes. False: it cannot be read.
bool MakeDbmTrailer(const DbmRead& read, uint64_t cdb_bytes, std::string* trailer);

// Longer values are not kept.
inline constexpr size_t kMaxDbmValue = 64 << 20;

class DbmReader {
 public:
  enum class Found : uint8_t { kYes, kNo, kDamaged };

  // size: of the file. False: it is not a DBM file, or damaged. Two reads, and the header's.
  bool Open(DbmRead read, uint64_t size);
  const DbmHeader& header() const { return header_; }

  // Whether every page is as it was written.
  bool CheckAll();

  // Three reads as a rule. The value is valid until the next call. Of several records of the key
  // the first.
  Found Find(std::string_view key, std::string_view* value);

 private:
  // Bytes of the cdb file, checked; valid until the next Fetch.
  bool Fetch(uint64_t offset, size_t size, std::string_view* bytes);
  Found Compare(uint64_t record, std::string_view key, std::string_view* value);

  DbmRead read_;
  uint64_t cdb_bytes_ = 0;
  uint64_t data_end_ = 0;  // where the records end
  std::string sums_;
  std::string pages_;  // those that were fetched last
  uint64_t pages_at_ = 0;
  DbmHeader header_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_DBM_H_
