// passwd and group as libc's `files` reads them, and what a line of them means.
//
// The rules are glibc's, seen from outside (getent as the oracle): blanks before the name are skipped;
// an empty or a '#' line is nothing; a passwd line may end after the gid (the rest is then empty); an
// id is digits with an optional '+', at most 4294967295, otherwise the line is ignored; more ':' stay in
// the shell. A name that begins with '+' or '-' (compat) is enumerated but never found by a key.
#ifndef KEELSON_CORE_PASSWD_H_
#define KEELSON_CORE_PASSWD_H_

#include <cstdint>
#include <string_view>

namespace keelson {

struct PasswdEntry {
  std::string_view name, password, gecos, directory, shell;
  uint32_t uid = 0;
  uint32_t gid = 0;
};

// False: the line is ignored. Views into the line.
bool ParsePasswd(std::string_view text, PasswdEntry* entry);

// The part of ParsePasswd that an index needs, for a whole file at full speed. True exactly when
// ParsePasswd is.
bool ParsePasswdKeys(std::string_view text, std::string_view* name, uint32_t* uid);

struct GroupEntry {
  std::string_view name, password, members;  // members: for ListReader
  uint32_t gid = 0;
};

bool ParseGroup(std::string_view text, GroupEntry* entry);

struct ShadowEntry {
  std::string_view name, password;
  // -1: the field is empty.
  int64_t last_change = -1, min = -1, max = -1, warn = -1, inactive = -1, expire = -1;
  uint64_t flag = ~uint64_t{0};
};

bool ParseShadow(std::string_view text, ShadowEntry* entry);

// Names that a key can find: not empty, no '+' or '-' in front.
inline bool IsLookupName(std::string_view name) {
  return !name.empty() && name[0] != '+' && name[0] != '-';
}

}  // namespace keelson

#endif  // KEELSON_CORE_PASSWD_H_
