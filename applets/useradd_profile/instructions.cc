// The same plan as would be carried out, told in each backend's own words.
#include "applets/useradd_profile/instructions.h"

#include <algorithm>

#include "applets/useradd_profile/account_export.h"

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

}  // namespace

std::string Instructions(const AccountPlan& plan, const AccountFiles& files, AccountSystem system,
                         std::vector<std::string>* notes) {
  const ExportedAccounts missing = MissingAccounts(plan, files);
  std::string text;
  for (const Backend& backend : kBackends) {
    text += "--- " + std::string(backend.heading) + " ---\n";
    text += ExportAccounts(missing, backend.format, system, notes) + "\n";
  }
  text.pop_back();
  return text;
}

}  // namespace keelson
