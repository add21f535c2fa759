// A map of ids that comes from elsewhere: which account has, or had, which id. Pure.
//
//   tsv        kind, name, id and state between tabs, as users-update exports them
//   sysusers   lines u and g of sysusers.d(5) that have an id
//   gentoo     Gentoo's uid-gid.txt (core/uid_gid_registry.h)
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ID_MAP_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ID_MAP_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/account_id.h"
#include "core/account_state.h"

namespace keelson {

enum class IdMapFormat : uint8_t { kTsv, kSysusers, kGentoo };

struct IdMapEntry {
  AccountKind kind = AccountKind::kUser;
  std::string name;
  uint32_t id = 0;
  AccountState state = AccountState::kReserved;  // or a tombstone: nothing else
  uint32_t line = 0;
};

struct IdMap {
  std::vector<IdMapEntry> entries;  // of a kind, name, id and state one
  std::vector<IdRange> ranges;      // kept free, which is not the map's to say here
};

// By the first line that is neither empty nor a comment.
IdMapFormat GuessIdMapFormat(std::string_view bytes);

// *errors: "PATH:LINE: what", in order, for lines that are wrong and for those that say different
// things of one name or one id.
void ReadIdMap(std::string_view bytes, IdMapFormat format, std::string_view path, IdMap* map,
               std::vector<std::string>* errors);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ID_MAP_H_
