// What a program of a service is started with, from its settings.
#ifndef KEELSON_APPLETS_SVCD_LAUNCH_H_
#define KEELSON_APPLETS_SVCD_LAUNCH_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "applets/svcd/machine.h"
#include "core/service_definition.h"
#include "platform/file.h"
#include "platform/process.h"

namespace keelson {

struct LaunchContext {
  Root* root;
  std::string_view mode;
  std::string_view socket;          // SVC_SOCKET: where svcd answers
  std::string_view invocation;      // INVOCATION_ID: this start's, in nothing else
  std::string_view notify_address;  // NOTIFY_SOCKET
  ProcessId main = 0;               // MAINPID for those that speak to it; 0: not known
  uint64_t descriptor_limit = 0;    // that svcd itself was started with
};

// The words of that job's command; empty: it has none.
std::vector<std::string> CommandOf(const ServiceSettings& settings, ServiceJob job);

// All of the request but descriptors and tree. False, and *why: it cannot be started like this.
bool MakeLaunch(const LaunchContext& context, std::string_view service,
                const ServiceSettings& settings, ServiceJob job, SpawnRequest* request,
                std::string* why);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_LAUNCH_H_
