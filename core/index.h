// A hashed index over records: key -> 32-bit value, usually the offset of a record in a file.
//
// Keys are not stored. A slot keeps 32 bits of the key's hash (the tag) and the value; whoever
// looks up says by a callback whether the record at a value really has the key. Open addressing,
// linear probing, at most 60 % full. The home of a tag is (tag * slots) >> 32, so slots are in
// order of their tags and growing is one sequential pass that needs no key.
//
// The hash is XXH3 (xxhash, 64 bits, seed 0); the tag is its upper half. A run of equal tags, by
// chance or by malice, costs comparisons, never a wrong answer.
//
// Bytes, native byte order, all of it usable straight from a mapping:
//   0  u32 magic "KIX1"   4  u32 zero   8  u64 slots   16  u64 keys   24  u64 zero
//   32 slots of 8 bytes: u32 value + 1 (0: empty), u32 tag
#ifndef KEELSON_CORE_INDEX_H_
#define KEELSON_CORE_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace keelson {

uint32_t HashKey(std::string_view key);
uint32_t HashKey(uint32_t key);

struct IndexSlot {
  uint32_t value_plus_1;
  uint32_t tag;
};
static_assert(sizeof(IndexSlot) == 8);

// Where slots live: zeroed memory, aligned to 8 bytes. allocate does not return when there is none.
struct SlotMemory {
  void* (*allocate)(size_t bytes);
  void (*release)(void* memory, size_t bytes);
};
extern const SlotMemory kHeapSlots;

// An array of plain values in a SlotMemory's memory; its size is given once.
template <typename T>
class SlotArray {
 public:
  SlotArray() = default;
  SlotArray(size_t size, const SlotMemory& memory)
      : memory_(&memory),
        data_(static_cast<T*>(memory.allocate((size + 1) * sizeof(T)))),
        size_(size) {}
  SlotArray(SlotArray&& other) noexcept { *this = std::move(other); }
  SlotArray& operator=(SlotArray&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SlotArray() {
    if (data_ != nullptr) memory_->release(data_, (size_ + 1) * sizeof(T));
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t at) { return data_[at]; }
  const T& operator[](size_t at) const { return data_[at]; }
  size_t size() const { return size_; }

 private:
  const SlotMemory* memory_ = nullptr;
  T* data_ = nullptr;
  size_t size_ = 0;
};

inline constexpr size_t kIndexHeaderBytes = 32;
inline constexpr uint32_t kMaxIndexValue = 0xfffffffe;

// Read only. Never reads outside the bytes it was given, whatever they hold.
class IndexView {
 public:
  IndexView() = default;
  // Nothing when the bytes are not an index (wrong magic, wrong size, not 8-byte aligned).
  static std::optional<IndexView> FromBytes(std::string_view bytes);

  size_t slots() const { return slots_; }
  size_t keys() const { return keys_; }  // for statistics; not checked against the slots

  // The value whose record has the key: same(value) decides among those with the same tag.
  template <typename Same>
  std::optional<uint32_t> Find(uint32_t tag, Same same) const {
    if (slots_ == 0) return std::nullopt;
    size_t at = Home(tag, slots_);
    for (size_t step = 0; step < slots_; ++step) {
      const IndexSlot& slot = slot_[at];
      if (slot.value_plus_1 == 0) return std::nullopt;
      if (slot.tag == tag && same(slot.value_plus_1 - 1)) return slot.value_plus_1 - 1;
      if (++at == slots_) at = 0;
    }
    return std::nullopt;
  }

  // A Find of that tag will follow.
  void Prefetch(uint32_t tag) const {
    if (slots_ != 0) __builtin_prefetch(slot_ + Home(tag, slots_));
  }

  static size_t Home(uint32_t tag, size_t slots) {
    return static_cast<size_t>((static_cast<uint64_t>(tag) * slots) >> 32);
  }

