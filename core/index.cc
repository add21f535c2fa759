// The slots live behind their header in one allocation, so that Finish() is the image to write or
// map.

#include "core/index.h"

#include <cstring>

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

IndexBuilder::IndexBuilder(size_t expected_keys)
    : slot_(kHeaderSlots + 2 * expected_keys + 8), slots_(2 * expected_keys + 8) {}

void IndexBuilder::Grow() {
  const size_t slots = slots_ * 2;
  std::vector<IndexSlot> grown(kHeaderSlots + slots);
  IndexSlot* to = grown.data() + kHeaderSlots;
  for (size_t i = kHeaderSlots; i < slot_.size(); ++i) {
    if (slot_[i].value_plus_1 == 0) continue;
    size_t at = IndexView::Home(slot_[i].tag, slots);
    while (to[at].value_plus_1 != 0) {
      if (++at == slots) at = 0;
    }
    to[at] = slot_[i];
  }
  slot_ = std::move(grown);
  slots_ = slots;
}

std::vector<IndexSlot> IndexBuilder::Finish() {
  const Header header = {kMagic, 0, slots_, keys_, 0};
  std::memcpy(static_cast<void*>(slot_.data()), &header, sizeof header);
  std::vector<IndexSlot> image = std::move(slot_);
  *this = IndexBuilder(0);
  return image;
}

}  // namespace keelson
