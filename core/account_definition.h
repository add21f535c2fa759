// accounts(5): what the files accounts/user/NAME, accounts/group/NAME and accounts/accounts say.
//
// A definition keeps, beside what it means, every key as it was written and where: merging works on
// those, and users-update explain prints them.
#ifndef KEELSON_CORE_ACCOUNT_DEFINITION_H_
#define KEELSON_CORE_ACCOUNT_DEFINITION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/account_id.h"
#include "core/flat_file.h"

namespace keelson {

// The file that is being read.
struct DefinitionFile {
  std::string path;    // as messages are to name it
  bool local = false;  // the administrator's: allow-root counts there only
};

struct DeclaredKey {
  const char* key = "";
  std::string value;
  std::string file;
  Position at;  // of the value
  // "FILE:LINE:COLUMN: KEY: what", for errors that show only when all files have been read.
  std::string Fault(std::string_view what) const;
};

struct UserDefinition {
  std::string name;
  std::vector<DeclaredKey> keys;  // in the order of the files, each key once
  const DeclaredKey* Find(std::string_view key) const;

  std::optional<uint32_t> uid;  // nothing: the next free one
  std::optional<uint32_t> gid;  // the primary group by number, or
  std::string group;            // by name; neither: the group of the user's name
  std::vector<std::string> groups;
  std::optional<std::string> gecos, home, shell;
  std::optional<std::string> password;  // never empty or "x": those mean locked
  bool locked = false;
  bool enforce_id = false;
  bool create_home = false;
  std::string home_user, home_group;  // of home-owner; empty: not said
  std::optional<uint32_t> home_mode;
  uint32_t subid_count = 0;
  std::string login_class;
  std::optional<int64_t> change, expire;  // seconds since 1970
  bool allow_root = false;
  std::optional<bool> defunct;
  bool inherit = false;

  // The key that asks for uid or gid 0 without allow-root; null: none does. A group that is named
  // has its id only when everything is known.
  const DeclaredKey* ForbiddenRoot() const;
};

struct GroupDefinition {
  std::string name;
  std::vector<DeclaredKey> keys;
  const DeclaredKey* Find(std::string_view key) const;

  std::optional<uint32_t> gid;
  std::vector<std::string> users;
  std::optional<std::string> password;
  bool enforce_id = false;
  bool allow_root = false;
  std::optional<bool> defunct;
  bool inherit = false;

  const DeclaredKey* ForbiddenRoot() const;
};

struct AccountDefaults {
  std::vector<DeclaredKey> keys;
  const DeclaredKey* Find(std::string_view key) const;

  IdRange uids{100, 999};
  IdRange gids{100, 999};
  bool upwards = false;
  std::vector<IdRange> reserved;
  std::optional<std::string> shell, home, password;

  // What is wrong with the ranges as a whole, as a message; empty: nothing.
  std::string Fault() const;
};

// Each reads one file into a fresh *definition. All errors, in order; none: success. After errors
// *definition is not to be used. name is the file's.
std::vector<ParseError> ParseUserDefinition(std::string_view bytes, std::string_view name,
                                            const DefinitionFile& file, UserDefinition* definition);
std::vector<ParseError> ParseGroupDefinition(std::string_view bytes, std::string_view name,
                                             const DefinitionFile& file,
                                             GroupDefinition* definition);
// Lines for other systems than `system` ("linux", "freebsd" ...) are checked and left out.
std::vector<ParseError> ParseAccountDefaults(std::string_view bytes, std::string_view system,
                                             const DefinitionFile& file, AccountDefaults* defaults);

bool IsAccountSystem(std::string_view system);  // a name that a line system:NAME may have

// `over` with the keys of `base` that it does not have itself. REQUIRES: the same name.
UserDefinition Merge(const UserDefinition& base, const UserDefinition& over);
GroupDefinition Merge(const GroupDefinition& base, const GroupDefinition& over);
AccountDefaults Merge(const AccountDefaults& base, const AccountDefaults& over);

}  // namespace keelson

#endif  // KEELSON_CORE_ACCOUNT_DEFINITION_H_
