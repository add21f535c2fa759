// Gentoo's registry of ids, uid-gid.txt: which uid and gid each name has, and which ranges are not
// for anybody.
//
// NAME UID GID PROVIDER NOTES..., words between blanks. A line "#!NAME UID ..." names the columns,
// more of which may come; other lines that begin with '#' are comments. An id is a number, a range
// FIRST..LAST, or '-' for none; a name '-' stands in lines that only reserve.
#ifndef KEELSON_CORE_UID_GID_REGISTRY_H_
#define KEELSON_CORE_UID_GID_REGISTRY_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/account_id.h"
#include "core/account_state.h"
#include "core/flat_file.h"

namespace keelson {

// Views into the bytes of the file.
struct RegisteredId {
  std::string_view name;  // empty: a range that is kept free
  std::optional<IdRange> uids, gids;
  std::string_view provider, notes;
  uint32_t line = 0;
};

class UidGidRegistry {
 public:
  const std::vector<RegisteredId>& records() const { return records_; }

  // The id of the user or group of that name. When there are several: of the provider in use now,
  // so acct before baselayout, user.eclass, requested, others and historical; then the first
  // line's.
  std::optional<uint32_t> Find(AccountKind kind, std::string_view name) const;

  // The ranges that no account may come from, for users and groups alike.
  std::vector<IdRange> Reserved() const;

 private:
  friend std::vector<ParseError> ParseUidGidRegistry(std::string_view bytes,
                                                     UidGidRegistry* registry);
  std::vector<RegisteredId> records_;
};

// All errors, in order; lines in error are left out. The bytes have to outlive *registry.
std::vector<ParseError> ParseUidGidRegistry(std::string_view bytes, UidGidRegistry* registry);

}  // namespace keelson

#endif  // KEELSON_CORE_UID_GID_REGISTRY_H_
