// The command line in full, then one command.
#include "applets/useradd_profile/users_update.h"

#include <algorithm>
#include <string>

#include "applets/status.h"
#include "applets/subcommand.h"
#include "applets/useradd_profile/account_explanation.h"
#include "applets/useradd_profile/account_list.h"
#include "applets/useradd_profile/account_map_export.h"
#include "applets/useradd_profile/definition_check.h"
#include "applets/useradd_profile/id_map_import.h"
#include "applets/useradd_profile/orphans.h"
#include "applets/useradd_profile/package_drop.h"
#include "applets/useradd_profile/remove_command.h"

namespace keelson {

namespace {

struct CommandRow {
  Subcommand use;
  absl::StatusOr<int> (*run)(const UpdateCall& call);
};

constexpr size_t kMany = Subcommand::kMany;

constexpr CommandRow kCommands[] = {
    {{"list", " output ", 0, 0}, RunList},
    {{"explain", " output ", 1, 1}, RunExplain},
    {{"drop", " dry-run package ", 0, 0}, RunDrop},
    {{"sync", " dry-run installed force ", 0, 0}, RunSync},
    {{"remove", " dry-run purge force find-files paths ", 0, kMany}, RunRemove},
    {{"orphans", " dry-run output paths script ", 0, kMany}, RunOrphans},
    {{"export", " format ", 0, 0}, RunExport},
    {{"import", " dry-run format ", 1, 1}, RunImport},
    {{"check", " output ", 0, 0}, RunCheck},
};

constexpr std::string_view kOfAll = " root profile repo system help version ";

}  // namespace

absl::StatusOr<int> RunUsersUpdate(const Invocation& invocation) {
  std::vector<std::string_view> operands = invocation.operands();
  const std::string_view name = operands.empty() ? "list" : operands[0];
  if (!operands.empty()) operands.erase(operands.begin());
  const auto* command =
      std::find_if(std::begin(kCommands), std::end(kCommands),
                   [name](const CommandRow& row) { return row.use.name == name; });
  if (command == std::end(kCommands)) {
    return UsageError("'" + std::string(name) + "' is not a command; see '" +
                      std::string(invocation.applet()) + " --help'");
  }
  if (std::string wrong =
          WrongUse(command->use, kOfAll, kUsersUpdateOptions, invocation, operands.size());
      !wrong.empty()) {
    return UsageError(wrong);
  }
  AccountOptions options;
  absl::Status status = ReadAccountOptions(invocation, &options);
  if (status.ok()) status = OpenAccountRoot(invocation, &options);
  if (!status.ok()) return status;
  return command->run({invocation, options, std::move(operands)});
}

}  // namespace keelson
