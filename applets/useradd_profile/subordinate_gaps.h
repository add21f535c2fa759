// Where there is room for a range of subordinate ids.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SUBORDINATE_GAPS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SUBORDINATE_GAPS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/account_id.h"

namespace keelson {

class SubordinateGaps {
 public:
  // The last id of the range that an account has; nothing: none has.
  using LastTaken = std::function<std::optional<uint32_t>(IdRange)>;

  SubordinateGaps(std::vector<IdRange> ranges, LastTaken last_taken);

  // The first room from 100000 upwards, which is taken from then on; nothing: there is none.
  std::optional<IdRange> Take(uint32_t count);

 private:
  std::vector<IdRange> ranges_;  // by their first ids
  LastTaken last_taken_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SUBORDINATE_GAPS_H_
