// The folders are listed, and each name is looked up as any other.
#include "applets/useradd_profile/declared_accounts.h"

namespace keelson {

DeclaredAccounts ReadDeclaredAccounts(const Definitions& definitions) {
  DeclaredAccounts declared;
  declared.defaults = definitions.defaults();
  for (const std::string& name : definitions.Names(AccountKind::kUser, &declared.warnings)) {
    auto& entry = declared.users.entries[name];
    const auto found = definitions.FindUser(name, &entry.definition, &entry.faults);
    if (found == Definitions::Found::kNo) declared.users.entries.erase(name);  // gone since
  }
  for (const std::string& name : definitions.Names(AccountKind::kGroup, &declared.warnings)) {
    auto& entry = declared.groups.entries[name];
    const auto found = definitions.FindGroup(name, &entry.definition, &entry.faults);
    if (found == Definitions::Found::kNo) declared.groups.entries.erase(name);
  }
  return declared;
}

std::string PlaceOf(const DeclaredKey* key) {
  return key == nullptr ? "" : ParseError{key->at, ""}.Text(key->file);
}

}  // namespace keelson
