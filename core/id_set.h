// A set of 32-bit ids, small where they lie close together, as account ids do: 512 of them are one
// block of bits.
#ifndef KEELSON_CORE_ID_SET_H_
#define KEELSON_CORE_ID_SET_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace keelson {

class IdSet {
 public:
  void Add(uint32_t id) {
    if (last_ == nullptr || id >> kShift != last_number_) {
      last_number_ = id >> kShift;
      last_ = &blocks_[last_number_];
    }
    last_->set(id & kMask);
  }
  bool Has(uint32_t id) const {
    const auto found = blocks_.find(id >> kShift);
    return found != blocks_.end() && found->second.test(id & kMask);
  }

  // The last one of those from first to last; nothing: there is none.
  std::optional<uint32_t> LastIn(uint32_t first, uint32_t last) const {
    std::optional<uint32_t> found;
    for (const auto& [number, block] : blocks_) {
      if (number < first >> kShift || number > last >> kShift) continue;
      for (uint32_t bit = 1 << kShift; bit-- > 0;) {
        const uint32_t id = (number << kShift) + bit;
        if (id < first) break;
        if (id > last || !block.test(bit)) continue;
        if (!found || *found < id) found = id;
        break;
      }
    }
    return found;
  }

  IdSet() = default;
  IdSet(const IdSet&) = delete;  // last_ points into it

 private:
  static constexpr int kShift = 9;
  static constexpr uint32_t kMask = (1 << kShift) - 1;
  using Block = std::bitset<1 << kShift>;

  std::unordered_map<uint32_t, Block> blocks_;
  Block* last_ = nullptr;
  uint32_t last_number_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_CORE_ID_SET_H_
