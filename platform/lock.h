// Advisory locks between programs, in the protocols that the programs beside us use.
#ifndef KEELSON_PLATFORM_LOCK_H_
#define KEELSON_PLATFORM_LOCK_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "platform/clock.h"
#include "platform/error.h"
#include "platform/file.h"

namespace keelson {

enum class LockKind : uint8_t {
  kRecord,   // fcntl(F_SETLK) on the whole file: lckpwdf(3), systemd-sysusers on .pwd.lock
  kWhole,    // flock(2): FreeBSD's pw(8) on master.passwd; ours
  kPidLink,  // NAME made by link(2) from a file holding a pid: shadow's passwd.lock; a lock whose
             // process is gone is taken over
};

// Released by the destructor. kWhole and kPidLink exclude another TakeLock of this process too;
// kRecord may not.
class Lock {
 public:
  virtual ~Lock() = default;
};

// name is the whole name of the lock, "passwd.lock" for kPidLink; its temporary file is one of
// "passwd" (platform/replace.h). Creates the file (mode 0600) when it is not there. Waits until it
// has the lock or the deadline of Clock::MonotonicNs has passed (0: one try): EAGAIN. The lock is
// on the file that has this name when the call returns, not on one that was removed meanwhile.
Error TakeLock(Directory& directory, std::string_view name, LockKind kind, int64_t deadline_ns,
               std::unique_ptr<Lock>* lock);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LOCK_H_
