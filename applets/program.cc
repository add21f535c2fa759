// What can be asked of the program itself: exactly one thing at a time.
#include "applets/program.h"

#include <cstdio>
#include <string>

#include "applets/completion.h"
#include "applets/install.h"
#include "applets/run.h"

namespace keelson {
namespace {

void PrintList() {
  for (const Applet* applet : AppletTable()) std::printf("%s\t%s\n", applet->name, applet->summary);
}

absl::Status CheckOptions(const Invocation& invocation) {
  int tasks = invocation.Has("list") + invocation.Has("install") + invocation.Has("completion");
  if (tasks == 0) return absl::InvalidArgumentError("no applet named; see 'keelson --help'");
  if (tasks > 1) {
    return absl::InvalidArgumentError("--list, --install and --completion: only one of them");
  }
  if (!invocation.operands().empty()) {
    return absl::InvalidArgumentError("unexpected operand '" +
                                      std::string(invocation.operands()[0]) + "'");
  }
  if (!invocation.Has("install") && (invocation.Has("hard") || invocation.Has("force"))) {
    return absl::InvalidArgumentError("--hard and --force go with --install only");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> RunProgram(const Invocation& invocation) {
  if (absl::Status status = CheckOptions(invocation); !status.ok()) return status;
  if (invocation.Has("list")) {
    PrintList();
  } else if (invocation.Has("install")) {
    const InstallOptions options = {.hard = invocation.Has("hard"),
                                    .force = invocation.Has("force")};
    absl::Status status = InstallLinks(AppletTable(), invocation.Text("install"), options);
    if (!status.ok()) return status;
  } else {
    const std::string script = invocation.Text("completion") == "bash"
                                   ? BashCompletion(kProgram, AppletTable())
                                   : ZshCompletion(kProgram, AppletTable());
    PrintOutput(script);
  }
  return 0;
}

}  // namespace keelson
