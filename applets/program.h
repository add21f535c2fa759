// The program under its own name, keelson: an applet like the others, that knows all of them.
#ifndef KEELSON_APPLETS_PROGRAM_H_
#define KEELSON_APPLETS_PROGRAM_H_

#include <span>

#include "absl/status/statusor.h"
#include "applets/applet.h"

namespace keelson {

// The table, sorted by name. main.cc has it.
std::span<const Applet* const> AppletTable();

absl::StatusOr<int> RunProgram(const Invocation& invocation);

inline constexpr Option kProgramOptions[] = {
    {0, "list", OptionType::kFlag, "", "print the name of each applet, a tab, and what it does"},
    {0, "install", OptionType::kDirectory, "DIR", "make a link in DIR for each applet"},
    {0, "hard", OptionType::kFlag, "", "with --install: hard links, not symbolic ones"},
    {0, "force", OptionType::kFlag, "", "with --install: replace files of the same names"},
    {0, "completion", OptionType::kWord, "SHELL", "print a completion script for the shell",
     "bash|zsh"},
};

inline constexpr Applet kProgram = {
    .name = "keelson",
    .summary = "system services and tools in one program",
    .operands = "[APPLET [ARGUMENT...]]",
    .options = kProgramOptions,
    .run = RunProgram,
    .operands_last = true,
    .description =
        "keelson APPLET ARGUMENT... does what a link named APPLET to this program does.\n"
        "keelson --list says which applets there are; APPLET --help tells about one.\n",
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PROGRAM_H_
