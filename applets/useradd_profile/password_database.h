// The databases that BSD makes of master.passwd.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_PASSWORD_DATABASE_H_
#define KEELSON_APPLETS_USERADD_PROFILE_PASSWORD_DATABASE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "platform/file.h"

namespace keelson {

// Whether they are missing or older than master.passwd: somebody was interrupted before he made
// them, or pwd_mkdb failed.
bool PasswordDatabaseIsStale(Root& root);

// Runs pwd_mkdb of the running system on the files below root_path. Where there is none, or where
// it could be led out of the root by a link, says on stderr what to run instead.
absl::Status MakePasswordDatabase(std::string_view applet, Root& root,
                                  const std::string& root_path);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_PASSWORD_DATABASE_H_
