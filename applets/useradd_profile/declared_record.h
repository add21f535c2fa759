// A definition -> the record that is written for it.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_DECLARED_RECORD_H_
#define KEELSON_APPLETS_USERADD_PROFILE_DECLARED_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "applets/useradd_profile/account_lines.h"
#include "core/account_definition.h"
#include "platform/file.h"

namespace keelson {

// What fields are when no definition says anything of them.
struct FieldDefaults {
  AccountSystem system = AccountSystem::kLinux;
  std::string home, shell;
  std::optional<std::string> password;
};

// From accounts/accounts; the shell else is the system's nologin, looked for below the root.
FieldDefaults FindFieldDefaults(const AccountDefaults& declared, AccountSystem system, Root& root);

UserRecord DeclaredRecord(const UserDefinition& user, uint32_t uid, uint32_t gid,
                          const FieldDefaults& defaults);

// The field of shadow or master.passwd that lets nobody in, and the same with a password kept.
std::string LockedPassword(std::string_view password, AccountSystem system);

// As the file of the system has it: days on Linux, else seconds; -1: never.
int64_t DeclaredExpiry(const UserDefinition& user, AccountSystem system);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_DECLARED_RECORD_H_
