// Options, definitions, files -> a plan -> homes prepared, files committed, homes in place.
#include "applets/useradd_profile/useradd_profile.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/account_change.h"
#include "applets/useradd_profile/declared_accounts.h"
#include "applets/useradd_profile/homes.h"
#include "applets/useradd_profile/instructions.h"
#include "applets/useradd_profile/needed_accounts.h"
#include "applets/useradd_profile/password_database.h"
#include "applets/useradd_profile/plan.h"
#include "applets/useradd_profile/requests.h"
#include "applets/useradd_profile/taken_accounts.h"

namespace keelson {

namespace {

void Print(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) std::printf("%s\n", line.c_str());
}

void PrintHomes(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) std::printf("make home %s\n", path.c_str());
}

absl::StatusOr<int> DryRun(const AccountPlan& plan) {
  Print(plan.lines);
  std::vector<std::string> homes;
  for (const HomeRequest& home : plan.homes) homes.push_back(home.path);
  std::sort(homes.begin(), homes.end());
  PrintHomes(homes);
  return 0;
}

absl::StatusOr<int> Instruct(const Invocation& invocation, const AccountPlan& plan,
                             const AccountFiles& files, AccountSystem system) {
  const size_t missing = plan.new_users.size() + plan.new_groups.size();
  if (missing == 0) return 0;
  std::vector<std::string> notes;
  std::printf("%s", Instructions(plan, files, system, &notes).c_str());
  for (const std::string& note : notes) PrintError(invocation.applet(), note);
  return Failure("FEATURES has noautoaccts, and " + std::to_string(missing) +
                 (missing == 1 ? " account is" : " accounts are") + " missing: see the output");
}

absl::StatusOr<int> CarryOut(const Invocation& invocation, const AccountPlan& plan,
                             const AccountOptions& options, AccountChange* change) {
  Homes homes(options.root.get(), options.root_path);
  if (absl::Status status = homes.Prepare(plan.homes); !status.ok()) return status;
  ApplyPlan(plan, change);
  const bool is_linux = options.system == AccountSystem::kLinux;
  bool committed = false;
  bool database = !is_linux && (!plan.new_users.empty() || !plan.changed_users.empty());
  absl::Status status = change->Commit(&committed);
  if (!committed && !status.ok()) return status;
  Print(plan.lines);
  std::vector<std::string> made;
  if (status.ok()) status = homes.Finish(&made);
  PrintHomes(made);
  database |= !is_linux && PasswordDatabaseIsStale(*options.root);
  if (!database) return status.ok() ? absl::StatusOr<int>(0) : status;
  absl::Status remade = MakePasswordDatabase(invocation.applet(), *options.root, options.root_path);
  if (!status.ok() && !remade.ok()) {
    PrintError(invocation.applet(), std::string(remade.message()));
  }
  if (status.ok()) status = std::move(remade);
  return status.ok() ? absl::StatusOr<int>(0) : status;
}

}  // namespace

absl::StatusOr<int> RunUseraddProfile(const Invocation& invocation) {
  AccountRequest request;
  AccountOptions options;
  absl::Status status = ReadAccountOptions(invocation, &options);
  if (status.ok()) status = ReadRequest(invocation, &request);
  if (status.ok()) status = OpenAccountRoot(invocation, &options);
  if (!status.ok()) return status;

  std::vector<std::string> errors;
  TakenAccounts taken;
  status = ReadTaken(invocation.Texts("taken"), &taken, &errors);
  if (!status.ok()) return status;
  Definitions definitions;
  DeclaredAccounts declared;
  if (definitions.Load(options.places, &errors)) declared = ReadDeclaredAccounts(definitions);
  if (!definitions.system_error().empty()) {
    return absl::UnavailableError(definitions.system_error());
  }
  if (!errors.empty()) return FailWith(invocation.applet(), errors);

  const bool untouchable = AccountsMustNotBeTouched();
  const bool dry = untouchable || invocation.Has("dry-run");
  AccountChange change(options.root.get(), options.root_path, options.system, options.live);
  status = change.Open(invocation.applet(),
                       dry ? AccountChange::Access::kRead : AccountChange::Access::kWrite);
  if (status.ok()) status = change.ReadFiles(NamesToRead(request, declared));
  if (!status.ok()) return status;

  const AccountPlan plan = MakePlan(request, declared, taken, change, *options.root,
                                    {options.system, invocation.Has("update"), options.root_path});
  if (plan.system_failed) return absl::UnavailableError(plan.errors.back());
  for (const std::string& note : plan.notes) PrintError(invocation.applet(), note);
  if (!plan.errors.empty()) return FailWith(invocation.applet(), plan.errors);
  if (untouchable) return Instruct(invocation, plan, change.files(), options.system);
  return dry ? DryRun(plan) : CarryOut(invocation, plan, options, &change);
}

}  // namespace keelson
