// What accounts.db says of an account after a run that needed it.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_PLANNED_RECORD_H_
#define KEELSON_APPLETS_USERADD_PROFILE_PLANNED_RECORD_H_

#include <string>
#include <string_view>

#include "core/account_state.h"

namespace keelson {

struct AccountNews {
  AccountKind kind = AccountKind::kUser;
  std::string name;
  uint32_t id = 0;
  bool is_new = false;
  std::string origin;  // of a new one: the file that declares it
  // AccountFingerprint of what the files say before and after the run.
  std::string before, after;
};

// The living record of the name, or null.
const AccountRecord* LivingRecord(const AccountTable& table, AccountKind kind,
                                  std::string_view name);

AccountRecord PlannedRecord(const AccountTable& table, const AccountNews& news,
                            std::string_view package);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_PLANNED_RECORD_H_
