// mdsscan: modules announce themselves by being there; this tells what they say.
#ifndef KEELSON_APPLETS_MDSSCAN_MDSSCAN_H_
#define KEELSON_APPLETS_MDSSCAN_MDSSCAN_H_

#include "applets/applet.h"

namespace keelson {

absl::StatusOr<int> RunMdsscan(const Invocation& invocation);

inline constexpr Option kMdsscanOptions[] = {
    {0, "path", OptionType::kDirectory, "DIR[:DIR]...",
     "the folders of modules (default /usr/lib/keelson/modules:/etc/keelson/modules)", "", true},
    {0, "db", OptionType::kDirectory, "DIR", "of the database (default /var/lib/keelson/mds)"},
    {0, "mode", OptionType::kWord, "MODE", "what a scan looks at: every file, or as Apple's does",
     "full|seed"},
    {0, "recursive", OptionType::kFlag, "", "look for modules in the folders' folders, too"},
    {0, "no-scan", OptionType::kFlag, "", "answer from the database as it is"},
    {0, "any", OptionType::kFlag, "", "query: one condition is enough"},
    kDryRunOption,
    {'v', "verbose", OptionType::kFlag, "", "scan, watch: tell of notes, and sum up"},
    {0, "ready-fd", OptionType::kNumber, "N",
     "watch: write a newline to this descriptor once ready"},
    {0, "format", OptionType::kWord, "FORMAT", "of export", "stanza|json|plist"},
    kOutputOption,
    kRootOption,
};

inline constexpr Applet kMdsscan = {
    .name = "mdsscan",
    .summary = "find the modules of a path and tell what they say of themselves",
    .operands = "COMMAND [OPERAND...]",
    .options = kMdsscanOptions,
    .run = RunMdsscan,
    .description =
        "Commands:\n"
        "  scan                       bring the database up to date, tell what changed\n"
        "  watch                      keep it up to date, tell what changes\n"
        "  query RELATION [COND...]   records; COND is ATTR=V, also != < > *= ^= $= ~=\n"
        "  dump [RELATION...]         records as Apple's mdsdump shows them\n"
        "  explain [MODULE...]        which file gave what; without: how it is found\n"
        "  check                      what is wrong with modules and database\n"
        "  export                     all records\n"
        "  install, uninstall         nothing has to be done; cannot be done\n",
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MDSSCAN_H_
