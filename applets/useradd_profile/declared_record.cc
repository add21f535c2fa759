// Where a definition is silent, accounts/accounts speaks, and after it the system.
#include "applets/useradd_profile/declared_record.h"

#include "applets/useradd_profile/account_change.h"

namespace keelson {

namespace {

constexpr char kNoHome[] = "/dev/null";
constexpr const char* kNoLogin[] = {"/usr/sbin/nologin", "/sbin/nologin"};
constexpr int64_t kSecondsOfADay = int64_t{24} * 60 * 60;

std::string FindNoLogin(Root& root) {
  for (const char* shell : kNoLogin) {
    FileInfo info;
    if (root.Stat(shell, &info).ok()) return shell;
  }
  return kNoLogin[1];
}

}  // namespace

FieldDefaults FindFieldDefaults(const AccountDefaults& declared, AccountSystem system, Root& root) {
  return {system, declared.home.value_or(kNoHome),
          declared.shell ? *declared.shell : FindNoLogin(root), declared.password};
}

std::string LockedPassword(std::string_view password, AccountSystem system) {
  if (password.empty()) return system == AccountSystem::kLinux ? "!" : "*";
  return IsLockedPassword(password) ? std::string(password) : LockInFront(password, system);
}

int64_t DeclaredExpiry(const UserDefinition& user, AccountSystem system) {
  if (user.expire.value_or(0) == 0) return -1;
  return system == AccountSystem::kLinux ? *user.expire / kSecondsOfADay : *user.expire;
}

UserRecord DeclaredRecord(const UserDefinition& user, uint32_t uid, uint32_t gid,
                          const FieldDefaults& defaults) {
  UserRecord record;
  record.name = user.name;
  record.uid = uid;
  record.gid = gid;
  record.gecos = user.gecos.value_or("");
  record.home = user.home.value_or(defaults.home);
  record.shell = user.shell.value_or(defaults.shell);
  record.password = user.password ? *user.password : defaults.password.value_or("");
  if (user.locked || record.password.empty()) {
    record.password = LockedPassword(record.password, defaults.system);
  }
  record.last_change = AccountDay();
  record.expire = DeclaredExpiry(user, defaults.system);
  record.login_class = user.login_class;
  record.change = user.change.value_or(0);
  return record;
}

}  // namespace keelson
