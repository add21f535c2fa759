// The order matters: groups and gid while still root, uid last. Capabilities fall with the uid
// unless somebody set "keep capabilities" before; the attempt to become root again finds that out.
#include "platform/privilege.h"

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace keelson {

Error DropTo(uint32_t uid, uint32_t gid) {
  if (uid == 0 || gid == 0) return Error(EINVAL);
  if (setgroups(0, nullptr) != 0) return Error::Last();
  if (setresgid(gid, gid, gid) != 0) return Error::Last();
  if (setresuid(uid, uid, uid) != 0) return Error::Last();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Error::Last();
  if (setuid(0) == 0 || setgid(0) == 0) return Error(EPERM);
  uid_t ids[3];
  if (getresuid(&ids[0], &ids[1], &ids[2]) != 0) return Error::Last();
  if (ids[0] != uid || ids[1] != uid || ids[2] != uid) return Error(EPERM);
  return kOk;
}

}  // namespace keelson