 private:
  friend class IndexBuilder;
  const IndexSlot* slot_ = nullptr;
  size_t slots_ = 0;
  size_t keys_ = 0;
};

// A header and its slots, owned.
class IndexImage {
 public:
  IndexImage() = default;
  IndexImage(size_t bytes, const SlotMemory& memory)
      : memory_(&memory), data_(static_cast<char*>(memory.allocate(bytes))), size_(bytes) {}
  IndexImage(IndexImage&& other) noexcept { *this = std::move(other); }
  IndexImage& operator=(IndexImage&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~IndexImage() {
    if (data_ != nullptr) memory_->release(data_, size_);
  }

  std::string_view bytes() const { return {data_, size_}; }
  IndexView view() const { return IndexView::FromBytes(bytes()).value_or(IndexView()); }

 private:
  friend class IndexBuilder;
  IndexSlot* slots() { return reinterpret_cast<IndexSlot*>(data_ + kIndexHeaderBytes); }

  const SlotMemory* memory_ = nullptr;
  char* data_ = nullptr;
  size_t size_ = 0;
};

class IndexBuilder {
 public:
  // expected_keys: a guess; the index grows when it was too low. REQUIRES: fewer than 2^31 keys.
  explicit IndexBuilder(size_t expected_keys, const SlotMemory& memory = kHeapSlots);

  // Puts the key in, now or at the next Flush, unless a record of the same key is there: the first
  // one wins. same(a, b): do the records at these values have the same key?
  template <typename Same>
  void Add(uint32_t tag, uint32_t value, Same same) {
    const size_t part = tag >> kPartShift;
    waiting_.slots()[part * part_size_ + counts_[part]] = {value + 1, tag};
    if (++counts_[part] == part_size_) Settle(part, same);
  }

  // Settles what waits.
  template <typename Same>
  void Flush(Same same) {
    for (size_t part = 0; part < kParts; ++part) Settle(part, same);
  }

  // At once, not to be mixed with Adds that wait: the place of the key's value plus 1, to read or
  // to change, after a new slot with `value` was made if there was none. Valid till the next call.
  template <typename Same>
  uint32_t* FindOrInsert(uint32_t tag, uint32_t value, Same same, bool* inserted);

  // The builder is of no use afterwards. REQUIRES: Flush was called after the last Add.
  IndexImage Finish();

 private:
  // Keys wait in parts by the upper bits of their tags, which are the places of their slots:
  // settling a part stays within a piece of the table that the cache holds, and the next slots are
  // fetched meanwhile.
  static constexpr size_t kParts = 8;
  static constexpr int kPartShift = 29;
  static constexpr size_t kAhead = 8;

  template <typename Same>
  void Settle(size_t part, Same same) {
    const IndexSlot* waiting = waiting_.slots() + part * part_size_;
    const size_t count = counts_[part];
    bool inserted;
    for (size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) {
        __builtin_prefetch(slot_ + IndexView::Home(waiting[i + kAhead].tag, slots_), 1);
      }
      FindOrInsert(waiting[i].tag, waiting[i].value_plus_1 - 1, same, &inserted);
    }
    counts_[part] = 0;
  }
  void Grow();

  const SlotMemory* memory_;
  size_t slots_;
  IndexImage image_;
  IndexSlot* slot_;  // in image_
  size_t keys_ = 0;
  size_t part_size_;
  IndexImage waiting_;  // its slots: kParts pieces of part_size_
  std::array<uint32_t, kParts> counts_ = {};
};

template <typename Same>
uint32_t* IndexBuilder::FindOrInsert(uint32_t tag, uint32_t value, Same same, bool* inserted) {
  if ((keys_ + 1) * 5 > slots_ * 3) Grow();
  IndexSlot* const slot = slot_;
  size_t at = IndexView::Home(tag, slots_);
  while (slot[at].value_plus_1 != 0) {
    if (slot[at].tag == tag && same(slot[at].value_plus_1 - 1, value)) {
      *inserted = false;
      return &slot[at].value_plus_1;
    }
    if (++at == slots_) at = 0;
  }
  slot[at] = {value + 1, tag};
  ++keys_;
  *inserted = true;
  return &slot[at].value_plus_1;
}

}  // namespace keelson

#endif  // KEELSON_CORE_INDEX_H_
