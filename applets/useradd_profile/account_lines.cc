// What a line means is core/passwd's to say. What is written here is the shortest form that all
// readers agree on:
//
//   NAME:x:UID:GID:GECOS:HOME:SHELL          passwd
//   NAME:HASH:LAST:MIN:MAX:WARN:INACTIVE:EXPIRE:   shadow
//   NAME:x:GID:MEMBER,MEMBER                 group
//   NAME:HASH:ADMINISTRATORS:MEMBER,MEMBER   gshadow
//   NAME:HASH:UID:GID:CLASS:CHANGE:EXPIRE:GECOS:HOME:SHELL   master.passwd
#include "applets/useradd_profile/account_lines.h"

#include <array>
#include <set>

#include "core/flat_file.h"
#include "core/passwd.h"

namespace keelson {
namespace {

constexpr std::string_view kLocked = "!*";
constexpr std::string_view kLockedOnBsd = "*";
constexpr size_t kAdministrators = 2;  // of gshadow
constexpr size_t kMembers = 3;         // of group and gshadow alike
constexpr size_t kShadowFields = 9;
constexpr size_t kLastChange = 2;
constexpr size_t kExpire = 7;
constexpr size_t kMasterFields = 10;

std::string_view OrLocked(std::string_view password, std::string_view locked = kLocked) {
  return password.empty() ? locked : password;
}

std::string Join(std::initializer_list<std::string_view> fields) {
  std::string line;
  size_t size = 0;
  for (std::string_view field : fields) size += field.size() + 1;
  line.reserve(size);
  for (std::string_view field : fields) (line += field) += ':';
  line.pop_back();
  return line;
}

std::string JoinMembers(const std::vector<std::string>& members) {
  std::string list;
  for (const std::string& member : members) (list += member) += ',';
  if (!list.empty()) list.pop_back();
  return list;
}

std::string Days(int64_t days) { return days < 0 ? "" : std::to_string(days); }

// Field by field, because one that is wrong does not make the others worthless.
int64_t DaysIn(std::string_view text) {
  const std::optional<uint32_t> days = ParseId(text);
  return days.has_value() && *days <= INT32_MAX ? int64_t{*days} : -1;
}

// As master.passwd has times: absent and 0 are the same.
int64_t Seconds(std::string_view text) {
  const Number number = TakeNumber(text);
  return number.used == 0 ? 0 : static_cast<int64_t>(number.value);
}

// A comma list without one name; nothing: it is not in there.
std::optional<std::string> WithoutName(std::string_view rest, std::string_view name) {
  std::string list;
  bool found = false, more = true;
  while (more) {
    const std::string_view item = rest.substr(0, rest.find(','));
    more = item.size() < rest.size();
    rest.remove_prefix(item.size() + (more ? 1 : 0));
    if (SkipBlanks(item) == name) {
      found = true;
    } else {
      (list += item) += ',';
    }
  }
  if (!found) return std::nullopt;
  if (!list.empty()) list.pop_back();
  return list;
}

}  // namespace

std::string_view FieldOf(std::string_view line, size_t number) {
  for (; number > 0; --number) {
    const size_t colon = line.find(':');
    if (colon == line.npos) return {};
    line.remove_prefix(colon + 1);
  }
  return line.substr(0, line.find(':'));
}

bool ReadPasswdLine(std::string_view line, UserRecord* user) {
  PasswdEntry entry;
  if (!ParsePasswd(line, &entry)) return false;
  user->name = entry.name;
  user->uid = entry.uid;
  user->gid = entry.gid;
  user->gecos = entry.gecos;
  user->home = entry.directory;
  user->shell = entry.shell;
  user->password = entry.password;
  return true;
}

bool ReadMasterLine(std::string_view line, UserRecord* user) {
  if (!ReadPasswdLine(line, user)) return false;
  std::array<std::string_view, kMasterFields> fields;
  if (SplitFields(line, ':', fields) != fields.size()) return false;
  user->login_class = fields[4];
  user->change = Seconds(fields[5]);
  user->expire = Seconds(fields[6]);
  user->gecos = fields[7];
  user->home = fields[8];
  user->shell = fields[9];
  return true;
}

void ReadShadowLine(std::string_view line, UserRecord* user) {
  user->password = FieldOf(line, 1);
  user->last_change = DaysIn(FieldOf(line, kLastChange));
  user->expire = DaysIn(FieldOf(line, kExpire));
}

bool ReadGroupLine(std::string_view line, GroupRecord* group) {
  GroupEntry entry;
  if (!ParseGroup(line, &entry)) return false;
  group->name = entry.name;
  group->gid = entry.gid;
  group->password = entry.password;
  group->members.clear();
  ListReader members(entry.members);
  for (std::string_view member; members.Next(&member);) group->members.emplace_back(member);
  return true;
}

std::string PasswdLine(const UserRecord& user, std::string_view password) {
  return Join({user.name, OrLocked(password), std::to_string(user.uid), std::to_string(user.gid),
               user.gecos, user.home, user.shell});
}

std::string MasterLine(const UserRecord& user) {
  return Join({user.name, OrLocked(user.password, kLockedOnBsd), std::to_string(user.uid),
               std::to_string(user.gid), user.login_class,
               std::to_string(user.change < 0 ? 0 : user.change),
               std::to_string(user.expire < 0 ? 0 : user.expire), user.gecos, user.home,
               user.shell});
}

std::string ShadowLine(const UserRecord& user, std::string_view before) {
  std::array<std::string_view, kShadowFields> kept;
  SplitFields(before, ':', kept);
  return Join({user.name, OrLocked(user.password), Days(user.last_change), kept[3], kept[4],
               kept[5], kept[6], Days(user.expire), kept[8]});
}

std::string GroupLine(const GroupRecord& group, std::string_view password) {
  return Join(
      {group.name, OrLocked(password), std::to_string(group.gid), JoinMembers(group.members)});
}

std::string GshadowLine(const GroupRecord& group, std::string_view before) {
  return Join(
      {group.name, OrLocked(group.password), FieldOf(before, 2), JoinMembers(group.members)});
}

std::optional<std::string> WithMember(std::string_view line, std::string_view member) {
  std::array<std::string_view, kMembers + 1> fields;
  const size_t count = SplitFields(line, ':', fields);
  ListReader members(fields[kMembers]);
  for (std::string_view item; members.Next(&item);) {
    if (item == member) return std::nullopt;
  }
  std::string result(line);
  result.append(kMembers + 1 - count, ':');
  const std::string_view before = fields[kMembers];
  if (!before.empty() && !before.ends_with(',')) result += ',';
  return result.append(member);
}

std::optional<std::string> WithSortedMembers(std::string_view line,
                                             const std::vector<std::string>& members) {
  std::array<std::string_view, kMembers + 1> fields;
  const size_t count = SplitFields(line, ':', fields);
  std::set<std::string_view> all;
  ListReader there(fields[kMembers]);
  for (std::string_view item; there.Next(&item);) all.insert(item);
  bool added = false;
  for (const std::string& member : members) added |= all.insert(member).second;
  if (!added) return std::nullopt;
  std::string result(line.substr(0, line.size() - fields[kMembers].size()));
  result.append(kMembers + 1 - count, ':');
  for (std::string_view member : all) (result += member) += ',';
  result.pop_back();
  return result;
}

std::optional<std::string> WithoutMember(std::string_view line, std::string_view member) {
  std::array<std::string_view, kMembers + 1> fields;
  if (SplitFields(line, ':', fields) <= kMembers) return std::nullopt;
  const std::optional<std::string> list = WithoutName(fields[kMembers], member);
  if (!list) return std::nullopt;
  return std::string(line.substr(0, line.size() - fields[kMembers].size())) + *list;
}

std::optional<std::string> WithoutAdministrator(std::string_view line, std::string_view name) {
  const std::string_view field = FieldOf(line, kAdministrators);
  const std::optional<std::string> list = WithoutName(field, name);
  if (!list) return std::nullopt;
  const auto begin = static_cast<size_t>(field.data() - line.data());
  return std::string(line.substr(0, begin)) + *list +
         std::string(line.substr(begin + field.size()));
}

bool IsLockedPassword(std::string_view password) {
  return password.empty() || password[0] == '!' || password[0] == '*';
}

std::string LockInFront(std::string_view password, AccountSystem system) {
  std::string_view lock = "*";
  if (system == AccountSystem::kLinux) lock = "!";
  if (system == AccountSystem::kFreebsd || system == AccountSystem::kDragonfly) lock = "*LOCKED*";
  return (password.starts_with(lock) ? "" : std::string(lock)).append(password);
}

std::string WrittenText(const UserRecord& user) {
  return Join({std::to_string(user.uid), std::to_string(user.gid), user.gecos, user.home,
               user.shell, IsLockedPassword(user.password) ? "locked" : "open"});
}

std::string WrittenText(const GroupRecord& group) { return std::to_string(group.gid); }

bool ReadSubordinateLine(std::string_view line, SubordinateLine* range) {
  std::array<std::string_view, 3> fields;
  if (SplitFields(line, ':', fields) != fields.size() || fields[0].empty()) return false;
  const Number first = TakeNumber(fields[1]), count = TakeNumber(fields[2]);
  if (first.used == 0 || first.used != fields[1].size()) return false;
  if (count.used == 0 || count.used != fields[2].size()) return false;
  *range = {fields[0], first.value, count.value};
  return true;
}

}  // namespace keelson
