// Needed accounts, their ids, then everything that follows from those.
#include "applets/useradd_profile/plan.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "applets/useradd_profile/declared_record.h"
#include "applets/useradd_profile/differences.h"
#include "applets/useradd_profile/home_planner.h"
#include "applets/useradd_profile/memberships.h"
#include "applets/useradd_profile/needed_accounts.h"
#include "applets/useradd_profile/new_ids.h"
#include "applets/useradd_profile/planned_record.h"
#include "applets/useradd_profile/subordinate_gaps.h"

namespace keelson {

namespace {

constexpr char kOpenPassword[] = "x";  // any that is not locked

class Planner {
 public:
  Planner(const AccountSources& sources, const AccountTable& table, Root& root,
          const PlanOptions& options, std::string_view package)
      : from_(sources),
        table_(table),
        root_(root),
        options_(options),
        package_(package),
        defaults_(FindFieldDefaults(sources.declared.defaults, options.system, root)) {}

  AccountPlan Run(const AccountRequest& request);

 private:
  void PlanGroup(const std::string& name, const NeededGroup& group);
  void PlanExistingGroup(const std::string& name, const NeededGroup& group);
  void PlanUser(const std::string& name, const NeededUser& user);
  void PlanNewUser(const std::string& name, const NeededUser& user);
  void PlanExistingUser(const std::string& name, const NeededUser& user);
  bool Unlock(const UserDefinition* definition, UserRecord* user, AccountNews* news);
  bool TakeDifferences(const std::vector<Difference>& found);
  void PlanMembers();
  void PlanRanges();
  void PlanRange(const UserRecord& user, std::optional<IdRange> range,
                 std::optional<SubordinateGaps>* gaps);
  bool Completes(const std::string& told, const std::string& change);
  bool IsManaged(AccountKind kind, std::string_view name) const;
  void PlanHomes();
  SubordinateGaps FindGaps() const;
  template <typename D>
  std::string OriginOf(const D* definition) const;
  void TellFaults();
  std::optional<uint32_t> PrimaryGid(const NeededUser& user) const;
  void Refuse(const DeclaredKey* key, const std::string& what) {
    plan_.errors.push_back(PlaceOf(key) + what);
  }

