// The same plan as would be carried out, told in each backend's own words.
#include "applets/useradd_profile/instructions.h"

#include <algorithm>
#include <cstdio>

#include "applets/useradd_profile/account_export.h"
#include "core/shell_quote.h"

namespace keelson {

namespace {

struct Backend {
  const char* heading;
  ExportFormat format;
};

constexpr Backend kBackends[] = {
    {"local files: add these lines", ExportFormat::kFiles},
    {"LDAP: add these entries", ExportFormat::kLdif},
    {"pw (FreeBSD): run this script", ExportFormat::kPw},
    {"useradd (shadow): run this script", ExportFormat::kShadow},
};

std::string NameOfGid(const AccountPlan& plan, const AccountFiles& files, uint32_t gid) {
  for (const GroupRecord& group : plan.new_groups) {
    if (group.gid == gid) return group.name;
  }
  return files.GidHolder(gid);
}

ExportedAccounts MissingAccounts(const AccountPlan& plan, const AccountFiles& files) {
  ExportedAccounts missing;
  missing.groups = plan.new_groups;
  for (GroupRecord& group : missing.groups) {
    for (const AccountPlan::Member& member : plan.new_members) {
      if (member.group == group.name) group.members.push_back(member.user);
    }
  }
  for (const UserRecord& record : plan.new_users) {
    ExportedUser user{record, NameOfGid(plan, files, record.gid), {}};
    for (const AccountPlan::Member& member : plan.new_members) {
      if (member.user == record.name) user.groups.push_back(member.group);
    }
    std::sort(user.groups.begin(), user.groups.end());
    missing.users.push_back(std::move(user));
  }
  return missing;
}

// What no tool above makes as the definitions say: subordinate ids and homes. Empty: there are
// none.
std::string FurtherScript(const AccountPlan& plan) {
  std::string text;
  for (const AccountPlan::SubordinateRange& range : plan.ranges) {
    const IdRange ids = range.range;
    const std::string line = range.user + ":" + std::to_string(ids.first) + ":" +
                             std::to_string(uint64_t{ids.last} - ids.first + 1);
    for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
      text +=
          std::string("[ ! -e ") + file + " ] || echo " + ShellQuoted(line) + " >>" + file + "\n";
    }
  }
  for (const HomeRequest& home : plan.homes) {
    const std::string path = ShellQuoted(home.path);
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(home.mode));
    text += "install -d -- " + path + "\n";
    text += "[ ! -d /etc/skel ] || cp -RPp -- /etc/skel/. " + path + "\n";
    text += "chown -hR " + std::to_string(home.uid) + ":" + std::to_string(home.gid) + " -- " +
            path + "\n";
    text += "chmod " + std::string(mode) + " -- " + path + "\n";
  }
  return text.empty() ? "" : "#!/bin/sh\nset -e\n" + text;
}

}  // namespace

std::string Instructions(const AccountPlan& plan, const AccountFiles& files, AccountSystem system,
                         std::vector<std::string>* notes) {
  const ExportedAccounts missing = MissingAccounts(plan, files);
  std::string text;
  std::vector<std::string> problems;  // of each format, and most have the same
  for (const Backend& backend : kBackends) {
    text += "--- " + std::string(backend.heading) + " ---\n";
    text += ExportAccounts(missing, backend.format, system, &problems) + "\n";
  }
  for (const std::string& problem : problems) {
    if (std::find(notes->begin(), notes->end(), problem) == notes->end()) notes->push_back(problem);
  }
  text.pop_back();
  const std::string further = FurtherScript(plan);
  if (!further.empty())
    text += "\n--- homes and subordinate ids: run this script then ---\n" + further;
  return text;
}

}  // namespace keelson
