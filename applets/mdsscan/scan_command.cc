// One line for each module that is not as it was; what is wrong with modules is told, and no
// failure of the scan.
#include <string>

#include "applets/mdsscan/changes.h"
#include "applets/mdsscan/commands.h"
#include "applets/run.h"

namespace keelson {

absl::StatusOr<int> RunMdsScan(const MdsCall& call) {
  RefreshReport report;
  if (absl::Status status = call.directory->Refresh(call.freshness(), &report); !status.ok()) {
    return status;
  }
  for (const ModuleChange& change : report.changes) {
    PrintOutput(std::string(ChangeWord(change.kind)) + " " + EscapedField(change.module) + "\n");
  }
  if (!report.lost.empty()) PrintError(call.applet(), report.lost);
  for (const std::string& missing : call.MissingFolders()) PrintError(call.applet(), missing);
  for (const std::string& message : report.messages) PrintError(call.applet(), message);
  if (call.invocation.Has("verbose")) {
    for (const std::string& note : report.notes) PrintError(call.applet(), "note: " + note);
    PrintOutput("generation " + std::to_string(call.directory->generation()) + ", " +
                std::to_string(call.directory->snapshot()->snapshot().modules()) + " modules, " +
                std::to_string(report.modules_read) + " read\n");
  }
  if (report.not_published.ok()) return 0;
  PrintError(call.applet(), std::string(report.not_published.message()) + "; nothing was stored");
  return kNotStored;
}

}  // namespace keelson
