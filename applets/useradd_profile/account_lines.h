// Records of accounts <-> lines of passwd, shadow, group, gshadow and master.passwd.
//
// REQUIRES of all that is written: no ':' and no LF in a field, no ',' in a member. An empty
// password is written as a locked one, never as an empty field.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LINES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LINES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

enum class AccountSystem : uint8_t { kLinux, kFreebsd, kNetbsd, kOpenbsd, kDragonfly };

// A line of passwd and its line in shadow (or one of master.passwd).
struct UserRecord {
  std::string name;
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::string gecos = {};
  std::string home = {};
  std::string shell = {};
  std::string password = {};  // as it stands in shadow or master.passwd: "!*", "!", "*" or a hash
  int64_t last_change = -1;   // days since 1970; -1: the field stays empty
  int64_t expire = -1;        // shadow: days since 1970; master.passwd: seconds, 0 or -1: never
  std::string login_class = {};  // master.passwd
  int64_t change = 0;            // master.passwd, seconds
};

struct GroupRecord {
  std::string name;
  uint32_t gid = 0;
  std::string password = {};  // in gshadow; in group where there is none
  std::vector<std::string> members = {};
};

// The field of a line of any of these files, cut at ':'; empty when there is none.
std::string_view FieldOf(std::string_view line, size_t number);

// False: libc would ignore the line.
bool ReadPasswdLine(std::string_view line, UserRecord* user);
bool ReadMasterLine(std::string_view line, UserRecord* user);
void ReadShadowLine(std::string_view line, UserRecord* user);  // password, last_change, expire
bool ReadGroupLine(std::string_view line, GroupRecord* group);

// password: the field, "x" where shadow or gshadow has it.
std::string PasswdLine(const UserRecord& user, std::string_view password);
std::string MasterLine(const UserRecord& user);
std::string GroupLine(const GroupRecord& group, std::string_view password);
// before: the line that it replaces (what the record does not say stays as there), or empty.
std::string ShadowLine(const UserRecord& user, std::string_view before);
std::string GshadowLine(const GroupRecord& group, std::string_view before);

// Of group and gshadow: the line with one member more or less; nothing when that is so already.
std::optional<std::string> WithMember(std::string_view line, std::string_view member);
// Where one of them is missing: with all, sorted, each once.
std::optional<std::string> WithSortedMembers(std::string_view line,
                                             const std::vector<std::string>& members);
std::optional<std::string> WithoutMember(std::string_view line, std::string_view member);
// Of gshadow: the line with one administrator less.
std::optional<std::string> WithoutAdministrator(std::string_view line, std::string_view name);

// Whether nobody can log in with this password field: it is empty (and will be written locked), or
// begins with '!' or '*' as every system's locked ones do.
bool IsLockedPassword(std::string_view password);

// A password nobody can log in with, which gives the old one back when it is unlocked: "!" in front
// on Linux, "*LOCKED*" on FreeBSD and DragonFly, "*" on NetBSD and OpenBSD.
std::string LockInFront(std::string_view password, AccountSystem system);

// What AccountTable's `written` is the AccountFingerprint of: the fields that an administrator
// changes when he makes an account his own. Members come and go with other accounts, and a new
// password is no change, but one where there was none is.
//   UID:GID:GECOS:HOME:SHELL:locked     (or :open)
//   GID
std::string WrittenText(const UserRecord& user);
std::string WrittenText(const GroupRecord& group);

// A line of subuid or subgid: OWNER:FIRST:COUNT. False: it means nothing.
struct SubordinateLine {
  std::string_view owner;  // a name, or a uid
  uint64_t first = 0;
  uint64_t count = 0;
};
bool ReadSubordinateLine(std::string_view line, SubordinateLine* range);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LINES_H_
