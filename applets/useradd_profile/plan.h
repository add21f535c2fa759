// What a run will do, decided in full before anything is written.
//
// Planning reads the account files and accounts.db and changes nothing; applying edits both in
// memory, for AccountChange to commit.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_PLAN_H_
#define KEELSON_APPLETS_USERADD_PROFILE_PLAN_H_

#include <string>
#include <vector>

#include "applets/useradd_profile/account_change.h"
#include "applets/useradd_profile/account_lines.h"
#include "applets/useradd_profile/declared_accounts.h"
#include "applets/useradd_profile/homes.h"
#include "applets/useradd_profile/requests.h"
#include "applets/useradd_profile/taken_accounts.h"
#include "core/account_id.h"
#include "core/account_state.h"
#include "platform/file.h"

namespace keelson {

struct PlanOptions {
  AccountSystem system = AccountSystem::kLinux;
  bool update = false;
  std::string root_path = "";  // in front of files below the root, in messages
};

struct AccountPlan {
  struct Member {
    std::string group, user;
  };
  struct SubordinateRange {
    std::string user;
    IdRange range;
  };

  std::vector<GroupRecord> new_groups;  // without members
  std::vector<UserRecord> new_users;
  std::vector<Member> new_members;
  std::vector<UserRecord> changed_users;
  std::vector<GroupRecord> changed_groups;
  std::vector<SubordinateRange> ranges;
  std::vector<HomeRequest> homes;      // those that are not there
  std::vector<AccountRecord> records;  // for accounts.db

  std::vector<std::string> lines;   // what is done, homes excluded
  std::vector<std::string> notes;   // what somebody should know
  std::vector<std::string> errors;  // with any of them nothing is to be done
  bool system_failed = false;       // of the errors only the last one counts
};

AccountPlan MakePlan(const AccountRequest& request, const DeclaredAccounts& declared,
                     const TakenAccounts& taken, AccountChange& change, Root& root,
                     const PlanOptions& options);

// REQUIRES: a plan without errors, and `change` as it was planned with.
void ApplyPlan(const AccountPlan& plan, AccountChange* change);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_PLAN_H_
