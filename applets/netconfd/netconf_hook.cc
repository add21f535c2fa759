// The environment goes to netconfd as it is: what of it means something, and whether it is any
// good, is decided there (core/dhcp_environment.h). Here only its size is looked at.
#include "applets/netconfd/netconf_hook.h"

#include <string>
#include <utility>
#include <vector>

#include "applets/netconfd/netconf_client.h"
#include "applets/netconfd/protocol.h"
#include "applets/run.h"
#include "applets/status.h"
#include "core/dhcp_environment.h"
#include "core/frame.h"
#include "platform/become.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr size_t kMaxVariable = 4096;
constexpr size_t kMaxAll = kMaxFrame - 4096;
constexpr size_t kMaxVariables = kMaxFrameFields - 1;
constexpr int64_t kPatience = 120 * kSecond;  // netconfd answers in any case, unless it is stuck

// What is too long is none of the values that a client has to tell.
std::vector<std::string> WhatToTell(std::string_view action) {
  std::vector<std::string> all;
  if (!action.empty()) all.push_back(std::string(kHookAction) + "=" + std::string(action));
  size_t size = 0;
  for (std::string& variable : Variables()) {
    const size_t whole = variable.size() + sizeof(uint32_t);
    const bool is_action = variable.starts_with(std::string(kHookAction) + "=");
    if (is_action || variable.size() > kMaxVariable || size + whole > kMaxAll) continue;
    if (all.size() == kMaxVariables) break;
    size += whole;
    all.push_back(std::move(variable));
  }
  return all;
}

}  // namespace

absl::StatusOr<int> RunNetconfHook(const Invocation& invocation) {
  if (invocation.operands().size() > 1) return UsageError("more than one action");
  const std::string_view action =
      invocation.operands().empty() ? std::string_view() : invocation.operands()[0];
  if (action.size() > kMaxVariable) return UsageError("no such action");
  std::string socket(invocation.Text("socket"));
  if (socket.empty()) socket = Variable(kNetconfdSocketVariable);
  if (socket.empty()) socket = kNetconfdSocket;
  NetconfdListener listener;
  listener.error = [](std::string_view line) { PrintError(kNetconfHook.name, std::string(line)); };
  int code = 1;
  const Error error =
      AskNetconfd(socket, WhatToTell(action), SystemClock()->MonotonicNs() + kPatience, listener,
                  &code, kNetconfdHook);
  if (!error.ok()) return SystemError(socket, "", error);
  return code;
}

}  // namespace keelson