  const AccountSources& from_;
  const AccountTable& table_;
  Root& root_;
  const PlanOptions& options_;
  const std::string package_;
  const FieldDefaults defaults_;
  NeededAccounts needed_;
  std::vector<UserRecord> existing_;       // declared users, as they will be
  std::vector<std::string> change_lines_;  // they come after what is added
  bool can_update_ = false;                // --update would do something
  AccountPlan plan_;
};

template <typename Record>
std::string Fingerprint(const Record& record) {
  return AccountFingerprint(WrittenText(record));
}

// The file that declares an account, of several the last one: as the root itself knows it.
template <typename D>
std::string Planner::OriginOf(const D* definition) const {
  if (definition == nullptr || definition->keys.empty()) return "";
  const std::string& file = definition->keys.back().file;
  const bool local = file.starts_with(options_.root_path + kLocalProfile);
  return local ? file.substr(options_.root_path.size()) : file;
}

std::string Numbered(uint32_t id) { return std::to_string(id); }

// Each once, the first one's place.
void DropRepeated(std::vector<std::string>* lines) {
  std::set<std::string> seen;
  std::erase_if(*lines, [&seen](const std::string& line) { return !seen.insert(line).second; });
}

std::optional<uint32_t> Planner::PrimaryGid(const NeededUser& user) const {
  if (user.group.empty()) return user.gid_elsewhere;
  const auto group = needed_.groups.find(user.group);
  if (group == needed_.groups.end() || group->second.gid == kNoId) return std::nullopt;
  return group->second.gid;
}

void Planner::PlanGroup(const std::string& name, const NeededGroup& group) {
  if (group.exists) return PlanExistingGroup(name, group);
  GroupRecord record{.name = name, .gid = group.gid};
  if (group.definition != nullptr) record.password = group.definition->password.value_or("");
  plan_.lines.push_back("add group " + name + " gid " + Numbered(group.gid));
  plan_.records.push_back(PlannedRecord(table_,
                                        {AccountKind::kGroup, name, group.gid, true,
                                         OriginOf(group.definition), "", Fingerprint(record)},
                                        package_));
  plan_.new_groups.push_back(std::move(record));
}

void Planner::PlanExistingGroup(const std::string& name, const NeededGroup& group) {
  GroupRecord there = group.there == nullptr ? GroupRecord() : *group.there;
  if (IsManaged(AccountKind::kGroup, name) && from_.files.GroupLacksShadow(name) &&
      Completes("group " + name + ": has no line in /etc/gshadow",
                "add the line of group " + name + " in /etc/gshadow")) {
    there.password.clear();
    plan_.changed_groups.push_back(there);
  }
  if (group.definition != nullptr && group.there != nullptr) {
    const GroupDefinition& definition = *group.definition;
    if (definition.enforce_id && definition.gid && *definition.gid != group.gid) {
      return Refuse(definition.Find("gid"), "group " + name + " has gid " + Numbered(group.gid) +
                                                ", and must have " + Numbered(*definition.gid) +
                                                " (enforce-id)");
    }
    GroupRecord changed;
    if (TakeDifferences(FindDifferences(definition, there, &changed))) {
      plan_.changed_groups.push_back(changed);
    }
  }
  if (!IsAccountName(name)) return;  // accounts.db has no such names
  const std::string written = Fingerprint(GroupRecord{.name = name, .gid = group.gid});
  plan_.records.push_back(PlannedRecord(
      table_, {AccountKind::kGroup, name, group.gid, false, "", written, written}, package_));
}

// Only accounts that were made here are completed.
bool Planner::IsManaged(AccountKind kind, std::string_view name) const {
  const AccountRecord* record = LivingRecord(table_, kind, name);
  return record != nullptr && !record->written.empty();
}

bool Planner::Completes(const std::string& told, const std::string& change) {
  return TakeDifferences({{.told = told, .change = change}});
}

// Tells of them; or, with --update, true if there is something to change.
bool Planner::TakeDifferences(const std::vector<Difference>& found) {
  bool changed = false;
  for (const Difference& difference : found) {
    if (options_.update && !difference.change.empty()) {
      change_lines_.push_back(difference.change);
      changed = true;
    } else if (!difference.silent) {
      plan_.notes.push_back(difference.told);
      can_update_ |= !difference.change.empty();
    }
  }
  return changed;
}

void Planner::PlanUser(const std::string& name, const NeededUser& user) {
  if (user.there == nullptr) {
    PlanNewUser(name, user);
  } else {
    PlanExistingUser(name, user);
  }
}

void Planner::PlanNewUser(const std::string& name, const NeededUser& user) {
  const UserDefinition& definition = *user.definition;
  const std::optional<uint32_t> gid = PrimaryGid(user);
  if (!gid) return;  // an error that was told
  if (*gid == 0 && !definition.allow_root) {
    return Refuse(definition.Find("gid"), "user " + name + ": its primary group has gid 0, " +
                                              "and allow-root:yes is not in the local override");
  }
  const UserRecord record = DeclaredRecord(definition, user.uid, *gid, defaults_);
  plan_.lines.push_back("add user " + name + " uid " + Numbered(record.uid) + " gid " +
                        Numbered(*gid) + " home " + record.home + " shell " + record.shell);
  plan_.records.push_back(PlannedRecord(table_,
                                        {AccountKind::kUser, name, user.uid, true,
                                         OriginOf(user.definition), "", Fingerprint(record)},
                                        package_));
  plan_.new_users.push_back(record);
}

// Of an account that users-update has locked. news->before becomes what was written last.
bool Planner::Unlock(const UserDefinition* definition, UserRecord* user, AccountNews* news) {
  const AccountRecord* record = LivingRecord(table_, AccountKind::kUser, user->name);
  if (record == nullptr || record->state != AccountState::kLocked || record->id != user->uid) {
    return false;
  }
  UserRecord open = *user;
  open.password = kOpenPassword;
  if (record->written == Fingerprint(open)) news->before = record->written;
  user->expire = definition == nullptr ? -1 : DeclaredExpiry(*definition, options_.system);
  if (definition == nullptr || !definition->password) return true;
  user->password = definition->locked ? LockedPassword(*definition->password, options_.system)
                                      : *definition->password;
  user->last_change = AccountDay();
  return true;
}

void Planner::PlanExistingUser(const std::string& name, const NeededUser& user) {
  const UserRecord& there = *user.there;
  AccountNews news{AccountKind::kUser, name, there.uid, false, "", Fingerprint(there), ""};
  UserRecord record = there;
  bool changed = Unlock(user.definition, &record, &news);
  if (changed) change_lines_.push_back("unlock user " + name);
  if (IsManaged(AccountKind::kUser, name) && from_.files.UserLacksShadow(name) &&
      Completes("user " + name + ": has no line in /etc/shadow",
                "add the line of user " + name + " in /etc/shadow")) {
    record.password = LockedPassword("", options_.system);
    record.last_change = AccountDay();
    changed = true;
  }
  if (user.definition != nullptr) {
    const UserDefinition& definition = *user.definition;
    if (definition.enforce_id && definition.uid && *definition.uid != there.uid) {
      return Refuse(definition.Find("uid"), "user " + name + " has uid " + Numbered(there.uid) +
                                                ", and must have " + Numbered(*definition.uid) +
                                                " (enforce-id)");
    }
    UserRecord updated;
    const std::vector<Difference> found =
        FindDifferences(definition, record, PrimaryGid(user), options_.system, &updated);
    if (TakeDifferences(found)) {
      changed = true;
      record = updated;
    }
    if (record.gid == 0 && there.gid != 0 && !definition.allow_root) {
      return Refuse(definition.Find("gid"), "user " + name + ": its primary group has gid 0, " +
                                                "and allow-root:yes is not in the local override");
    }
    existing_.push_back(record);
  }
  news.after = Fingerprint(record);
  plan_.records.push_back(PlannedRecord(table_, news, package_));
  if (changed) plan_.changed_users.push_back(record);
}

void Planner::PlanMembers() {
  for (const MissingMember& member : FindMissingMembers(needed_, from_, &plan_.notes)) {
    const std::string line = "add member " + member.user + " to " + member.group;
    const bool done = member.is_new || options_.update;
    if (done && member.forbidden) {
      Refuse(member.key, "user " + member.user + ": group " + member.group +
                             " has gid 0, and allow-root:yes is not in the local override");
    } else if (done) {
      const auto faults =
          from_.files.FaultyMemberLines(member.group, {member.user}, options_.root_path);
      plan_.errors.insert(plan_.errors.end(), faults.begin(), faults.end());
      plan_.lines.push_back(line);
      plan_.new_members.push_back({member.group, member.user});
    } else {
      plan_.notes.push_back(PlaceOf(member.key) + "user " + member.user + ": is not a member of " +
                            member.group);
      can_update_ = true;
    }
  }
}

SubordinateGaps Planner::FindGaps() const {
  std::vector<IdRange> ranges = from_.files.subordinate_ranges();
  const auto& reserved = from_.declared.defaults.reserved;
  ranges.insert(ranges.end(), reserved.begin(), reserved.end());
  for (const GroupRecord& group : plan_.new_groups) ranges.push_back({group.gid, group.gid});
  for (const UserRecord& user : plan_.new_users) ranges.push_back({user.uid, user.uid});
  for (const AccountRecord& record : table_.records()) ranges.push_back({record.id, record.id});
  from_.taken.AddIds(&ranges);
  return {std::move(ranges), [this](IdRange range) { return from_.files.LastTaken(range); }};
}

void Planner::PlanRanges() {
  std::optional<SubordinateGaps> gaps;
  for (const UserRecord& user : plan_.new_users) PlanRange(user, std::nullopt, &gaps);
  for (const UserRecord& user : existing_) {
    std::optional<IdRange> elsewhere;
    if (needed_.users.find(user.name)->second.definition->subid_count == 0) continue;
    if (!IsManaged(AccountKind::kUser, user.name)) continue;
    if (!from_.files.LacksSubordinates(user, &elsewhere)) continue;
    if (options_.update) {
      PlanRange(user, elsewhere, &gaps);
    } else {
      (void)Completes("user " + user.name + ": lacks a line in /etc/subuid or /etc/subgid", "add");
    }
  }
}

// range: what one of the files has already.
void Planner::PlanRange(const UserRecord& user, std::optional<IdRange> range,
                        std::optional<SubordinateGaps>* gaps) {
  const UserDefinition& definition = *needed_.users.find(user.name)->second.definition;
  if (definition.subid_count == 0) return;
  const DeclaredKey* key = definition.Find("subid-count");
  if (!from_.files.HasSubordinateFiles()) {
    plan_.notes.push_back(PlaceOf(key) + "user " + user.name +
                          ": no subordinate ids, because there is no " + options_.root_path +
                          "/etc/subuid or subgid");
    return;
  }
  if (!*gaps) *gaps = FindGaps();
  if (!range) range = (*gaps)->Take(definition.subid_count);
  if (!range) {
    Refuse(key, "user " + user.name + ": there is no room for so many subordinate ids");
    return;
  }
  plan_.lines.push_back("add subordinate ids " + Numbered(range->first) + "-" +
                        Numbered(range->last) + " to " + user.name);
  plan_.ranges.push_back({user.name, *range});
}

void Planner::PlanHomes() {
  const HomePlanner homes(needed_, from_, defaults_.home, root_, options_.root_path);
  const auto plan = [&](const UserRecord& user, bool is_new) {
    if (plan_.system_failed) return;
    plan_.system_failed = !homes.Plan(user, is_new, &plan_.homes, &plan_.errors);
  };
  for (const UserRecord& user : plan_.new_users) plan(user, true);
  for (const UserRecord& user : existing_) plan(user, false);
}

// Of definitions that nobody asked for, as long as they may have a say in what is done.
void Planner::TellFaults() {
  plan_.notes.insert(plan_.notes.end(), from_.declared.warnings.begin(),
                     from_.declared.warnings.end());
  const auto tell = [this](const auto& names) {
    for (const auto& [name, entry] : names.entries) {
      plan_.notes.insert(plan_.notes.end(), entry.faults.begin(), entry.faults.end());
    }
  };
  tell(from_.declared.users);
  tell(from_.declared.groups);
  std::erase_if(plan_.notes, [this](const std::string& note) {
    return std::find(plan_.errors.begin(), plan_.errors.end(), note) != plan_.errors.end();
  });
}

AccountPlan Planner::Run(const AccountRequest& request) {
  needed_ = FindNeededAccounts(request, from_, &plan_.errors);
  plan_.notes = from_.files.RepeatedNames(options_.root_path);
  if (needed_.AnyNew()) TellFaults();
  GiveIds(from_, table_, &needed_, &plan_.notes, &plan_.errors);
  for (const auto& [name, group] : needed_.groups) PlanGroup(name, group);
  for (const auto& [name, user] : needed_.users) PlanUser(name, user);
  PlanMembers();
  PlanRanges();
  PlanHomes();
  plan_.lines.insert(plan_.lines.end(), change_lines_.begin(), change_lines_.end());
  if (can_update_) plan_.notes.emplace_back("--update changes these");
  DropRepeated(&plan_.notes);
  DropRepeated(&plan_.errors);
  return std::move(plan_);
}

}  // namespace

AccountPlan MakePlan(const AccountRequest& request, const DeclaredAccounts& declared,
                     const TakenAccounts& taken, AccountChange& change, Root& root,
                     const PlanOptions& options) {
  const AccountSources sources{declared, change.files(), taken};
  return Planner(sources, change.table(), root, options, request.package).Run(request);
}

void ApplyPlan(const AccountPlan& plan, AccountChange* change) {
  AccountFiles& files = change->files();
  for (const GroupRecord& group : plan.new_groups) files.AddGroup(group);
  for (const UserRecord& user : plan.new_users) files.AddUser(user);
  for (const UserRecord& user : plan.changed_users) files.ChangeUser(user);
  for (const GroupRecord& group : plan.changed_groups) files.ChangeGroup(group);
  for (const AccountPlan::Member& member : plan.new_members) {
    files.AddMember(member.group, member.user);
  }
  for (const AccountPlan::SubordinateRange& range : plan.ranges) {
    files.AddSubordinateRange(range.user, range.range.first,
                              uint64_t{range.range.last} - range.range.first + 1);
  }
  for (const AccountRecord& record : plan.records) change->table().Put(record);
}

}  // namespace keelson
