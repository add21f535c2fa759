// Everything is made harmless once, before any format looks at it.
#include "applets/useradd_profile/exported_values.h"

#include <algorithm>

#include "core/log.h"

namespace keelson {

namespace {

constexpr int64_t kSecondsOfADay = int64_t{24} * 60 * 60;

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

bool IsField(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == ':' || IsControl(c); });
}

bool IsAnyName(std::string_view name) {
  return !name.empty() && name[0] != '-' && name[0] != '+' &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == ':' || c == ',' || c == '/' || c == ' ' || IsControl(c);
         });
}

// Those that say that there is none; "!HASH" would show the hash.
bool IsPlainLock(std::string_view password) {
  return password.find_first_not_of("!*") == password.npos;
}

}  // namespace

std::string JoinNames(const std::vector<std::string>& names, std::string_view separator) {
  std::string list;
  for (const std::string& name : names) (list.empty() ? list : list += separator) += name;
  return list;
}

ExportedValues::ExportedValues(const ExportedAccounts& accounts, AccountSystem system,
                               IsName is_name, std::vector<std::string>* problems)
    : system_(system), is_name_(is_name), problems_(problems) {
  for (const GroupRecord& group : accounts.groups) {
    if (!Takes(group.name)) {
      Problem(group, "the format cannot hold the name; left out");
      continue;
    }
    Clean(&accounts_.groups.emplace_back(group));
    for (const std::string& member : group.members) {
      if (Takes(member)) {
        memberships_.push_back({member, group.name});
      } else {
        Problem(group, "the format cannot hold the member '" + member + "'; left out");
      }
    }
  }
  for (const ExportedUser& user : accounts.users) {
    if (!Takes(user.record.name)) {
      Problem(user.record, "the format cannot hold the name; left out");
      continue;
    }
    ExportedUser& kept = accounts_.users.emplace_back(user);
    Clean(&kept.record);
    if (!Takes(kept.group)) kept.group.clear();
    for (const std::string& group : user.groups) {
      if (Takes(group)) {
        memberships_.push_back({user.record.name, group});
      } else {
        Problem(user.record, "the format cannot hold the group '" + group + "'; left out");
      }
    }
  }
  std::sort(memberships_.begin(), memberships_.end());
  memberships_.erase(std::unique(memberships_.begin(), memberships_.end()), memberships_.end());
}

bool ExportedValues::Takes(std::string_view name) const {
  return IsAnyName(name) && (is_name_ == nullptr || is_name_(name));
}

void ExportedValues::Clean(UserRecord* user) {
  const struct {
    const char* what;
    std::string* text;
  } kFields[] = {{"gecos", &user->gecos},
                 {"home", &user->home},
                 {"shell", &user->shell},
                 {"class", &user->login_class}};
  for (const auto& field : kFields) {
    if (IsField(*field.text)) continue;
    Problem(*user, std::string(field.what) + " has a colon or a control character; left out");
    field.text->clear();
  }
  if (IsPlainLock(user->password)) return;
  if (!IsLockedPassword(user->password)) Problem(*user, "the password is not shown");
  user->password.clear();
}

void ExportedValues::Clean(GroupRecord* group) {
  group->members.clear();
  if (IsPlainLock(group->password)) return;
  if (!IsLockedPassword(group->password) && group->password != "x") {
    Problem(*group, "the password is not shown");
  }
  group->password.clear();
}

std::vector<std::string> ExportedValues::GroupsOf(std::string_view user) const {
  std::vector<std::string> groups;
  for (const Membership& m : memberships_) {
    if (m.user == user) groups.push_back(m.group);
  }
  return groups;
}

std::vector<std::string> ExportedValues::MembersOf(std::string_view group) const {
  std::vector<std::string> members;
  for (const Membership& m : memberships_) {
    if (m.group == group) members.push_back(m.user);
  }
  return members;
}

bool ExportedValues::HasUser(std::string_view name) const {
  return std::any_of(users().begin(), users().end(),
                     [name](const ExportedUser& user) { return user.record.name == name; });
}

bool ExportedValues::HasGroup(std::string_view name) const {
  return std::any_of(groups().begin(), groups().end(),
                     [name](const GroupRecord& group) { return group.name == name; });
}

std::optional<int64_t> ExportedValues::ExpireSecond(const UserRecord& user) const {
  if (user.expire < 0) return std::nullopt;
  if (system_ == AccountSystem::kLinux) return user.expire * kSecondsOfADay;
  return user.expire == 0 ? std::nullopt : std::optional(user.expire);
}

std::optional<int64_t> ExportedValues::ExpireDay(const UserRecord& user) const {
  const std::optional<int64_t> second = ExpireSecond(user);
  if (!second) return std::nullopt;
  return *second / kSecondsOfADay;
}

void ExportedValues::Problem(const UserRecord& user, std::string_view what) {
  problems_->push_back(Printable("user " + user.name + ": " + std::string(what)));
}

void ExportedValues::Problem(const GroupRecord& group, std::string_view what) {
  problems_->push_back(Printable("group " + group.name + ": " + std::string(what)));
}

void ExportedValues::ProblemOfClass(const UserRecord& user) {
  if (!user.login_class.empty()) Problem(user, "the format has no login class; left out");
  if (user.change > 0) Problem(user, "the format has no time of a password change; left out");
}

}  // namespace keelson
