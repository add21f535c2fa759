// A record of the data: its entries, the keys that are nowhere else, the packet's head, the answer,
// side by side, so that a lookup touches few pages and few lines of the cache.
//
//   entry 24   of the name, which is in the answer
//   entry 24   of the id
//   keys       those that are not in the answer; up to the next multiple of 8
//   packet 24, answer, up to the next multiple of 8
//
// nscd's own entries are 8 bytes longer, which are of no use to clients: they only want 4 of them
// to be within the data.
#include "core/nscd_map.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace keelson {
namespace {

constexpr int32_t kVersion = 2;
constexpr size_t kMaxData = INT32_MAX - 7;  // more is how a map is poisoned
constexpr size_t kAlignment = 8;

struct Entry {
  uint8_t type = 0;
  uint8_t first = 0;
  uint16_t zero = 0;
  int32_t key_length = 0;
  uint32_t key = 0;
  int32_t owner = 0;
  uint32_t next = 0;
  uint32_t packet = 0;
};
static_assert(sizeof(Entry) == 24);
constexpr size_t kEntryInData = 28;

struct Packet {
  int32_t bytes = 0;
  int32_t answer_bytes = 0;
  uint64_t timeout = 0;
  uint8_t not_found = 0;
  uint8_t reloads = 0;
  uint8_t usable = 0;
  uint8_t zero = 0;
  uint32_t ttl = 0;
};
static_assert(sizeof(Packet) == 24);

constexpr size_t RoundUp(size_t bytes, size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

// sdbm's hash over the key and its NUL: h = c + k h; four bytes at a time.
uint32_t HashOf(std::string_view key) {
  constexpr uint32_t k = 65599, k2 = k * k, k3 = k2 * k, k4 = k3 * k;
  uint32_t hash = 0;
  const auto* at = reinterpret_cast<const unsigned char*>(key.data());
  const auto* const end = at + key.size();
  for (; end - at >= 4; at += 4) hash = hash * k4 + (at[0] * k3 + at[1] * k2 + at[2] * k + at[3]);
  for (; at != end; ++at) hash = hash * k + *at;
  return hash * k;
}

bool IsIn(std::string_view key, std::string_view answer) {
  const auto begin = reinterpret_cast<uintptr_t>(answer.data());
  const auto at = reinterpret_cast<uintptr_t>(key.data());
  return at >= begin && at + key.size() < begin + answer.size();
}

size_t PacketBytes(std::string_view answer) {
  return RoundUp(sizeof(Packet) + answer.size(), kAlignment);
}

template <typename T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename T>
void Store(T* field, T value) {
  __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

template <typename T>
T TakeAt(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The parts of a map that clients take.
struct View {
  std::string_view buckets, data;
  uint32_t bucket_count;
};

std::optional<View> Open(std::string_view map, int64_t now) {
  if (map.size() < sizeof(NscdMapHead)) return std::nullopt;
  const auto head = TakeAt<NscdMapHead>(map, 0);
  if (head.version != kVersion || head.header_size != sizeof head || head.gc_cycle % 2 != 0 ||
      head.buckets <= 0 || head.data_size < 0) {
    return std::nullopt;
  }
  const bool expired = head.timestamp + uint64_t{kNscdMapSeconds} < static_cast<uint64_t>(now);
  if (head.certainly_running == 0 && expired) return std::nullopt;
  const size_t data_at = NscdMapBuilder::EmptyBytes(static_cast<size_t>(head.buckets));
  if (data_at > map.size() || static_cast<size_t>(head.data_size) > map.size() - data_at) {
    return std::nullopt;
  }
  return View{map.substr(sizeof head), map.substr(data_at, static_cast<size_t>(head.data_size)),
              static_cast<uint32_t>(head.buckets)};
}

bool HasKey(std::string_view data, const Entry& entry, const NscdKey& key) {
  const size_t length = key.key.size() + 1;
  return entry.type == static_cast<uint8_t>(key.type) &&
         static_cast<uint32_t>(entry.key_length) == length && entry.key + length <= data.size() &&
         data.substr(entry.key, length - 1) == key.key && data[entry.key + length - 1] == '\0';
}

std::optional<std::string_view> AnswerAt(std::string_view data, size_t at) {
  if (at % kAlignment != 0 || at + sizeof(Packet) > data.size()) return std::nullopt;
  const auto packet = TakeAt<Packet>(data, at);
  if (packet.usable != 1 || packet.bytes < 0 || packet.answer_bytes < 0 ||
      at + static_cast<size_t>(packet.bytes) > data.size()) {
    return std::nullopt;
  }
  const auto length = static_cast<size_t>(packet.answer_bytes);
  if (sizeof(Packet) + length > static_cast<size_t>(packet.bytes)) return std::nullopt;
  return data.substr(at + sizeof(Packet), length);
}

}  // namespace

size_t NscdMapBuilder::BucketsFor(size_t keys) { return keys * 2 + 1; }

size_t NscdMapBuilder::EmptyBytes(size_t buckets) {
  return sizeof(NscdMapHead) + RoundUp(buckets * sizeof(uint32_t), 16);
}

size_t NscdMapBuilder::AnswerBytes(std::string_view answer, std::span<const NscdKey> keys) {
  size_t bytes = keys.size() * sizeof(Entry);
  for (const NscdKey& key : keys) {
    if (!IsIn(key.key, answer)) bytes += key.key.size() + 1;
  }
  return RoundUp(bytes, kAlignment) + PacketBytes(answer);
}

NscdMapBuilder::NscdMapBuilder(size_t buckets, size_t limit, Sink sink, const SlotMemory& memory)
    : buckets_(buckets, memory),
      sink_(std::move(sink)),
      data_limit_(std::min(limit - EmptyBytes(buckets), kMaxData) / kAlignment * kAlignment) {}

bool NscdMapBuilder::Extend(size_t bytes, size_t* at) {
  *at = written_ + window_.size();
  if (*at + bytes > data_limit_) return false;
  if (window_.size() >= kWindow) Flush();
  window_.resize(window_.size() + bytes);
  return true;
}

void NscdMapBuilder::Put(size_t at, std::string_view bytes) {
  std::memcpy(window_.data() + (at - written_), bytes.data(), bytes.size());
}

NscdMapBuilder::Place NscdMapBuilder::Add(std::string_view answer, std::span<const NscdKey> keys) {
  const size_t bytes = AnswerBytes(answer, keys);
  size_t entry_at;
  if (!Extend(bytes, &entry_at)) return kNowhere;
  size_t key_at = entry_at + keys.size() * sizeof(Entry);
  const size_t packet_at = entry_at + bytes - PacketBytes(answer);
  const size_t answer_at = packet_at + sizeof(Packet);
  const auto place = static_cast<Place>(packet_at);
  for (const NscdKey& key : keys) {
    if (IsIn(key.key, answer)) {
      PutEntry(key, entry_at, answer_at + static_cast<size_t>(key.key.data() - answer.data()),
               place);
    } else {
      PutEntry(key, entry_at, key_at, place);
      Put(key_at, key.key);
      key_at += key.key.size() + 1;
    }
    entry_at += sizeof(Entry);
  }
  const Packet packet = {.bytes = static_cast<int32_t>(PacketBytes(answer)),
                         .answer_bytes = static_cast<int32_t>(answer.size()),
                         .usable = 1};
  Put(packet_at, BytesOf(packet));
  Put(answer_at, answer);
  return place;
}

bool NscdMapBuilder::AddKey(const NscdKey& key, Place answer) {
  size_t entry_at;
  if (!Extend(RoundUp(sizeof(Entry) + key.key.size() + 1, kAlignment), &entry_at)) return false;
  const size_t key_at = entry_at + sizeof(Entry);
  PutEntry(key, entry_at, key_at, answer);
  Put(key_at, key.key);
  return true;
}

void NscdMapBuilder::PutEntry(const NscdKey& key, size_t entry_at, size_t key_at, Place answer) {
  const Entry entry = {.type = static_cast<uint8_t>(key.type),
                       .key_length = static_cast<int32_t>(key.key.size() + 1),
                       .key = static_cast<uint32_t>(key_at),
                       .packet = answer};
  Put(entry_at, BytesOf(entry));
  if (entries_ == linked_ + kWaiting) Link(waiting_[linked_++ % kWaiting]);
  Waiting& waiting = waiting_[entries_++ % kWaiting];
  waiting = {&buckets_[HashOf(key.key) % static_cast<uint32_t>(buckets_.size())],
             static_cast<uint32_t>(entry_at)};
  __builtin_prefetch(waiting.bucket, 1);
}

// In front of those of its bucket that were added before.
void NscdMapBuilder::Link(const Waiting& waiting) {
  Put(waiting.entry + offsetof(Entry, next), BytesOf(*waiting.bucket - 1));
  *waiting.bucket = waiting.entry + 1;
}

void NscdMapBuilder::Flush() {
  while (linked_ < entries_) Link(waiting_[linked_++ % kWaiting]);
  sink_(EmptyBytes(buckets_.size()) + written_, window_);
  written_ += window_.size();
  window_.clear();
}

bool NscdMapBuilder::Finish() {
  if (!window_.empty()) {
    Flush();
    return false;
  }
  const size_t count = std::min(buckets_.size() - buckets_written_, kWindow / sizeof(uint32_t));
  uint32_t* const piece = &buckets_[buckets_written_];
  for (size_t i = 0; i < count; ++i) --piece[i];
  sink_(sizeof(NscdMapHead) + buckets_written_ * sizeof(uint32_t),
        {reinterpret_cast<const char*>(piece), count * sizeof(uint32_t)});
  buckets_written_ += count;
  if (buckets_written_ < buckets_.size()) return false;

  const size_t buckets_end = sizeof(NscdMapHead) + buckets_.size() * sizeof(uint32_t);
  sink_(buckets_end, std::string(EmptyBytes(buckets_.size()) - buckets_end, '\0'));
  NscdMapHead head = {};
  head.version = kVersion;
  head.header_size = sizeof head;
  head.buckets = static_cast<int32_t>(buckets_.size());
  head.data_size = head.first_free = static_cast<int32_t>(written_);
  head.entries = head.max_entries = static_cast<int32_t>(entries_);
  sink_(0, BytesOf(head));
  return true;
}

void RefreshNscdMap(NscdMapHead* head, int64_t timestamp) {
  Store(&head->timestamp, static_cast<uint64_t>(timestamp));
}

void MarkNscdMapStale(NscdMapHead* head) { Store(&head->gc_cycle, int32_t{1}); }

void PoisonNscdMap(NscdMapHead* head) { Store(&head->data_size, INT32_MAX); }

std::optional<std::string_view> FindInNscdMap(std::string_view map, const NscdKey& key,
                                              int64_t now) {
  const std::optional<View> view = Open(map, now);
  if (!view) return std::nullopt;
  const std::string_view data = view->data;
  const size_t bucket = HashOf(key.key) % view->bucket_count;
  auto at = TakeAt<uint32_t>(view->buckets, bucket * sizeof(uint32_t));
  // More steps than entries have room: a circle.
  for (size_t left = data.size() / sizeof(Entry); left != 0; --left) {
    if (at % kAlignment != 0 || at + kEntryInData > data.size()) return std::nullopt;
    const auto entry = TakeAt<Entry>(data, at);
    if (HasKey(data, entry, key)) return AnswerAt(data, entry.packet);
    at = entry.next;
  }
  return std::nullopt;
}

}  // namespace keelson
