// The account files of one root: read once, asked, edited, written all or nothing.
//
// Linux: /etc/passwd, group, shadow, gshadow, subuid, subgid. BSD: /etc/master.passwd and group
// (passwd and the databases are pwd_mkdb's work). What is not there is not made, except passwd and
// group (and shadow and gshadow when passwd, or group, is made anew: as systemd-sysusers does).
//
// Reading indexes nothing but ids: all names that matter are known beforehand, so one pass over
// each file compares names with that set. 100,000 accounts are a few milliseconds.
//
// What lines mean is core/passwd.h's to say: the first line of a name counts, compat lines are no
// accounts, and lines that libc ignores stay as they are.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_FILES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "applets/useradd_profile/account_lines.h"
#include "core/account_id.h"
#include "platform/file.h"
#include "platform/transaction.h"

namespace keelson {

// The files that a set of changes may be of, for RecoverFiles.
std::vector<std::string> AccountPaths(AccountSystem system);

class AccountFiles {
 public:
  // Which names will be asked for by FindUser and FindGroup, AddMember and the edits.
  struct Names {
    std::set<std::string, std::less<>> users;
    std::set<std::string, std::less<>> groups;
    bool all = false;  // for listings: every name is remembered
    // The same, for who has thousands of them elsewhere; each may be there several times.
    std::vector<std::string_view> more_users = {}, more_groups = {};
  };

  // REQUIRES: the locks are held, unless nothing is to be written. On an error *path is the file.
  static Error Read(Root& root, AccountSystem system, const Names& names, AccountFiles* files,
                    std::string* path);

  // Null: not there. Pointers stay valid until the next edit of that record.
  const UserRecord* FindUser(std::string_view name) const;
  const GroupRecord* FindGroup(std::string_view name) const;
  // What is there now; with Names::all every account, in the file's order.
  std::vector<std::string> user_names() const;
  std::vector<std::string> group_names() const;

  // Whether anybody has the id, asked for by name or not: fast, for allocators.
  bool UidTaken(uint32_t uid) const;
  bool GidTaken(uint32_t gid) const;
  // Who has it; empty: nobody. The first line counts.
  std::string UidHolder(uint32_t uid) const;
  std::string GidHolder(uint32_t gid) const;
  // Of subuid and subgid.
  const std::vector<IdRange>& subordinate_ranges() const;
  bool InSubordinateRange(uint32_t id) const;
  bool HasSubordinateFiles() const;  // one of them at least
  // The last id of the range that any user or group has; nothing: nobody has one.
  std::optional<uint32_t> LastTaken(IdRange range) const;

  // What is wrong with the files as they were read, "PATH:LINE: what", root_path in front. Names
  // that stand twice, of those that Read was told of; ids that two names have, with Names::all.
  std::vector<std::string> RepeatedNames(const std::string& root_path) const;
  std::vector<std::string> RepeatedIds(const std::string& root_path) const;
  // Lines of passwd and group that shadow and gshadow lack, and the other way round; members that
  // only one of group and gshadow has. With Names::all.
  std::vector<std::string> UnmatchedLines(const std::string& root_path) const;
  // Lines of a group to which these users must not be added: what libc takes for part of the last
  // member would end up in the midst of them.
  std::vector<std::string> FaultyMemberLines(std::string_view group,
                                             const std::vector<std::string>& users,
                                             const std::string& root_path) const;

  // The password is said to be in shadow (gshadow), and there is no line.
  bool UserLacksShadow(std::string_view name) const;
  bool GroupLacksShadow(std::string_view name) const;
  // Of subuid and subgid as far as they are there: whether one has no line of the user, and the
  // range that the other one has.
  bool LacksSubordinates(const UserRecord& user, std::optional<IdRange>* elsewhere) const;

  // From now on shadow and gshadow are made too where they are not there, with this mode.
  void MakeShadow(uint32_t mode);
  // Where gshadow has a line of a group that is not there; nothing: it has none.
  std::optional<uint64_t> LeftInGshadow(std::string_view group) const;

  // Edits of names that Read was told of. REQUIRES of fields what account_lines.h does. Adding:
  // REQUIRES that the name is not there; changing: that it is. Adding a
  // member to a group that is not there: nothing.
  void AddUser(UserRecord user);
  // A shadow line that the name still has keeps its password and all but the last change.
  void AddUserKeepingShadow(UserRecord user);
  void AddGroup(GroupRecord group);
  void AddMember(std::string_view group, std::string_view user);  // group and gshadow; idempotent
  // In all lines of the name where one is missing: afterwards sorted, each once.
  void AddSortedMembers(std::string_view group, const std::vector<std::string>& users);
  void ChangeUser(UserRecord user);  // all fields of the line and of its shadow line
  void ChangeGroup(GroupRecord group);
  // What the files have of the name, be it the shadow line alone; of a user with memberships and
  // subordinate ranges. False: nothing.
  bool RemoveUser(std::string_view name);
  bool RemoveGroup(std::string_view name);
  // In subuid and subgid, as far as they are there and do not have the line.
  void AddSubordinateRange(std::string_view user, uint64_t first, uint64_t count);

  // The files that differ now, in the order they are to be renamed: group, gshadow, shadow, passwd
  // (or master.passwd), subuid, subgid; the other way round when accounts only go. So there is no
  // moment at which a user has no group or no shadow line.
  std::vector<FileChange> Changes() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_FILES_H_
