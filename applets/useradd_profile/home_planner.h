// Which homes of the needed users are to be made, and whose they are to be.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_HOME_PLANNER_H_
#define KEELSON_APPLETS_USERADD_PROFILE_HOME_PLANNER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "applets/useradd_profile/account_lines.h"
#include "applets/useradd_profile/homes.h"
#include "applets/useradd_profile/needed_accounts.h"
#include "platform/file.h"

namespace keelson {

class HomePlanner {
 public:
  // default_home: of definitions that say nothing. All of them outlive this.
  HomePlanner(const NeededAccounts& needed, const AccountSources& sources,
              const std::string& default_home, Root& root, const std::string& root_path)
      : needed_(needed),
        from_(sources),
        default_home_(default_home),
        root_(root),
        root_path_(root_path) {}

  // Adds the home of a declared user if it is to be made and is not there. Of a user who is there
  // only the declared home is ours to make, and what stands in the way of it is not an error.
  // False: the system failed, and the last of the errors says how.
  bool Plan(const UserRecord& user, bool is_new, std::vector<HomeRequest>* homes,
            std::vector<std::string>* errors) const;

 private:
  std::optional<uint32_t> FindUid(const std::string& owner) const;
  std::optional<uint32_t> FindGid(const std::string& owner) const;
  bool FindOwner(const UserDefinition& user, HomeRequest* home,
                 std::vector<std::string>* errors) const;

  const NeededAccounts& needed_;
  const AccountSources& from_;
  const std::string& default_home_;
  Root& root_;
  const std::string& root_path_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_HOME_PLANNER_H_
