// The account files as systemd-sysusers' plan sees them, and the plan put into them.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_ACCOUNTS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_ACCOUNTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "applets/useradd_profile/account_files.h"
#include "applets/useradd_profile/systemd_sysusers_credentials.h"
#include "applets/useradd_profile/systemd_sysusers_items.h"
#include "applets/useradd_profile/systemd_sysusers_messages.h"
#include "applets/useradd_profile/systemd_sysusers_plan.h"
#include "core/account_state.h"
#include "platform/file.h"

namespace keelson {

// All names that the plan and the edits ask for, as views into the items.
AccountFiles::Names SysusersNames(const SysusersItems& items);

// Items without an id of their own wish for the one that accounts.db keeps for them.
void WishForReservedIds(const AccountTable& table, SysusersItems* items);

class SysusersAccountFiles : public SysusersAccounts {
 public:
  // All outlive this.
  SysusersAccountFiles(Root* root, const AccountFiles* files, const AccountTable* table);

  std::optional<uint32_t> FindUser(std::string_view name) const override;
  std::optional<uint32_t> FindGroup(std::string_view name) const override;
  bool UidTaken(uint32_t uid) const override { return files_.UidTaken(uid); }
  bool GidTaken(uint32_t gid) const override { return files_.GidTaken(gid); }
  bool GidIsOf(uint32_t gid, std::string_view name) const override;
  bool IsSpent(uint32_t id, std::string_view name) const override;
  bool FindOwner(const std::string& path, uint32_t* uid, uint32_t* gid) const override;

 private:
  Root& root_;
  const AccountFiles& files_;
  std::multimap<uint32_t, std::string> spent_;  // the names that had, or are to have, an id
};

// Edits *files; they are not written. shown_root: before its paths in messages. An error: something
// is in the way, which may have been told already, and nothing is to be written.
absl::Status ApplySysusersPlan(const SysusersPlan& plan, const SysusersItems& items,
                               const SysusersCredentials& credentials, Root* root,
                               const std::string& shown_root, SysusersMessages* messages,
                               AccountFiles* files);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_ACCOUNTS_H_
