// The options that useradd-profile and users-update share, and what they come to.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_OPTIONS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_OPTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "applets/options.h"
#include "applets/useradd_profile/account_lines.h"
#include "applets/useradd_profile/definitions.h"
#include "platform/file.h"

namespace keelson {

inline constexpr Option kProfileOption = {
    0,
    "profile",
    OptionType::kDirectory,
    "DIR",
    "a profile; later ones override (default on the running system: /etc/portage/make.profile)",
    "",
    true};
inline constexpr Option kRepoOption = {
    0,  "repo", OptionType::kText, "NAME=DIR", "a repository that profiles' parents may name",
    "", true};
inline constexpr Option kTakenOption = {
    0,
    "taken",
    OptionType::kPath,
    "FILE",
    "names and ids in use elsewhere, as lines of passwd and group",
    "",
    true};

struct AccountOptions {
  std::string root_path;       // as given, without a slash at the end; "": "/"
  std::unique_ptr<Root> root;  // outlives what is made from `places`
  bool live = false;           // the running system's own root
  AccountSystem system = AccountSystem::kLinux;
  std::string system_name;
  DefinitionPlaces places;
};

// REQUIRES of both: the applet has --root, --system, --profile and --repo.
// What the command line alone says: nothing is opened, so that all usage errors can come first.
absl::Status ReadAccountOptions(const Invocation& invocation, AccountOptions* options);
// The rest: root, live, root_path, places.root, and the running system's profile.
absl::Status OpenAccountRoot(const Invocation& invocation, AccountOptions* options);

// Prints each error but the last, which the Status has. REQUIRES: there is one.
absl::Status FailWith(std::string_view applet, const std::vector<std::string>& errors);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_OPTIONS_H_
