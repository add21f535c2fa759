// cdb: 256 tables by the key's hash, each an array of slots (hash, place of a record); a record is
// both lengths, key and value; all numbers u32, little-endian. D. J. Bernstein's format, which the
// tools of tinycdb read as well.
//
//   0      256 times: place and slots of a table
//   2048   records
//          tables of slots; here the cdb file ends, at `cdb bytes`
//          u64 XXH3_64bits of each page of 4096 bytes, the last one being shorter
//          trailer: "keelDBM\n", u64 cdb bytes, u64 XXH3_64bits of the sums and of these 16 bytes
#include "core/dbm.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

constexpr uint64_t kMaxCdb = 0xffffffff;
constexpr size_t kTables = 256;
constexpr size_t kRecordsAt = kTables * 8;
constexpr size_t kRecordHead = 8;
constexpr size_t kSlot = 8;
constexpr size_t kPage = 4096;
constexpr size_t kSum = 8;
constexpr size_t kTrailer = 24;
constexpr std::string_view kMagic = "keelDBM\n";
constexpr uint64_t kVersion = 1;
constexpr uint64_t kCompatLines = 1;  // flag
constexpr size_t kHeaderNumbers = 10;
// Of a value before its length is known: most lines are shorter.
constexpr size_t kUsualValue = 256;
constexpr size_t kPagesAtOnce = 256;

uint64_t Little(std::string_view bytes, size_t at, size_t size) {
  uint64_t number = 0;
  for (size_t i = size; i-- > 0;) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

void AppendLittle(uint64_t number, std::string* bytes) {
  for (int shift = 0; shift < 64; shift += 8) *bytes += static_cast<char>(number >> shift);
}

uint32_t CdbHash(std::string_view key) {
  uint32_t hash = 5381;
  for (char c : key) hash = (hash * 33) ^ static_cast<uint8_t>(c);
  return hash;
}

uint64_t PagesOf(uint64_t bytes) { return (bytes + kPage - 1) / kPage; }

bool ParseHeader(std::string_view value, DbmHeader* header) {
  if (value.size() != kHeaderNumbers * 8) return false;
  uint64_t numbers[kHeaderNumbers];
  for (size_t i = 0; i < kHeaderNumbers; ++i) numbers[i] = Little(value, i * 8, 8);
  if (numbers[0] != kVersion) return false;
  *header = {.dev = numbers[1],
             .ino = numbers[2],
             .size = numbers[3],
             .mtime_ns = static_cast<int64_t>(numbers[4]),
             .ctime_ns = static_cast<int64_t>(numbers[5]),
             .digest = numbers[6],
             .read_ns = static_cast<int64_t>(numbers[7]),
             .entries = numbers[8],
             .has_compat_lines = (numbers[9] & kCompatLines) != 0};
  return true;
}

}  // namespace

