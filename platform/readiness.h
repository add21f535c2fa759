// Telling whoever started a daemon how it is: sd_notify(3)'s protocol over NOTIFY_SOCKET, and s6's
// newline on a descriptor.
#ifndef KEELSON_PLATFORM_READINESS_H_
#define KEELSON_PLATFORM_READINESS_H_

#include <cstdint>
#include <string_view>

#include "platform/error.h"

namespace keelson {

// state: "READY=1", "STOPPING=1", "RELOADING=1" ... Without NOTIFY_SOCKET: kOk, nothing done.
Error NotifyManager(std::string_view state);

// Writes "\n" to the descriptor and closes it.
Error NotifyDescriptor(int fd);

// Whether NotifyDescriptor will find it, to be asked before anything is done.
bool IsOpenDescriptor(int64_t fd);

// fork, setsid, the parent leaves with 0 once the child calls DaemonReady (or with 111 when it dies
// first). In the child: standard descriptors stay open until DaemonReady turns them to /dev/null
// and goes to "/".
Error Daemonize();
void DaemonReady();

}  // namespace keelson

#endif  // KEELSON_PLATFORM_READINESS_H_
