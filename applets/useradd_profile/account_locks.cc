// Neither protocol knows of the other: systemd-sysusers takes only .pwd.lock, useradd --prefix only
// the *.lock files. Who holds both excludes both.
#include "applets/useradd_profile/account_locks.h"

#include <string_view>
#include <utility>

namespace keelson {
namespace {

struct LockFile {
  const char* name;
  LockKind kind;
  const char* only_with;  // taken only where this file is; null: always
};

constexpr LockFile kLinuxLocks[] = {
    {".pwd.lock", LockKind::kRecord, nullptr},     {"passwd.lock", LockKind::kPidLink, nullptr},
    {"group.lock", LockKind::kPidLink, nullptr},   {"gshadow.lock", LockKind::kPidLink, nullptr},
    {"shadow.lock", LockKind::kPidLink, nullptr},  {"subuid.lock", LockKind::kPidLink, "subuid"},
    {"subgid.lock", LockKind::kPidLink, "subgid"},
};

constexpr char kMasterPasswd[] = "master.passwd";
constexpr char kNewMasterLock[] = ".pwd.lock";

}  // namespace

Error AccountLocks::Take(Root& root, AccountSystem system, int64_t deadline_ns, AccountLocks* locks,
                         std::string* path) {
  *path = "/etc";
  std::unique_ptr<Directory> etc;
  if (Error error = root.OpenDirectory(*path, &etc); !error.ok()) return error;
  std::vector<std::unique_ptr<Lock>> held;
  const auto take = [&](const char* name, LockKind kind) {
    *path = std::string("/etc/") + name;
    return TakeLock(*etc, name, kind, deadline_ns, &held.emplace_back());
  };
  FileInfo info;
  if (system != AccountSystem::kLinux) {
    const bool there = etc->Stat(kMasterPasswd, &info).ok();
    Error error =
        there ? take(kMasterPasswd, LockKind::kWhole) : take(kNewMasterLock, LockKind::kRecord);
    if (!error.ok()) return error;
  } else {
    for (const LockFile& file : kLinuxLocks) {
      if (file.only_with != nullptr && !etc->Stat(file.only_with, &info).ok()) continue;
      if (Error error = take(file.name, file.kind); !error.ok()) return error;
    }
  }
  locks->held_ = std::move(held);
  return kOk;
}

}  // namespace keelson