uint64_t DbmDigest(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string FormatDbmHeader(const DbmHeader& header) {
  std::string value;
  for (uint64_t number :
       {kVersion, header.dev, header.ino, header.size, static_cast<uint64_t>(header.mtime_ns),
        static_cast<uint64_t>(header.ctime_ns), header.digest,
        static_cast<uint64_t>(header.read_ns), header.entries,
        header.has_compat_lines ? kCompatLines : 0}) {
    AppendLittle(number, &value);
  }
  return value;
}

bool MakeDbmTrailer(const DbmRead& read, uint64_t cdb_bytes, std::string* trailer) {
  std::string pages(std::min<uint64_t>(kPagesAtOnce * kPage, cdb_bytes), '\0');
  trailer->clear();
  trailer->reserve(PagesOf(cdb_bytes) * kSum + kTrailer);
  for (uint64_t at = 0; at < cdb_bytes; at += pages.size()) {
    const size_t size = std::min<uint64_t>(pages.size(), cdb_bytes - at);
    if (!read(at, {pages.data(), size})) return false;
    for (size_t page = 0; page < size; page += kPage) {
      AppendLittle(DbmDigest({pages.data() + page, std::min(kPage, size - page)}), trailer);
    }
  }
  *trailer += kMagic;
  AppendLittle(cdb_bytes, trailer);
  AppendLittle(DbmDigest(*trailer), trailer);
  return true;
}

bool DbmReader::Open(DbmRead read, uint64_t size) {
  read_ = std::move(read);
  pages_.clear();
  char end[kTrailer];
  const std::string_view trailer(end, sizeof end);
  if (size < kRecordsAt + kTrailer || !read_(size - kTrailer, end)) return false;
  if (!trailer.starts_with(kMagic)) return false;
  cdb_bytes_ = Little(trailer, 8, 8);
  if (cdb_bytes_ < kRecordsAt || cdb_bytes_ > kMaxCdb) return false;
  const uint64_t sums = PagesOf(cdb_bytes_) * kSum;
  if (size != cdb_bytes_ + sums + kTrailer) return false;
  sums_.resize(sums + kTrailer);
  if (!read_(cdb_bytes_, {sums_.data(), sums_.size()})) return false;
  const std::string_view all = sums_;
  if (Little(all, sums + 16, 8) != DbmDigest(all.substr(0, sums + 16))) return false;

  // The first table begins where the records end. The header is the first record.
  std::string_view bytes;
  if (!Fetch(0, 4, &bytes)) return false;
  data_end_ = Little(bytes, 0, 4);
  if (data_end_ < kRecordsAt || data_end_ > cdb_bytes_) return false;
  return Compare(kRecordsAt, kDbmHeaderKey, &bytes) == Found::kYes && ParseHeader(bytes, &header_);
}

bool DbmReader::Fetch(uint64_t offset, size_t size, std::string_view* bytes) {
  if (offset > cdb_bytes_ || size > cdb_bytes_ - offset) return false;
  if (pages_.empty() || offset < pages_at_ || offset + size > pages_at_ + pages_.size()) {
    const uint64_t first = offset / kPage, last = PagesOf(offset + size);
    pages_at_ = first * kPage;
    pages_.resize(std::min(last * kPage, cdb_bytes_) - pages_at_);
    bool right = read_(pages_at_, {pages_.data(), pages_.size()});
    for (uint64_t page = first; right && page < last; ++page) {
      const std::string_view read = std::string_view(pages_).substr((page - first) * kPage, kPage);
      right = DbmDigest(read) == Little(sums_, page * kSum, kSum);
    }
    if (!right) {
      pages_.clear();
      return false;
    }
  }
  *bytes = std::string_view(pages_).substr(offset - pages_at_, size);
  return true;
}

bool DbmReader::CheckAll() {
  std::string_view bytes;
  for (uint64_t at = 0; at < cdb_bytes_; at += kPagesAtOnce * kPage) {
    const uint64_t left = cdb_bytes_ - at;
    if (!Fetch(at, std::min<uint64_t>(left, kPagesAtOnce * kPage), &bytes)) return false;
  }
  return true;
}

// kNo: the record is another key's.
DbmReader::Found DbmReader::Compare(uint64_t record, std::string_view key,
                                    std::string_view* value) {
  if (record < kRecordsAt || record > data_end_) return Found::kDamaged;
  const uint64_t left = data_end_ - record;
  const size_t guess = std::min<uint64_t>(left, kRecordHead + key.size() + kUsualValue);
  std::string_view bytes;
  if (guess < kRecordHead || !Fetch(record, guess, &bytes)) return Found::kDamaged;
  const uint64_t key_size = Little(bytes, 0, 4), value_size = Little(bytes, 4, 4);
  if (kRecordHead + key_size + value_size > left) return Found::kDamaged;
  if (key_size != key.size() || bytes.substr(kRecordHead, key_size) != key) return Found::kNo;
  if (value_size > kMaxDbmValue) return Found::kDamaged;
  if (!Fetch(record + kRecordHead + key_size, value_size, value)) return Found::kDamaged;
  return Found::kYes;
}

DbmReader::Found DbmReader::Find(std::string_view key, std::string_view* value) {
  const uint32_t hash = CdbHash(key);
  std::string_view bytes;
  if (!Fetch((hash % kTables) * 8, 8, &bytes)) return Found::kDamaged;
  const uint64_t table = Little(bytes, 0, 4), slots = Little(bytes, 4, 4);
  if (slots == 0) return Found::kNo;
  if (table < data_end_ || table + slots * kSlot > cdb_bytes_) return Found::kDamaged;
  uint64_t slot = (hash / kTables) % slots;
  for (uint64_t step = 0; step < slots; ++step) {
    if (!Fetch(table + slot * kSlot, kSlot, &bytes)) return Found::kDamaged;
    const uint64_t slot_hash = Little(bytes, 0, 4), record = Little(bytes, 4, 4);
    if (record == 0) return Found::kNo;
    if (slot_hash == hash) {
      const Found found = Compare(record, key, value);
      if (found != Found::kNo) return found;
    }
    if (++slot == slots) slot = 0;
  }
  return Found::kNo;
}

}  // namespace keelson
