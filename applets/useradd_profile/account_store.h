// What AccountFiles keeps: the files, and where in them the wanted names stand.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_STORE_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_STORE_H_

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "applets/useradd_profile/account_files.h"
#include "applets/useradd_profile/account_text.h"
#include "applets/useradd_profile/id_holders.h"
#include "applets/useradd_profile/wanted_names.h"

namespace keelson {

inline constexpr char kPasswd[] = "/etc/passwd";
inline constexpr char kMasterPasswd[] = "/etc/master.passwd";
inline constexpr char kGroup[] = "/etc/group";
inline constexpr char kShadow[] = "/etc/shadow";
inline constexpr char kGshadow[] = "/etc/gshadow";

// One name: its record, and all its lines in passwd (or group) and in shadow (or gshadow); the
// first of each counts.
template <typename Record>
struct Account {
  Record record;
  bool exists = false;
  std::vector<AccountText::Line> lines, shadow_lines;
};

// The accounts of one kind.
template <typename Record>
struct Accounts {
  Accounts(IdHolders::Parse parse) : ids(&text, parse) {}

  WantedNames names;
  std::deque<Account<Record>> accounts;  // by the name's number
  AccountText text;                      // passwd, master.passwd or group
  AccountText shadow;                    // shadow or gshadow
  bool has_shadow = false;               // it is there, or is to be made
  IdHolders ids;

  // Null: not a wanted name.
  Account<Record>* Find(std::string_view name) {
    const size_t number = names.Find(name);
    return number == WantedNames::kNone ? nullptr : &accounts[number];
  }
  Account<Record>* FindExisting(std::string_view name) {
    Account<Record>* account = Find(name);
    return account != nullptr && account->exists ? account : nullptr;
  }
  const Account<Record>* FindExisting(std::string_view name) const {
    const size_t number = names.Find(name);
    return number == WantedNames::kNone || !accounts[number].exists ? nullptr : &accounts[number];
  }
  Account<Record>* Insert(std::string_view name) {
    const size_t number = names.Insert(name);
    if (number == accounts.size()) accounts.emplace_back();
    return &accounts[number];
  }
};

bool PasswdIds(std::string_view line, std::string_view* name, uint32_t* id);
bool GroupIds(std::string_view line, std::string_view* name, uint32_t* id);

struct AccountFiles::State {
  AccountSystem system = AccountSystem::kLinux;
  Accounts<UserRecord> users{PasswdIds};
  Accounts<GroupRecord> groups{GroupIds};
  AccountText subuid, subgid;
  std::vector<IdRange> subordinate;
  bool added = false, removed = false;  // a user or group
  uint32_t shadow_mode = 0600;          // of shadow and gshadow where they are made

  bool linux_files() const { return system == AccountSystem::kLinux; }
  const char* users_path() const { return linux_files() ? kPasswd : kMasterPasswd; }
  Error Read(Root& root, const Names& wanted, std::string* path);
  void ReadSubordinates();
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_STORE_H_
