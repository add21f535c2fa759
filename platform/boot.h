// What only the first process of a system (or of a process name space) does.
#ifndef KEELSON_PLATFORM_BOOT_H_
#define KEELSON_PLATFORM_BOOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platform/error.h"

namespace keelson {

bool IsFirstProcess();

// /proc, /sys, /dev and /run when nothing is mounted there, and what belongs into /dev (pts, shm,
// the links of descriptors). What failed is in *notes, "PATH: what"; nothing is an error that stops
// a boot.
void MountSystemFolders(std::vector<std::string>* notes);

// The console as standard input, output and error where these are closed, /dev/null if there is
// none; not as the controlling terminal.
Error OpenConsole();

// From now on Ctrl-Alt-Del is SIGINT to this process. kUnsupported, EPERM: in a name space of its
// own.
Error TakeCtrlAltDel();

enum class SystemEnd : uint8_t { kHalt, kPowerOff, kReboot };

// SIGTERM, then after `grace_ns` SIGKILL to every process but this one, waiting no longer than
// until none is left. As the first process only (EPERM otherwise). ETIMEDOUT: some are left that
// cannot even be killed. Allocates nothing.
Error EndAllProcesses(int64_t grace_ns);

// Writes out everything; as the first process of the whole system, unmounts what can be, the rest
// becomes read-only. Allocates nothing.
void SyncAndUnmount();

// As the first process only (EPERM otherwise). Does not return when it succeeds. In a process name
// space of its own that one ends.
Error EndSystem(SystemEnd how);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_BOOT_H_
