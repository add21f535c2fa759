// Where accounts that are there are not what their definitions say, and what --update makes of
// them.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_DIFFERENCES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_DIFFERENCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "applets/useradd_profile/account_lines.h"
#include "core/account_definition.h"

namespace keelson {

struct Difference {
  std::string told;     // "PATH:LINE:COLUMN: user ntp: shell is /bin/sh, not /sbin/nologin"
  std::string change;   // "change user ntp shell /sbin/nologin"; empty: it cannot be changed
  bool silent = false;  // of a password: not compared, so not told of either
};

// gid: of the declared primary group; nothing: none is declared. *changed: the record as it would
// be with all that can be changed. Memberships are not looked at.
std::vector<Difference> FindDifferences(const UserDefinition& user, const UserRecord& there,
                                        std::optional<uint32_t> gid, AccountSystem system,
                                        UserRecord* changed);
std::vector<Difference> FindDifferences(const GroupDefinition& group, const GroupRecord& there,
                                        GroupRecord* changed);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_DIFFERENCES_H_
