// The locks that everybody who writes account files takes.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LOCKS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LOCKS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "applets/useradd_profile/account_lines.h"
#include "platform/file.h"
#include "platform/lock.h"

namespace keelson {

// Of both protocols, in the one order that everybody can take: .pwd.lock (lckpwdf(3),
// systemd-sysusers), then passwd.lock, group.lock, gshadow.lock, shadow.lock, and subuid.lock and
// subgid.lock where there are such files (shadow's tools); on BSD flock(2) on master.passwd, or
// .pwd.lock while there is none. Held while it lives.
class AccountLocks {
 public:
  // EAGAIN: somebody else has them for longer than the deadline (Clock::MonotonicNs). On an error
  // *path is the lock, and none is held.
  static Error Take(Root& root, AccountSystem system, int64_t deadline_ns, AccountLocks* locks,
                    std::string* path);

 private:
  std::vector<std::unique_ptr<Lock>> held_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ACCOUNT_LOCKS_H_
