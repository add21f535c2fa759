// What ifup, ifdown and ifquery are asked for: options, the configuration, the interfaces meant.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_CALL_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_CALL_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "applets/netconfd/ifup_targets.h"
#include "applets/options.h"
#include "core/interfaces_config.h"

namespace keelson {

enum class IfupVerb : uint8_t { kUp, kDown, kQuery };

struct IfupCall {
  std::string applet;
  IfupVerb verb = IfupVerb::kUp;
  bool all = false, list = false;
  bool no_act = false, no_act_commands = false, is_verbose = false;
  bool runs_mappings = true, runs_scripts = true, has_loopback = true;
  bool force = false, ignores_errors = false;
  bool is_bsd = false;
  std::string class_name;  // --allow; empty: none
  std::string interfaces, state_dir;
  std::vector<std::string> excludes;
  std::vector<std::pair<std::string, std::string>> sets;  // -o
  std::vector<std::string> operands;

  InterfacesConfig config;
  std::vector<Interface> present;
};

// From the command line, and the environment when it says so.
absl::Status ReadIfupCall(const Invocation& invocation, IfupVerb verb, IfupCall* call);

// Reads call->config, with what -o sets, and tells what is wrong with it. up: names of what is up.
absl::Status LoadIfupConfig(IfupCall* call);

// All that are meant, in order. up: what is up, the first one to be is last.
std::vector<IfupTarget> TargetsOf(const IfupCall& call, const std::vector<IfupTarget>& up);

// Whether the interface is left out: not in the class, excluded, or to stay up.
bool IsLeftOut(const IfupCall& call, std::string_view name);

bool HasStanza(const InterfacesConfig& config, std::string_view logical);
// The first whose pattern matches; or null.
const InterfaceMapping* MappingOf(const InterfacesConfig& config, std::string_view logical);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_CALL_H_
