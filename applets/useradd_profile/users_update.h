// users-update: what becomes of the accounts that packages needed.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_USERS_UPDATE_H_
#define KEELSON_APPLETS_USERADD_PROFILE_USERS_UPDATE_H_

#include "applets/applet.h"
#include "applets/useradd_profile/account_options.h"

namespace keelson {

absl::StatusOr<int> RunUsersUpdate(const Invocation& invocation);

inline constexpr Option kUsersUpdateOptions[] = {
    kDryRunOption,
    kOutputOption,
    {0, "package", OptionType::kText, "NAME", "drop: the package that is gone", "", true},
    {0, "installed", OptionType::kPath, "FILE|DIR", "sync: the packages that are there"},
    {0, "purge", OptionType::kFlag, "", "remove: delete the accounts instead of locking them"},
    {0, "force", OptionType::kFlag, "", "remove, sync: do what is otherwise refused"},
    {0, "find-files", OptionType::kFlag, "", "remove: list what the removed accounts still own"},
    {0, "paths", OptionType::kDirectory, "DIR", "orphans, --find-files: look there, below the root",
     "", true},
    {0, "script", OptionType::kPath, "FILE", "orphans: write a script that gives them to others"},
    {0, "format", OptionType::kWord, "FORMAT", "of export and import",
     "sysusers|pw|ldif|tsv|shadow|gentoo"},
    kRootOption,
    kProfileOption,
    kRepoOption,
    kSystemOption,
};

inline constexpr Applet kUsersUpdate = {
    .name = "users-update",
    .summary = "list, explain, remove and carry over the accounts that packages needed",
    .operands = "[COMMAND [NAME...]]",
    .options = kUsersUpdateOptions,
    .run = RunUsersUpdate,
    .description =
        "Commands:\n"
        "  list                    the accounts, and which packages need them (default)\n"
        "  explain NAME            which file gave each key, and what is there now\n"
        "  drop --package NAME     the package is gone\n"
        "  sync --installed FILE   all packages but these are gone\n"
        "  remove [NAME...]        lock or delete accounts that no package needs\n"
        "  orphans                 files whose uid or gid no account has\n"
        "  export --format FORMAT  the map of ids (tsv), or what other tools read\n"
        "  import FILE             keep the ids of a map for the accounts of their names\n"
        "  check                   what is wrong with the definitions and accounts.db\n",
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_USERS_UPDATE_H_
