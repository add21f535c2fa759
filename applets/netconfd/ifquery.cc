// What is configured, as ifupdown would use it, and what is up.
#include <algorithm>
#include <string>

#include "applets/netconfd/ifup.h"
#include "applets/netconfd/ifup_call.h"
#include "applets/netconfd/ifup_runner.h"
#include "applets/netconfd/ifup_state.h"
#include "applets/netconfd/network_model.h"
#include "applets/run.h"
#include "applets/status.h"

namespace keelson {
namespace {

// Exit 1: not all that were asked for are up.
int PrintState(const IfupCall& call, const IfupState& state) {
  const std::vector<IfupEntry> up = state.Up();
  if (call.operands.empty()) {
    for (size_t i = up.size(); i-- > 0;) PrintOutput(up[i].name + "=" + up[i].logical + "\n");
    return 0;
  }
  bool all_up = true;
  for (const std::string& name : call.operands) {
    const auto found = std::find_if(up.begin(), up.end(),
                                    [&](const IfupEntry& entry) { return entry.name == name; });
    all_up &= found != up.end();
    if (found != up.end()) PrintOutput(found->name + "=" + found->logical + "\n");
  }
  return all_up ? 0 : 1;
}

bool PrintStanzas(const IfupCall& call, const IfupTarget& target) {
  bool is_known = false;
  for (const InterfaceStanza& stanza : call.config.stanzas) {
    if (stanza.name != target.logical) continue;
    is_known = true;
    if (call.is_verbose) {
      PrintError(call.applet, "querying interface " + target.name + "=" + target.logical + " (" +
                                  stanza.family + ")");
    }
    for (const auto& [name, value] : IfupdownOptions(stanza, target.name)) {
      PrintOutput(name + ": " + value + "\n");
    }
  }
  return is_known;
}

bool Query(const IfupCall& call, const IfupState& state, IfupRunner* runner, IfupTarget target) {
  const auto up = state.IsUp(target.name) ? state.LogicalOf(target.name) : std::nullopt;
  if (up) target.logical = *up;
  const InterfaceMapping* mapping = MappingOf(call.config, target.logical);
  if (mapping != nullptr && call.runs_mappings && !up) {
    const auto answer = runner->AskMapping(*mapping, target.name);
    if (!answer) return false;
    target.logical = *answer;
  }
  if (PrintStanzas(call, target) || (mapping != nullptr && !call.runs_mappings)) return true;
  PrintError(call.applet, "unknown interface " + target.name);
  return false;
}

}  // namespace

absl::StatusOr<int> RunIfquery(const Invocation& invocation) {
  IfupCall call;
  if (absl::Status status = ReadIfupCall(invocation, IfupVerb::kQuery, &call); !status.ok()) {
    return status;
  }
  IfupState state;
  if (Error error = state.Open(call.state_dir, false); !error.ok()) {
    return SystemError(call.state_dir, "", error);
  }
  if (invocation.Has("state")) return PrintState(call, state);
  if (!call.list && call.operands.empty()) return UsageError("no interface(s) specified");
  if (absl::Status status = LoadIfupConfig(&call); !status.ok()) return status;
  IfupRunner runner({.applet = call.applet});
  if (Error error = runner.Open(); !error.ok()) return SystemError("system", "", error);
  bool ok = true;
  for (const IfupTarget& target : TargetsOf(call, {})) {
    if (IsLeftOut(call, target.name)) continue;
    const bool is_known =
        HasStanza(call.config, target.logical) || MappingOf(call.config, target.logical) != nullptr;
    if (call.list && is_known) {
      PrintOutput(target.name + "\n");
    } else if (call.list) {
      PrintError(call.applet, "unknown interface " + target.logical);
      ok = false;
    } else {
      ok &= Query(call, state, &runner, target);
    }
  }
  return ok ? 0 : 1;
}

}  // namespace keelson
