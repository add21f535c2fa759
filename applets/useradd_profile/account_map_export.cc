// The map needs accounts.db alone; everything else is what the account files say of the records
// that live.
#include "applets/useradd_profile/account_map_export.h"

#include <algorithm>
#include <map>

#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/account_export.h"

namespace keelson {

namespace {

std::optional<ExportFormat> FormatOf(std::string_view word) {
  if (word == "sysusers") return ExportFormat::kSysusers;
  if (word == "pw") return ExportFormat::kPw;
  if (word == "ldif") return ExportFormat::kLdif;
  if (word == "shadow") return ExportFormat::kShadow;
  return std::nullopt;
}

std::string MapOf(const AccountTable& table) {
  std::string text;
  for (const AccountRecord& record : table.records()) {
    text.append(AccountKindName(record.kind)).append("\t").append(record.name).append("\t");
    text.append(std::to_string(record.id)).append("\t");
    text.append(AccountStateName(record.state)).append("\n");
  }
  return text;
}

// Groups by the user they list, and names of groups by gid.
struct Memberships {
  std::map<std::string, std::vector<std::string>> groups;
  std::map<uint32_t, std::string> names;
};

Memberships ReadMemberships(const AccountFiles& files) {
  Memberships found;
  for (const std::string& name : files.group_names()) {
    const GroupRecord* group = files.FindGroup(name);
    found.names.try_emplace(group->gid, name);
    for (const std::string& member : group->members) found.groups[member].push_back(name);
  }
  for (auto& [user, groups] : found.groups) std::sort(groups.begin(), groups.end());
  return found;
}

ExportedAccounts LivingAccounts(const AccountTable& table, const AccountFiles& files,
                                std::vector<std::string>* problems) {
  ExportedAccounts accounts;
  Memberships memberships = ReadMemberships(files);
  for (const AccountRecord& record : table.records()) {
    if (record.IsTombstone() || record.state == AccountState::kReserved) continue;
    if (record.kind == AccountKind::kGroup) {
      const GroupRecord* group = files.FindGroup(record.name);
      if (group != nullptr) accounts.groups.push_back(*group);
      if (group == nullptr)
        problems->push_back("group " + record.name + ": is not there; left out");
      continue;
    }
    const UserRecord* user = files.FindUser(record.name);
    if (user == nullptr) {
      problems->push_back("user " + record.name + ": is not there; left out");
      continue;
    }
    const auto name = memberships.names.find(user->gid);
    accounts.users.push_back({*user, name == memberships.names.end() ? "" : name->second,
                              std::move(memberships.groups[user->name])});
  }
  return accounts;
}

}  // namespace

absl::StatusOr<int> RunExport(const UpdateCall& call) {
  const std::string_view word = call.invocation.Text("format");
  const std::optional<ExportFormat> format = FormatOf(word);
  if (!format && word != "tsv") {
    return UsageError("export: --format is sysusers, pw, ldif, tsv or shadow");
  }
  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), AccountChange::Access::kRead);
      !status.ok()) {
    return status;
  }
  std::string text;
  std::vector<std::string> problems;
  if (!format) {
    text = MapOf(change.table());
  } else {
    if (absl::Status status = change.ReadFiles({{}, {}, true}); !status.ok()) return status;
    text = ExportAccounts(LivingAccounts(change.table(), change.files(), &problems), *format,
                          call.options.system, &problems);
  }
  PrintOutput(text);
  for (const std::string& problem : problems) PrintError(call.applet(), problem);
  return 0;
}

}  // namespace keelson
