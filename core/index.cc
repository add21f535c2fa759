// The slots live behind their header in one allocation, so that Finish() is the image to write or
// map.

#include "core/index.h"

#include <cstdlib>
#include <cstring>
#include <new>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace keelson {
namespace {

constexpr uint32_t kMagic = 0x3158494b;  // "KIX1" as little-endian bytes

struct Header {
  uint32_t magic;
  uint32_t zero;
  uint64_t slots;
  uint64_t keys;
  uint64_t reserved;
};
static_assert(sizeof(Header) == kIndexHeaderBytes);

// As operator new does it: the handler does not return.
[[noreturn]] void OutOfMemory() {
  if (std::new_handler handler = std::get_new_handler()) handler();
  std::abort();
}

}  // namespace

uint32_t HashKey(std::string_view key) {
  return static_cast<uint32_t>(XXH3_64bits(key.data(), key.size()) >> 32);
}

uint32_t HashKey(uint32_t key) {
  return static_cast<uint32_t>(XXH3_64bits(&key, sizeof key) >> 32);
}

std::optional<IndexView> IndexView::FromBytes(std::string_view bytes) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint64_t) != 0) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  const size_t room = (bytes.size() - sizeof header) / sizeof(IndexSlot);
  if (header.magic != kMagic || header.slots > room || header.slots > UINT32_MAX) {
    return std::nullopt;
  }
  IndexView view;
  view.slot_ = reinterpret_cast<const IndexSlot*>(bytes.data() + sizeof header);
  view.slots_ = static_cast<size_t>(header.slots);
  view.keys_ = static_cast<size_t>(header.keys);
  return view;
}

const SlotMemory kHeapSlots = {
    [](size_t bytes) -> void* {
      void* memory = std::calloc(1, bytes);
      if (memory == nullptr) OutOfMemory();
      return memory;
    },
    [](void* memory, size_t) { std::free(memory); },
};

IndexBuilder::IndexBuilder(size_t expected_keys, const SlotMemory& memory)
    : memory_(&memory),
      slots_(2 * expected_keys + 8),
      image_(kIndexHeaderBytes + slots_ * sizeof(IndexSlot), memory),
      slot_(image_.slots()),
      part_size_(expected_keys / kParts * 9 / 8 + 1),
      waiting_(kIndexHeaderBytes + kParts * part_size_ * sizeof(IndexSlot), memory) {}

void IndexBuilder::Grow() {
  const size_t slots = slots_ * 2;
  IndexImage grown(kIndexHeaderBytes + slots * sizeof(IndexSlot), *memory_);
  IndexSlot* to = grown.slots();
  for (size_t i = 0; i < slots_; ++i) {
    if (slot_[i].value_plus_1 == 0) continue;
    size_t at = IndexView::Home(slot_[i].tag, slots);
    while (to[at].value_plus_1 != 0) {
      if (++at == slots) at = 0;
    }
    to[at] = slot_[i];
  }
  image_ = std::move(grown);
  slots_ = slots;
  slot_ = to;
}

IndexImage IndexBuilder::Finish() {
  const Header header = {kMagic, 0, slots_, keys_, 0};
  std::memcpy(image_.data_, &header, sizeof header);
  return std::move(image_);
}

}  // namespace keelson
