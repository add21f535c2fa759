// Ids only ever become taken while an allocator lives, so each range is walked once: the next
// search goes on where the last one ended. Reserved ranges are jumped over, not walked, because a
// range of millions may lie within one.
#include "core/id_allocator.h"

#include <algorithm>
#include <iterator>

namespace keelson {

void IdRanges::Add(IdRange range) {
  auto next = last_of_.upper_bound(range.first);
  // One before that reaches to here.
  if (next != last_of_.begin() && uint64_t{std::prev(next)->second} + 1 >= range.first) --next;
  while (next != last_of_.end() && next->first <= uint64_t{range.last} + 1) {
    range.first = std::min(range.first, next->first);
    range.last = std::max(range.last, next->second);
    next = last_of_.erase(next);
  }
  last_of_.emplace(range.first, range.last);
}

std::optional<IdRange> IdRanges::Around(uint32_t id) const {
  const auto next = last_of_.upper_bound(id);
  if (next == last_of_.begin() || std::prev(next)->second < id) return std::nullopt;
  return IdRange{std::prev(next)->first, std::prev(next)->second};
}

std::string_view IdRefusalText(IdRefusal refusal) {
  switch (refusal) {
    case IdRefusal::kNone:
      return "is free";
    case IdRefusal::kNotAnId:
      return "is not an id that an account may have";
    case IdRefusal::kTaken:
      return "is taken";
    case IdRefusal::kReserved:
      return "is in a reserved range";
    case IdRefusal::kSubordinate:
      return "is in a subordinate range";
    case IdRefusal::kSpent:
      return "belonged to an account that was removed";
    case IdRefusal::kRangeFull:
      return "has no free successor in the range";
  }
  return "";
}

IdAllocator::IdAllocator(IdRange uids, IdRange gids, Direction direction, IsTaken is_taken)
    : direction_(direction), is_taken_(std::move(is_taken)) {
  users_.range = uids;
  groups_.range = gids;
}

IdRefusal IdAllocator::Judge(AccountKind kind, uint32_t id) const {
  if (!IsAccountId(id)) return IdRefusal::kNotAnId;
  if (reserved_.Around(id)) return IdRefusal::kReserved;
  if (spent_.contains(id)) return IdRefusal::kSpent;
  if (PoolOf(kind).given.contains(id) || is_taken_(kind, id)) return IdRefusal::kTaken;
  if (subordinate_.Around(id)) return IdRefusal::kSubordinate;
  return IdRefusal::kNone;
}

std::optional<uint32_t> IdAllocator::NextFree(Pool* pool) {
  const IdRange range = pool->range;
  if (range.first > range.last) return std::nullopt;
  const uint64_t size = uint64_t{range.last} - range.first + 1;
  const bool up = direction_ == Direction::kUp;
  while (pool->passed < size) {
    const auto step = static_cast<uint32_t>(pool->passed);
    const uint32_t id = up ? range.first + step : range.last - step;
    std::optional<IdRange> closed = reserved_.Around(id);
    if (!closed) closed = subordinate_.Around(id);
    if (closed) {
      pool->passed = up ? uint64_t{closed->last} - range.first + 1
                        : (closed->first <= range.first ? size : range.last - closed->first + 1ull);
      continue;
    }
    ++pool->passed;
    if (!avoided_.contains(id) && Judge(AccountKind::kUser, id) == IdRefusal::kNone &&
        Judge(AccountKind::kGroup, id) == IdRefusal::kNone) {
      return id;
    }
  }
  return std::nullopt;
}

IdAnswer IdAllocator::Give(const Request& request) {
  Pool& pool = PoolOf(request.kind);
  IdAnswer answer;
  for (size_t i = 0; i < request.wishes.size(); ++i) {
    const uint32_t wish = request.wishes[i];
    const IdRefusal refusal = Judge(request.kind, wish);
    if (i == 0) answer.refused = refusal;
    if (refusal == IdRefusal::kNone) {
      answer.id = wish;
      answer.wished = i == 0;
      pool.given.insert(wish);
      return answer;
    }
    if (request.enforce) return answer;
  }
  answer.id = NextFree(&pool);
  if (answer.id) {
    pool.given.insert(*answer.id);
  } else {
    answer.refused = IdRefusal::kRangeFull;
  }
  return answer;
}

}  // namespace keelson
