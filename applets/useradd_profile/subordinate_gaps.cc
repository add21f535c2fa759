// First fit: one walk over the ranges in their order, pushed on by each that is in the way.
#include "applets/useradd_profile/subordinate_gaps.h"

#include <algorithm>
#include <utility>

namespace keelson {

namespace {

constexpr uint64_t kFirst = 100'000;
constexpr uint64_t kEnd = UINT32_MAX;  // is no id itself

bool Before(const IdRange& a, const IdRange& b) { return a.first < b.first; }

}  // namespace

SubordinateGaps::SubordinateGaps(std::vector<IdRange> ranges, LastTaken last_taken)
    : ranges_(std::move(ranges)), last_taken_(std::move(last_taken)) {
  std::sort(ranges_.begin(), ranges_.end(), Before);
}

std::optional<IdRange> SubordinateGaps::Take(uint32_t count) {
  uint64_t first = kFirst;
  auto range = ranges_.begin();
  while (count > 0 && first + count <= kEnd) {
    const auto last = static_cast<uint32_t>(first + count - 1);
    const IdRange room{static_cast<uint32_t>(first), last};
    if (range != ranges_.end() && range->first <= last) {
      first = std::max(first, uint64_t{range->last} + 1);
      ++range;
    } else if (const std::optional<uint32_t> id = last_taken_(room)) {
      first = uint64_t{*id} + 1;
    } else {
      ranges_.insert(std::upper_bound(ranges_.begin(), ranges_.end(), room, Before), room);
      return room;
    }
  }
  return std::nullopt;
}

}  // namespace keelson
