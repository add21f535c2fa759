// A database as nscd maps it into its clients (docs/FORMATS.md): built once, read by glibc without
// a request. Also read here, as strictly as glibc does, for tests and for what is said of it.
#ifndef KEELSON_CORE_NSCD_MAP_H_
#define KEELSON_CORE_NSCD_MAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/nscd_wire.h"

namespace keelson {

// The part that changes while clients have it mapped. Native byte order; written with relaxed
// atomic stores, each field by itself, by the one process that made it.
struct NscdMapHead {
  int32_t version, header_size, gc_cycle, certainly_running;
  uint64_t timestamp;  // seconds since 1970
  uint32_t extra_data[4];
  int32_t buckets, data_size, first_free, entries, max_entries, max_searched;
  uint64_t counters[7];
};
static_assert(sizeof(NscdMapHead) == 120);

// Clients leave a mapping alone whose timestamp is older than this.
inline constexpr int64_t kNscdMapSeconds = 300;

// A key by which an answer is found, without its NUL.
struct NscdMapKey {
  NscdType type = NscdType::kPasswdByName;
  std::string_view key;
};

// Fills memory that the caller has. Answers that are added later are found before those of the same
// key that were added earlier, so a file is to be added from its end.
class NscdMapBuilder {
 public:
  // What a map with so many buckets takes without an answer.
  static size_t EmptyBytes(size_t buckets);
  // What Add needs at most.
  static size_t AnswerBytes(std::string_view answer, std::span<const NscdMapKey> keys);

  // REQUIRES: memory zeroed, aligned to 16, of EmptyBytes(buckets) at least and 2^31 bytes at most;
  // buckets >= 1.
  NscdMapBuilder(std::span<char> memory, size_t buckets);

  // The answer as the socket has it, header and all. False: it does not fit, and nothing was added.
  bool Add(std::string_view answer, std::span<const NscdMapKey> keys);

  size_t entries() const { return entries_; }
  // Writes the head, except for its timestamp. Returns how many of the bytes count; the rest may be
  // cut off. No Add afterwards.
  size_t Finish();

 private:
  std::span<char> memory_;
  uint32_t* buckets_;
  size_t bucket_count_;
  char* data_;
  size_t data_size_ = 0;
  size_t data_limit_;
  size_t entries_ = 0;
};

// Changes of the head of a finished map.
void RefreshNscdMap(NscdMapHead* head, int64_t timestamp);
void MarkNscdMapStale(NscdMapHead* head);  // to be asked for at the socket, this once
void PoisonNscdMap(NscdMapHead* head);     // the next one is to be fetched

// What glibc finds in a mapping of these bytes: nothing in one that it would not take.
// Never reads outside of the bytes, whatever they hold.
std::optional<std::string_view> FindInNscdMap(std::string_view map, const NscdMapKey& key,
                                              int64_t now);

}  // namespace keelson

#endif  // KEELSON_CORE_NSCD_MAP_H_
