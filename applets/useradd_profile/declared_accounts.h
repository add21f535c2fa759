// All accounts that are declared, read once: who wishes which id, and who is whose member, cannot
// be known from the definitions of those alone that are asked for.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_DECLARED_ACCOUNTS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_DECLARED_ACCOUNTS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "applets/useradd_profile/definitions.h"
#include "core/account_definition.h"

namespace keelson {

template <typename D>
class DeclaredNames {
 public:
  struct Entry {
    D definition;
    std::vector<std::string> faults;  // whole messages; with any the definition says nothing
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  // Null: not declared, or faulty.
  const D* Find(std::string_view name) const {
    const auto found = entries.find(name);
    return found == entries.end() || !found->second.faults.empty() ? nullptr
                                                                   : &found->second.definition;
  }
  // Null: there are none.
  const std::vector<std::string>* Faults(std::string_view name) const {
    const auto found = entries.find(name);
    return found == entries.end() || found->second.faults.empty() ? nullptr : &found->second.faults;
  }

  Entries entries;
};

struct DeclaredAccounts {
  DeclaredNames<UserDefinition> users;
  DeclaredNames<GroupDefinition> groups;
  AccountDefaults defaults;
  std::vector<std::string> warnings;  // files in the folders that are no definitions
};

DeclaredAccounts ReadDeclaredAccounts(const Definitions& definitions);

// "FILE:LINE:COLUMN: " of the key, for messages about what it asks for; null: "".
std::string PlaceOf(const DeclaredKey* key);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_DECLARED_ACCOUNTS_H_
