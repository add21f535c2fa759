// useradd-profile: adds the accounts that a package needs, as the profile declares them.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_USERADD_PROFILE_H_
#define KEELSON_APPLETS_USERADD_PROFILE_USERADD_PROFILE_H_

#include "applets/applet.h"
#include "applets/useradd_profile/account_options.h"

namespace keelson {

absl::StatusOr<int> RunUseraddProfile(const Invocation& invocation);

inline constexpr Option kUseraddProfileOptions[] = {
    {0, "users", OptionType::kText, "NAMES",
     "the users that are needed (default: those of EUSERS)"},
    {0, "groups", OptionType::kText, "NAMES",
     "the groups that are needed (default: those of EGROUPS)"},
    {0, "package", OptionType::kText, "NAME", "who needs them"},
    {0, "update", OptionType::kFlag, "", "change existing accounts to what is declared"},
    kProfileOption,
    kRepoOption,
    kTakenOption,
    kRootOption,
    kSystemOption,
    kDryRunOption,
};

inline constexpr Applet kUseraddProfile = {
    .name = "useradd-profile",
    .summary = "add the accounts that a package needs, as the profile declares them",
    .operands = "",
    .options = kUseraddProfileOptions,
    .run = RunUseraddProfile,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_USERADD_PROFILE_H_
