// Accounts as other tools would declare them: for users-update export, and as the instructions of
// useradd-profile where accounts are not to be touched. Pure.
//
// Values that a format cannot hold are left out of it and named in *problems; nothing that comes
// from a definition is ever read as shell syntax, LDIF syntax or a further line.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_EXPORT_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_EXPORT_H_

#include <string>
#include <vector>

#include "applets/useradd_profile/account_lines.h"

namespace keelson {

struct ExportedUser {
  UserRecord record;                // passwords other than locked ones are not shown
  std::string group;                // the primary group's name; empty: record.gid is all there is
  std::vector<std::string> groups;  // supplementary, sorted; those of other sections included
};

// In the order in which they are to be made.
struct ExportedAccounts {
  std::vector<GroupRecord> groups;  // with their members
  std::vector<ExportedUser> users;
};

enum class ExportFormat : uint8_t {
  kFiles,     // lines of group and passwd (master.passwd on BSD), with the file's name before them
  kSysusers,  // sysusers.d(5)
  kPw,        // FreeBSD's pw(8), a shell script
  kLdif,      // RFC 2307 entries below a suffix that stands in the first comment
  kShadow,    // groupadd(8), useradd(8), gpasswd(1), a shell script
};

// The whole text, every line ended. problems: one line each, without a line end.
std::string ExportAccounts(const ExportedAccounts& accounts, ExportFormat format,
                           AccountSystem system, std::vector<std::string>* problems);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_EXPORT_H_
