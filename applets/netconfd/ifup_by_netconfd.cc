// The words of protocol.h; what comes back is printed as it comes.
#include "applets/netconfd/ifup_by_netconfd.h"

#include <cerrno>
#include <string>
#include <vector>

#include "applets/netconfd/hooks.h"
#include "applets/netconfd/ifup_runner.h"
#include "applets/netconfd/netconf_client.h"
#include "applets/run.h"

namespace keelson {
namespace {

// What says how it is to be done is for us alone: netconfd has its own configuration.
bool IsForNetconfd(const Invocation& invocation) {
  for (const char* option :
       {"interfaces", "state-dir", "option", "no-act", "no-act-commands", "no-mappings",
        "no-scripts", "no-loopback", "exclude", "system", "ignore-errors", "read-environment"}) {
    if (invocation.Has(option)) return false;
  }
  return true;
}

}  // namespace

std::optional<int> AskInstead(const Invocation& invocation, const IfupCall& call) {
  if (!IsForNetconfd(invocation)) return std::nullopt;
  std::vector<std::string> words = {call.verb == IfupVerb::kUp ? "up" : "down"};
  if (call.all) words.push_back("--all");
  if (call.force) words.push_back("--force");
  if (!call.class_name.empty()) words.push_back("--allow=" + call.class_name);
  const std::string within = WithinWord();
  if (!within.empty()) words.push_back(within);
  words.push_back("--");
  words.insert(words.end(), call.operands.begin(), call.operands.end());
  NetconfdListener listener;
  listener.text = [](std::string_view text) { PrintOutput(text); };
  listener.error = [&](std::string_view line) { PrintError(call.applet, line); };
  listener.progress = [&](std::string_view interface, std::string_view state,
                          std::string_view text) {
    if (state == "says") return ShowLine(text);
    if (!call.is_verbose) return;
    ShowLine(std::string(interface) + ": " + std::string(state) + " " + std::string(text));
  };
  int code = 1;
  const Error error = AskNetconfd(kNetconfdSocket, words, 0, listener, &code);
  if (error.not_found() || error.code() == ECONNREFUSED || error.code() == EACCES) {
    return std::nullopt;
  }
  if (!error.ok()) PrintError(call.applet, std::string(kNetconfdSocket) + ": " + error.Text());
  return error.ok() ? code : 1;
}

}  // namespace keelson
