// Questions and edits. An edit changes the record and every line that shows it, so that later
// questions and the files agree.
#include "applets/useradd_profile/account_files.h"

#include <algorithm>
#include <utility>

#include "applets/useradd_profile/account_store.h"
#include "core/flat_file.h"

namespace keelson {
namespace {

constexpr std::string_view kInShadow = "x";
constexpr std::string_view kNoGroupPassword = "x";
constexpr std::string_view kNoGroupPasswordOnBsd = "*";
constexpr size_t kPasswordField = 1;

template <typename Record>
std::vector<std::string> NamesOf(const Accounts<Record>& all) {
  std::vector<std::pair<AccountText::Line, std::string>> found;
  for (size_t i = 0; i < all.accounts.size(); ++i) {
    if (all.accounts[i].exists) {
      const auto line = all.accounts[i].lines.front();
      // Appended lines are numbered downwards from the end.
      found.emplace_back(line > kMaxFlatFile ? UINT64_MAX - line + kMaxFlatFile : line,
                         all.names.name(i));
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  for (auto& [line, name] : found) names.push_back(std::move(name));
  return names;
}

// The line of an id that is new or has changed.
template <typename Record>
void SetLine(Accounts<Record>* all, Account<Record>* account, uint32_t id, std::string text) {
  if (account->lines.empty()) {
    account->lines.push_back(all->text.Append(std::move(text)));
  } else {
    all->text.Set(account->lines.front(), std::move(text));
    all->ids.LineLost();
  }
  all->ids.AddLine(id, account->lines.front());
}

void SetOrAppend(AccountText* file, std::vector<AccountText::Line>* lines, std::string text) {
  if (lines->empty()) {
    lines->push_back(file->Append(std::move(text)));
  } else {
    file->Set(lines->front(), std::move(text));
  }
}

std::string TextOf(const AccountText& file, const std::vector<AccountText::Line>& lines) {
  return lines.empty() ? "" : std::string(file.Text(lines.front()).value_or(""));
}

template <typename Record>
bool RemoveLines(Accounts<Record>* all, Account<Record>* account) {
  const bool found = !account->lines.empty() || !account->shadow_lines.empty();
  for (const auto line : account->lines) all->text.Remove(line);
  for (const auto line : account->shadow_lines) all->shadow.Remove(line);
  all->ids.LineLost();
  *account = {};
  return found;
}

using Edit = std::optional<std::string> (*)(std::string_view line, std::string_view name);

bool EditLinesWith(AccountText* file, std::string_view name, Edit without) {
  bool found = false;
  for (const auto line : file->LinesWith(name)) {
    const auto text = file->Text(line);
    if (!text.has_value()) continue;
    if (auto edited = without(*text, name)) {
      file->Set(line, *std::move(edited));
      found = true;
    }
  }
  return found;
}

bool RemoveOwner(AccountText* file, std::string_view owner) {
  bool found = false;
  for (const auto line : file->LinesWith(owner)) {
    const auto text = file->Text(line);
    if (!text.has_value() || FieldOf(*text, 0) != owner) continue;
    file->Remove(line);
    found = true;
  }
  return found;
}

template <typename Record>
bool LacksShadow(const Accounts<Record>& all, std::string_view name) {
  const auto* account = all.FindExisting(name);
  return account != nullptr && all.shadow.exists() && account->shadow_lines.empty() &&
         FieldOf(TextOf(all.text, account->lines), kPasswordField) == kInShadow;
}

bool HasLine(const AccountText& file, std::string_view wanted) {
  const auto lines = file.LinesWith(wanted);
  return std::any_of(lines.begin(), lines.end(),
                     [&](const auto line) { return file.Text(line) == wanted; });
}

}  // namespace

const UserRecord* AccountFiles::FindUser(std::string_view name) const {
  const auto* account = state_->users.FindExisting(name);
  return account == nullptr ? nullptr : &account->record;
}

const GroupRecord* AccountFiles::FindGroup(std::string_view name) const {
  const auto* account = state_->groups.FindExisting(name);
  return account == nullptr ? nullptr : &account->record;
}

std::vector<std::string> AccountFiles::user_names() const { return NamesOf(state_->users); }
std::vector<std::string> AccountFiles::group_names() const { return NamesOf(state_->groups); }

bool AccountFiles::UidTaken(uint32_t uid) const { return state_->users.ids.Taken(uid); }
bool AccountFiles::GidTaken(uint32_t gid) const { return state_->groups.ids.Taken(gid); }
std::string AccountFiles::UidHolder(uint32_t uid) const { return state_->users.ids.Holder(uid); }
std::string AccountFiles::GidHolder(uint32_t gid) const { return state_->groups.ids.Holder(gid); }

const std::vector<IdRange>& AccountFiles::subordinate_ranges() const { return state_->subordinate; }

bool AccountFiles::InSubordinateRange(uint32_t id) const {
  return std::any_of(state_->subordinate.begin(), state_->subordinate.end(),
                     [id](const IdRange& range) { return range.Has(id); });
}

bool AccountFiles::HasSubordinateFiles() const {
  return state_->subuid.exists() || state_->subgid.exists();
}

std::optional<uint32_t> AccountFiles::LastTaken(IdRange range) const {
  // Nothing is less than any id.
  return std::max(state_->users.ids.LastIn(range.first, range.last),
                  state_->groups.ids.LastIn(range.first, range.last));
}

bool AccountFiles::UserLacksShadow(std::string_view name) const {
  return LacksShadow(state_->users, name);
}

bool AccountFiles::GroupLacksShadow(std::string_view name) const {
  return LacksShadow(state_->groups, name);
}

bool AccountFiles::LacksSubordinates(const UserRecord& user,
                                     std::optional<IdRange>* elsewhere) const {
  bool lacks = false;
  const std::string uid = std::to_string(user.uid);
  for (const AccountText* file : {&state_->subuid, &state_->subgid}) {
    LineReader reader(file->bytes());
    bool found = false;
    SubordinateLine range;
    for (Line line; !found && reader.Next(&line);) {
      found = ReadSubordinateLine(line.text, &range) &&
              (range.owner == user.name || range.owner == uid);
    }
    if (!found) lacks |= file->exists();
    if (!found || range.count == 0 || range.first + range.count > UINT32_MAX) continue;
    *elsewhere = {static_cast<uint32_t>(range.first),
                  static_cast<uint32_t>(range.first + range.count - 1)};
  }
  return lacks;
}

void AccountFiles::MakeShadow(uint32_t mode) {
  state_->users.has_shadow = state_->groups.has_shadow = true;
  state_->shadow_mode = mode;
}

std::optional<uint64_t> AccountFiles::LeftInGshadow(std::string_view group) const {
  const Account<GroupRecord>* account = state_->groups.Find(group);
  if (account == nullptr || account->exists || account->shadow_lines.empty()) return std::nullopt;
  return account->shadow_lines.front();
}

void AccountFiles::AddUser(UserRecord user) {
  state_->added = true;
  state_->users.Insert(user.name)->exists = true;
  ChangeUser(std::move(user));
}

void AccountFiles::AddUserKeepingShadow(UserRecord user) {
  Accounts<UserRecord>& users = state_->users;
  Account<UserRecord>* account = users.Insert(user.name);
  const std::string left = TextOf(users.shadow, account->shadow_lines);
  if (left.empty()) return AddUser(std::move(user));
  const int64_t last_change = user.last_change;
  ReadShadowLine(left, &user);
  user.last_change = last_change;
  AddUser(std::move(user));
  users.shadow.Set(account->shadow_lines.front(), ShadowLine(account->record, left));
}

void AccountFiles::ChangeUser(UserRecord changed) {
  Accounts<UserRecord>& users = state_->users;
  Account<UserRecord>* account = users.FindExisting(changed.name);
  account->record = std::move(changed);
  const UserRecord& user = account->record;
  if (!state_->linux_files()) return SetLine(&users, account, user.uid, MasterLine(user));
  if (!users.has_shadow) return SetLine(&users, account, user.uid, PasswdLine(user, user.password));

  // Who has no shadow line yet gets one, unless the password was kept in passwd and stays.
  const std::string passwd = TextOf(users.text, account->lines);
  const std::string_view kept = FieldOf(passwd, kPasswordField);
  if (account->shadow_lines.empty() && !passwd.empty() && kept == user.password)
    return SetLine(&users, account, user.uid, PasswdLine(user, kept));
  SetLine(&users, account, user.uid, PasswdLine(user, kInShadow));
  // A line that somebody's removal left behind says nothing of the new user.
  const std::string shadow = passwd.empty() ? "" : TextOf(users.shadow, account->shadow_lines);
  SetOrAppend(&users.shadow, &account->shadow_lines, ShadowLine(user, shadow));
}

void AccountFiles::AddGroup(GroupRecord group) {
  state_->added = true;
  state_->groups.Insert(group.name)->exists = true;
  ChangeGroup(std::move(group));
}

void AccountFiles::ChangeGroup(GroupRecord changed) {
  Accounts<GroupRecord>& groups = state_->groups;
  Account<GroupRecord>* account = groups.FindExisting(changed.name);
  const bool is_new = account->lines.empty();
  account->record = std::move(changed);
  const GroupRecord& group = account->record;
  std::string_view password = group.password;
  // As a user's: a password that was said to be in gshadow and was not there.
  const bool completes = password != kInShadow && LacksShadow(groups, group.name);
  if (groups.has_shadow && (is_new || completes || !account->shadow_lines.empty())) {
    password = kInShadow;
    const std::string gshadow = is_new ? "" : TextOf(groups.shadow, account->shadow_lines);
    SetOrAppend(&groups.shadow, &account->shadow_lines, GshadowLine(group, gshadow));
  } else if (password.empty()) {
    password = state_->linux_files() ? kNoGroupPassword : kNoGroupPasswordOnBsd;
  }
  SetLine(&groups, account, group.gid, GroupLine(group, password));
}

void AccountFiles::AddMember(std::string_view group, std::string_view user) {
  Accounts<GroupRecord>& groups = state_->groups;
  Account<GroupRecord>* account = groups.FindExisting(group);
  if (account == nullptr) return;
  const auto add = [user](AccountText* file, const std::vector<AccountText::Line>& lines) {
    if (lines.empty()) return;
    if (auto with = WithMember(TextOf(*file, lines), user)) file->Set(lines.front(), *with);
  };
  add(&groups.text, account->lines);
  add(&groups.shadow, account->shadow_lines);
  auto& members = account->record.members;
  if (std::find(members.begin(), members.end(), user) == members.end()) members.emplace_back(user);
}

void AccountFiles::AddSortedMembers(std::string_view group, const std::vector<std::string>& users) {
  Accounts<GroupRecord>& groups = state_->groups;
  Account<GroupRecord>* account = groups.FindExisting(group);
  if (account == nullptr) return;
  const auto add = [&users](AccountText* file, const std::vector<AccountText::Line>& lines) {
    for (const auto line : lines) {
      if (auto with = WithSortedMembers(file->Text(line).value_or(""), users))
        file->Set(line, *std::move(with));
    }
  };
  add(&groups.text, account->lines);
  add(&groups.shadow, account->shadow_lines);
  (void)ReadGroupLine(TextOf(groups.text, account->lines), &account->record);
}

bool AccountFiles::RemoveUser(std::string_view name) {
  State& s = *state_;
  Account<UserRecord>* account = s.users.Find(name);
  if (account == nullptr) return false;
  const std::string uid = account->exists ? std::to_string(account->record.uid) : "";
  bool found = RemoveLines(&s.users, account);
  found |= EditLinesWith(&s.groups.text, name, WithoutMember);
  found |= EditLinesWith(&s.groups.shadow, name, WithoutMember);
  found |= EditLinesWith(&s.groups.shadow, name, WithoutAdministrator);
  for (Account<GroupRecord>& group : s.groups.accounts) {
    std::erase(group.record.members, name);
  }
  for (AccountText* file : {&s.subuid, &s.subgid}) {
    found |= RemoveOwner(file, name);
    if (!uid.empty()) found |= RemoveOwner(file, uid);
  }
  s.removed |= found;
  return found;
}

bool AccountFiles::RemoveGroup(std::string_view name) {
  Account<GroupRecord>* account = state_->groups.Find(name);
  if (account == nullptr || !RemoveLines(&state_->groups, account)) return false;
  state_->removed = true;
  return true;
}

void AccountFiles::AddSubordinateRange(std::string_view user, uint64_t first, uint64_t count) {
  if (count == 0 || first > UINT32_MAX || count > UINT32_MAX - first) return;
  const std::string line =
      std::string(user) + ":" + std::to_string(first) + ":" + std::to_string(count);
  for (AccountText* file : {&state_->subuid, &state_->subgid}) {
    if (file->exists() && !HasLine(*file, line)) file->Append(line);
  }
  state_->subordinate.push_back(
      {static_cast<uint32_t>(first), static_cast<uint32_t>(first + count - 1)});
}

}  // namespace keelson
