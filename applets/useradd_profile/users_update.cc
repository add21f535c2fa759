// The command line in full, then one command.
#include "applets/useradd_profile/users_update.h"

#include <algorithm>
#include <string>

#include "applets/status.h"
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
  const char* name;
  absl::StatusOr<int> (*run)(const UpdateCall& call);
  const char* options;  // between blanks; beside those that all take
  size_t min_operands, max_operands;
};

constexpr size_t kMany = SIZE_MAX;

constexpr CommandRow kCommands[] = {
    {"list", RunList, " output ", 0, 0},
    {"explain", RunExplain, " output ", 1, 1},
    {"drop", RunDrop, " dry-run package ", 0, 0},
    {"sync", RunSync, " dry-run installed force ", 0, 0},
    {"remove", RunRemove, " dry-run purge force find-files paths ", 0, kMany},
    {"orphans", RunOrphans, " dry-run output paths script ", 0, kMany},
    {"export", RunExport, " format ", 0, 0},
    {"import", RunImport, " dry-run format ", 1, 1},
    {"check", RunCheck, " output ", 0, 0},
};

constexpr std::string_view kOfAll = " root profile repo system help version ";

bool Takes(const CommandRow& command, std::string_view option) {
  const std::string word = " " + std::string(option) + " ";
  return kOfAll.find(word) != kOfAll.npos ||
         std::string_view(command.options).find(word) != std::string_view::npos;
}

// What is wrong with options and operands; empty: nothing.
std::string WrongUse(const CommandRow& command, const Invocation& invocation, size_t operands) {
  for (const Option& option : kUsersUpdateOptions) {
    if (invocation.Has(option.name) && !Takes(command, option.name)) {
      return std::string(command.name) + ": it does not take --" + option.name;
    }
  }
  if (operands < command.min_operands) return std::string(command.name) + ": an operand is missing";
  if (operands > command.max_operands) {
    return std::string(command.name) + ": unexpected operand '" +
           std::string(invocation.operands()[1 + command.max_operands]) + "'";
  }
  return "";
}

}  // namespace

absl::StatusOr<int> RunUsersUpdate(const Invocation& invocation) {
  std::vector<std::string_view> operands = invocation.operands();
  const std::string_view name = operands.empty() ? "list" : operands[0];
  if (!operands.empty()) operands.erase(operands.begin());
  const auto* command = std::find_if(std::begin(kCommands), std::end(kCommands),
                                     [name](const CommandRow& row) { return row.name == name; });
  if (command == std::end(kCommands)) {
    return UsageError("'" + std::string(name) + "' is not a command; see '" +
                      std::string(invocation.applet()) + " --help'");
  }
  if (std::string wrong = WrongUse(*command, invocation, operands.size()); !wrong.empty()) {
    return UsageError(wrong);
  }
  AccountOptions options;
  absl::Status status = ReadAccountOptions(invocation, &options);
  if (status.ok()) status = OpenAccountRoot(invocation, &options);
  if (!status.ok()) return status;
  return command->run({invocation, options, std::move(operands)});
}

}  // namespace keelson
