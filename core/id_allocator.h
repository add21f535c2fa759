// Which id a new account gets.
//
// The wished one if nothing speaks against it, else the next free one of a range. The answer
// depends on what was told and in which order it was asked, on nothing else.
#ifndef KEELSON_CORE_ID_ALLOCATOR_H_
#define KEELSON_CORE_ID_ALLOCATOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>

#include "core/account_id.h"
#include "core/account_state.h"

namespace keelson {

// Why an id is not given out.
enum class IdRefusal : uint8_t {
  kNone,
  kNotAnId,      // 65535, 4294967295
  kTaken,        // an account has it
  kReserved,     // in a reserved range
  kSubordinate,  // in somebody's subordinate range
  kSpent,        // an account had it once
  kRangeFull,    // none is left in the range
};
std::string_view IdRefusalText(IdRefusal refusal);  // such as "is taken", said of an id

struct IdAnswer {
  std::optional<uint32_t> id;
  bool wished = false;                   // the first wish
  IdRefusal refused = IdRefusal::kNone;  // why it is not the first wish, or why there is none
};

// Many ranges as one set.
class IdRanges {
 public:
  void Add(IdRange range);
  // The range around the id, joined with all that overlap it or follow it without a gap.
  std::optional<IdRange> Around(uint32_t id) const;

 private:
  std::map<uint32_t, uint32_t> last_of_;  // by the first id; never overlapping
};

class IdAllocator {
 public:
  enum class Direction : uint8_t { kDown, kUp };

  // Whether a user (or group) has the id now; asked about what the files say.
  using IsTaken = std::function<bool(AccountKind, uint32_t)>;

  IdAllocator(IdRange uids, IdRange gids, Direction direction, IsTaken is_taken);

  // Ranges that are not given out to anybody.
  void Reserve(IdRange range) { reserved_.Add(range); }
  void ReserveSubordinate(IdRange range) { subordinate_.Add(range); }
  void Spend(uint32_t id) { spent_.insert(id); }  // a tombstone
  // An id that somebody may wish for later: nobody gets it unless he wishes for it.
  void Avoid(uint32_t id) { avoided_.insert(id); }

  struct Request {
    AccountKind kind = AccountKind::kUser;
    // In order of preference. A wish is fulfilled when no account of the same kind has the id.
    std::span<const uint32_t> wishes;
    bool enforce = false;  // the first wish or none
  };
  // An id that no wish named is free among users and groups alike, so that a group of the user's
  // name can have the same. What is given out is taken from then on.
  IdAnswer Give(const Request& request);

  // What speaks against this id for an account of that kind.
  IdRefusal Judge(AccountKind kind, uint32_t id) const;

 private:
  struct Pool {
    IdRange range;
    uint64_t passed = 0;  // ids of the range, from its start, that are known not to be free
    std::unordered_set<uint32_t> given;
  };
  Pool& PoolOf(AccountKind kind) { return kind == AccountKind::kUser ? users_ : groups_; }
  const Pool& PoolOf(AccountKind kind) const {
    return kind == AccountKind::kUser ? users_ : groups_;
  }
  std::optional<uint32_t> NextFree(Pool* pool);

  Pool users_, groups_;
  Direction direction_;
  IsTaken is_taken_;
  IdRanges reserved_, subordinate_;
  std::unordered_set<uint32_t> spent_, avoided_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_ID_ALLOCATOR_H_
