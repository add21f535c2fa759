// sysusers.d(5): what each line asks for. Checks and messages are systemd-sysusers' (252), seen
// from outside; u! is from later versions.
#ifndef KEELSON_CORE_SYSUSERS_H_
#define KEELSON_CORE_SYSUSERS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/account_id.h"

namespace keelson {

enum class SysusersType : char { kUser = 'u', kGroup = 'g', kMember = 'm', kRange = 'r' };

struct SysusersEntry {
  SysusersType type = SysusersType::kUser;
  std::string name;   // of the user or group; of a member: the user; of a range: empty
  std::string group;  // of a member: the group; of a user: the primary one, when named
  std::optional<uint32_t> uid, gid;  // of a user a gid: the primary group's, which has to be there
  std::string id_path;               // ids are those of this file's owner; empty: not said
  std::string gecos, home, shell;    // empty: the default
  bool has_gecos = false;            // it is said, though specifiers may have left it empty
  bool locked = false;               // u!: without any password or key
  IdRange range;                     // of a range
  uint32_t line = 0;

  // Asks for the same: a second line of this kind is no conflict. A primary group's name does not
  // count.
  bool SameAs(const SysusersEntry& other) const;
};

struct SysusersError {
  uint32_t line = 0;
  std::string what;
  std::string Text(std::string_view path) const;  // "PATH:LINE: what"
};

// What %x stands for. Without a value, `why` is the system's text for the error.
struct SpecifierValue {
  std::optional<std::string> value;
  std::string why = "Invalid slot";  // what is said of letters that mean nothing
};
using SpecifierSource = std::function<SpecifierValue(char letter)>;

// All entries and all errors, each in the order of the lines. Comments and empty lines are nothing.
// Asks for a specifier only where one is used.
std::vector<SysusersError> ParseSysusers(std::string_view bytes, const SpecifierSource& specifiers,
                                         std::vector<SysusersEntry>* entries);

// The same, one after the other in the order of the lines.
void ParseSysusers(std::string_view bytes, const SpecifierSource& specifiers,
                   const std::function<void(SysusersEntry)>& on_entry,
                   const std::function<void(SysusersError)>& on_error);

// One line that stands by itself, such as an argument of --inline; an empty line and a comment are
// errors there, and LF is a blank. Empty: *entry is right; else what is wrong.
std::string ParseSysusersLine(std::string_view line, const SpecifierSource& specifiers,
                              SysusersEntry* entry);

// "//a/./b/" -> "/a/b"; ".." stays.
std::string SimplifiedPath(std::string_view path);

// What sysusers.d takes for a name: [a-zA-Z_][a-zA-Z0-9_-]*, at most 31 bytes.
bool IsSysusersName(std::string_view name);

}  // namespace keelson

#endif  // KEELSON_CORE_SYSUSERS_H_
