// users-update orphans: files whose uid or gid no account has.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ORPHANS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ORPHANS_H_

#include <string>

#include "applets/useradd_profile/owner_scan.h"
#include "applets/useradd_profile/update_call.h"
#include "core/account_state.h"

namespace keelson {

absl::StatusOr<int> RunOrphans(const UpdateCall& call);

// The names that ids had, as accounts.db knows them.
class FormerNames {
 public:
  explicit FormerNames(const AccountTable& table) : table_(table) {}
  std::string Find(AccountKind kind, uint32_t id) const;  // empty: not known
  // "PATH: uid 123 (was ntp), gid 55", what is wanted only.
  std::string Line(const OwnedFile& file) const;

 private:
  const AccountTable& table_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ORPHANS_H_
