// svc: asks svcd, or the files that svcd reads.
#ifndef KEELSON_APPLETS_SVCD_SVC_H_
#define KEELSON_APPLETS_SVCD_SVC_H_

#include "applets/applet.h"

namespace keelson {

absl::StatusOr<int> RunSvc(const Invocation& invocation);

inline constexpr Option kSvcOptions[] = {
    {0, "socket", OptionType::kPath, "PATH",
     "of svcd (default: one's own, or /run/keelson/svcd.sock)"},
    {0, "config", OptionType::kDirectory, "DIR",
     "of NAME.svc: tell from the files, not from svcd (default /etc/keelson/svc)"},
    {0, "rc-dir", OptionType::kDirectory, "DIR", "of rc.d scripts, likewise", "", true},
    {0, "init-dir", OptionType::kDirectory, "DIR", "of init scripts, likewise"},
    {0, "mode", OptionType::kText, "NAME", "from files: in this mode"},
    {0, "all", OptionType::kFlag, "", "list, status: helpers too"},
    {0, "state", OptionType::kWord, "STATE", "wait: for this one (default up)", "up|down"},
    {0, "timeout", OptionType::kDuration, "TIME", "wait no longer than this"},
    {0, "no-wait", OptionType::kFlag, "", "start, stop, restart, reload, mode: begin, do not wait"},
    {'f', "follow", OptionType::kFlag, "", "log: print what comes, too"},
    {0, "lines", OptionType::kNumber, "N", "log: no more than the last N lines"},
    {0, "dot", OptionType::kFlag, "", "graph: for Graphviz"},
    kDryRunOption,
    kOutputOption,
    kRootOption,
};

inline constexpr Applet kSvc = {
    .name = "svc",
    .summary = "start, stop and look at services",
    .operands = "COMMAND [OPERAND...]",
    .options = kSvcOptions,
    .run = RunSvc,
    .description =
        "Commands:\n"
        "  list                             all services\n"
        "  status [NAME...]                 how they are, and what they said last\n"
        "  start|stop|restart|reload NAME...  and wait until that is done\n"
        "  check NAME...                    should it run, and why\n"
        "  load NAME...                     its definition, with the place of each key\n"
        "  enable|disable NAME...           start it in its modes, or not\n"
        "  configure NAME...                its configuration files\n"
        "  wait NAME...                     until they are up, or down\n"
        "  log NAME                         what it said\n"
        "  order, graph, plot               who starts when, who needs whom, the boot\n"
        "  mode [NAME]                      the mode, or go to that one\n"
        "  reload-config, trigger, reexec   read files anew; become a new program\n"
        "  shutdown halt|poweroff|reboot    stop everything in order\n",
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SVC_H_
