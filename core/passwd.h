// passwd, group and shadow as libc's `files` reads them: what a line of them means.
//
// The rules are glibc's, seen from outside (getent as the oracle, 64-bit). In all three:
//   - blanks before the name are skipped; a line then empty or beginning with '#' is nothing;
//   - an id is what TakeNumber takes (" 12", "+7", "-0" too), at most 4294967295, and ends at ':'
//     or at the end of the line. Anything else, and a missing id: the line is ignored;
//   - an empty name is a name. CR and '#' are text;
//   - a name that begins with '+' or '-' (compat) is enumerated but never found, by name or by id.
//     Its ids may be empty (0), and the line may end after the name.
// passwd: the line may end after the gid, the rest is then empty; more ':' stay in the shell.
// group: the line may end after the gid. A ':' in the members is part of a member.
// shadow: numbers may be empty, and go through an int. The line may end after max or after expire.
#ifndef KEELSON_CORE_PASSWD_H_
#define KEELSON_CORE_PASSWD_H_

#include <cstddef>
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

// The keys of every line of a file that has them, in order: LineReader and ParsePasswdKeys in one
// pass.
class PasswdKeyReader {
 public:
  explicit PasswdKeyReader(std::string_view bytes) : bytes_(bytes) {}
  // offset: of the line.
  bool Next(size_t* offset, std::string_view* name, uint32_t* uid);

 private:
  std::string_view bytes_;
  size_t next_ = 0;
};

struct GroupEntry {
  std::string_view name, password, members;  // members: for ListReader
  uint32_t gid = 0;
};

bool ParseGroup(std::string_view text, GroupEntry* entry);

// For whose groups are looked for: libc then reads lines with fewer scruples. The '#' or the blanks
// before a line are part of its name, and its members are members (as are those of a line with a
// compat name).
bool ParseMemberships(std::string_view text, GroupEntry* entry);

struct ShadowEntry {
  std::string_view name, password;
  // Days; -1: the field is empty. A line of a compat name alone: 0 for the first three.
  int64_t last_change = -1, min = -1, max = -1, warn = -1, inactive = -1, expire = -1;
  uint64_t flag = ~uint64_t{0};
};

bool ParseShadow(std::string_view text, ShadowEntry* entry);

// Names whose line a name or an id can find: no '+' or '-' in front. Initgroups counts all groups.
inline bool IsLookupName(std::string_view name) {
  return name.empty() || (name[0] != '+' && name[0] != '-');
}

}  // namespace keelson

#endif  // KEELSON_CORE_PASSWD_H_
