// A shell script that gives files of dead ids to others, for somebody to read and complete.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_OWNERSHIP_SCRIPT_H_
#define KEELSON_APPLETS_USERADD_PROFILE_OWNERSHIP_SCRIPT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "applets/useradd_profile/orphans.h"

namespace keelson {

// Pure. root_path: put in front of each path; "" for the running system's root. Every file is one
// line whatever its name is, so that a comment stays a comment.
std::string OwnershipScript(const std::vector<OwnedFile>& files, const FormerNames& former,
                            const std::string& root_path);

// Whether WriteScript has a place to write to: for those who have much to do before.
absl::Status CheckScriptPlace(const std::string& path);

// Mode 0700, atomically; what has the name already must be a regular file.
absl::Status WriteScript(const std::string& path, const std::string& text);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_OWNERSHIP_SCRIPT_H_
