// As whom a service runs: names of its definition looked up in the flat files, since libc's own
// lookups would load code of the machine.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_ACCOUNT_H_
#define KEELSON_APPLETS_SVCD_SERVICE_ACCOUNT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/service_definition.h"
#include "platform/file.h"
#include "platform/process.h"

namespace keelson {

struct ServiceAccount {
  std::optional<Credentials> credentials;  // none: those of svcd
  std::string name, home, shell;           // empty: unknown, or not asked for
};

// False, and *why: there is no such user or group, or we may not become it.
bool FindServiceAccount(Root* root, const ServiceSettings& settings, ServiceAccount* account,
                        std::string* why);

// Of a name or a number. Nothing: nobody has it.
std::optional<uint32_t> FindUserId(Root* root, std::string_view user);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_ACCOUNT_H_
