// pwlookupd: answers getpwnam(3) and its kin for every program of the machine.
#ifndef KEELSON_APPLETS_PWLOOKUPD_PWLOOKUPD_H_
#define KEELSON_APPLETS_PWLOOKUPD_PWLOOKUPD_H_

#include "applets/applet.h"

namespace keelson {

inline constexpr Option kPwlookupdOptions[] = {
    kRootOption,
    {0, "socket", OptionType::kPath, "PATH", "answer here (default: /var/run/nscd/socket)"},
    {0, "control", OptionType::kPath, "PATH",
     "tell of changes here (default: /run/keelson/pwlookupd.sock, without --socket)"},
    {0, "databases", OptionType::kText, "LIST",
     "serve these only, separated by commas (default: all five)"},
    {0, "check", OptionType::kFlag, "", "serve nothing: print what is wrong with the files"},
    {0, "lease", OptionType::kDuration, "SECONDS",
     "how long clients trust what they have mapped without us (default: 15)"},
    {0, "memory-limit", OptionType::kSize, "BYTES",
     "let clients map no more than this, and ask for the rest"},
    {0, "model", OptionType::kText, "MODEL",
     "what answers come from: auto, flat, memory or dbm (default: auto)"},
    {0, "cache-dir", OptionType::kPath, "DIR", "keep DBM files here (default: /var/cache/keelson)"},
    {0, "daemonize", OptionType::kFlag, "", "go to the background once ready"},
    {0, "ready-fd", OptionType::kNumber, "N", "write a newline to this descriptor once ready"},
    {'v', "verbose", OptionType::kFlag, "", "say more on stderr"},
};

absl::StatusOr<int> RunPwlookupd(const Invocation& invocation);

inline constexpr Applet kPwlookupd = {
    .name = "pwlookupd",
    .summary = "answer user, group, service and host lookups of all programs",
    .operands = "",
    .options = kPwlookupdOptions,
    .run = RunPwlookupd,
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_PWLOOKUPD_H_
