// A database as nscd maps it into its clients (docs/FORMATS.md): built once, read by glibc without
// a request. Also read here, as strictly as glibc does, for tests and for what is said of it.
#ifndef KEELSON_CORE_NSCD_MAP_H_
#define KEELSON_CORE_NSCD_MAP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/index.h"
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
struct NscdKey {
  NscdType type = NscdType::kPasswdByName;
  std::string_view key;
};

// Writes a map from its end on: the data in pieces of some hundred kilobytes, then the head and the
// buckets. Answers that are added later are found before those of the same key that were added
// earlier, so a file is to be added from its end.
class NscdMapBuilder {
 public:
  // Where in the data an answer is.
  using Place = uint32_t;
  static constexpr Place kNowhere = 0xffffffff;

  // Takes a piece of the map; pieces lie side by side.
  using Sink = std::function<void(size_t offset, std::string_view bytes)>;

  // How many buckets keys of that number are well found with.
  static size_t BucketsFor(size_t keys);
  // What a map with so many buckets takes without an answer.
  static size_t EmptyBytes(size_t buckets);
  // What an answer takes, a multiple of 8.
  static size_t AnswerBytes(std::string_view answer, std::span<const NscdKey> keys);

  // limit: of the map's bytes, EmptyBytes(buckets) at least; more than 2^31 of data cannot be.
  // REQUIRES: 1 <= buckets <= 2^28.
  NscdMapBuilder(size_t buckets, size_t limit, Sink sink, const SlotMemory& memory = kHeapSlots);

  // The answer as the socket has it, header and all. A key that is a view into the answer, where a
  // NUL follows it, is not stored again. kNowhere: it does not fit, and nothing was added.
  Place Add(std::string_view answer, std::span<const NscdKey> keys);
  // Another key of an answer that is there. False: it does not fit, and nothing was added.
  bool AddKey(const NscdKey& key, Place answer);

  size_t entries() const { return entries_; }
  // Of the map as it is now.
  size_t bytes() const { return EmptyBytes(buckets_.size()) + written_ + window_.size(); }
  // The rest, a piece at a call until it is true, at last the head without its timestamp. No Add
  // afterwards.
  bool Finish();

 private:
  // An entry that is not in its bucket yet: the bucket is fetched meanwhile.
  struct Waiting {
    uint32_t* bucket;
    uint32_t entry;
  };
  static constexpr size_t kWaiting = 16;  // a power of 2
  static constexpr size_t kWindow = 256 << 10;

  // Room for so many bytes more: where in the data they begin.
  bool Extend(size_t bytes, size_t* at);
  void Put(size_t at, std::string_view bytes);
  void PutEntry(const NscdKey& key, size_t entry_at, size_t key_at, Place answer);
  void Link(const Waiting& waiting);
  void Flush();

  SlotArray<uint32_t> buckets_;  // each 1 more than in the map: 0 is none
  size_t buckets_written_ = 0;
  Sink sink_;
  size_t data_limit_;
  size_t written_ = 0;  // of the data
  std::string window_;  // what follows
  size_t entries_ = 0;
  size_t linked_ = 0;               // of them
  Waiting waiting_[kWaiting] = {};  // the others, by their numbers
};

// Changes of the head of a finished map.
void RefreshNscdMap(NscdMapHead* head, int64_t timestamp);
void MarkNscdMapStale(NscdMapHead* head);  // to be asked for at the socket, this once
void PoisonNscdMap(NscdMapHead* head);     // the next one is to be fetched

// What glibc finds in a mapping of these bytes: nothing in one that it would not take.
// Never reads outside of the bytes, whatever they hold.
std::optional<std::string_view> FindInNscdMap(std::string_view map, const NscdKey& key,
                                              int64_t now);

}  // namespace keelson

#endif  // KEELSON_CORE_NSCD_MAP_H_
