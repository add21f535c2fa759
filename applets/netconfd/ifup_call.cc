// Options first, then files; nothing is changed here.
#include "applets/netconfd/ifup_call.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "applets/netconfd/interfaces_source.h"
#include "applets/netconfd/name_pattern.h"
#include "applets/netconfd/network_model.h"
#include "applets/netconfd/network_model_parts.h"
#include "applets/run.h"
#include "applets/status.h"

namespace keelson {
namespace {

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::Status ReadSet(std::string_view text, IfupCall* call) {
  const size_t equals = text.find('=');
  if (equals == text.npos) {
    return UsageError("error in --option \"" + std::string(text) + "\" -- no \"=\" character");
  }
  std::string name(text.substr(0, equals));
  if (name == "post-up") name = "up";
  if (name == "pre-down") name = "down";
  call->sets.push_back({std::move(name), std::string(text.substr(equals + 1))});
  return {};
}

// An empty value takes the option away, but commands are only added.
void Set(const std::string& name, const std::string& value, InterfaceStanza* stanza) {
  const bool is_command = IsInterfaceCommand(name);
  if (value.empty()) {
    if (is_command) return;
    std::erase_if(stanza->options, [&](const InterfaceOption& o) { return o.name == name; });
    return;
  }
  const auto found =
      std::find_if(stanza->options.begin(), stanza->options.end(),
                   [&](const InterfaceOption& o) { return !is_command && o.name == name; });
  if (found == stanza->options.end()) {
    stanza->options.push_back({name, {{value, {}}}});
  } else {
    found->lines = {{value, {}}};
  }
}

std::vector<std::string> RenamedWords(const IfupCall& call) { return WordsOf(call.config.renames); }

// What a rename has given, or will give, another name.
void TakeRenames(const IfupCall& call, std::vector<IfupTarget>* targets) {
  for (const IfupTarget& rename : ExpandTargets(RenamedWords(call), call.present)) {
    for (IfupTarget& target : *targets) {
      if (target.name != rename.name) continue;
      if (target.logical == target.name) target.logical = rename.logical;
      target.name = rename.logical;
    }
  }
}

}  // namespace

absl::Status ReadIfupCall(const Invocation& invocation, IfupVerb verb, IfupCall* call) {
  call->applet = invocation.applet();
  call->verb = verb;
  call->class_name = invocation.Text("allow");
  call->interfaces = invocation.Text("interfaces", kInterfacesFile);
  call->state_dir = invocation.Text("state-dir", "/run/network");
  call->is_verbose = invocation.Has("verbose");
  call->runs_mappings = !invocation.Has("no-mappings");
  call->runs_scripts = !invocation.Has("no-scripts");
  call->has_loopback = !invocation.Has("no-loopback");
  if (verb == IfupVerb::kQuery) {
    call->list = invocation.Has("list");
    call->no_act = call->no_act_commands = true;
  } else {
    call->all = invocation.Has("all");
    call->no_act = invocation.Has("no-act");
    call->no_act_commands = call->no_act || invocation.Has("no-act-commands");
    call->force = invocation.Has("force");
    call->ignores_errors = invocation.Has("ignore-errors");
    call->is_bsd = invocation.Text("system", "linux") == "freebsd";
  }
  for (std::string_view pattern : invocation.Texts("exclude")) {
    call->excludes.emplace_back(pattern);
  }
  if (invocation.Has("read-environment")) {
    call->is_verbose |= Variable("VERBOSE") == "yes";
    if (Variable("CONFIGURE_INTERFACES") == "no") call->no_act = call->no_act_commands = true;
    for (std::string& word : Words(Variable("EXCLUDE_INTERFACES"))) {
      call->excludes.push_back(std::move(word));
    }
  }
  for (std::string_view text : invocation.Texts("option")) {
    if (absl::Status status = ReadSet(text, call); !status.ok()) return status;
  }
  for (std::string_view operand : invocation.operands()) call->operands.emplace_back(operand);
  return {};
}

absl::Status LoadIfupConfig(IfupCall* call) {
  LoadInterfacesOptions options;
  options.path = call->interfaces;
  options.loopback = !call->has_loopback ? "" : call->is_bsd ? "lo0" : "lo";
  options.names_files = call->is_verbose;
  options.may_wait = true;
  LoadedInterfaces loaded = LoadInterfaces(options);
  for (const std::string& note : loaded.notes) PrintError(call->applet, note);
  if (loaded.is_spoilt) {
    return Failure("couldn't read interfaces file \"" + call->interfaces + "\"");
  }
  call->config = std::move(loaded.config);
  for (InterfaceStanza& stanza : call->config.stanzas) {
    for (const auto& [name, value] : call->sets) Set(name, value, &stanza);
  }
  std::unique_ptr<NetIf> net_if;
  if (NewNetIf(&net_if).ok() && !net_if->List(&call->present).ok()) call->present.clear();
  return {};
}

std::vector<IfupTarget> TargetsOf(const IfupCall& call, const std::vector<IfupTarget>& up) {
  const std::string class_name = call.class_name.empty() ? "auto" : call.class_name;
  std::vector<IfupTarget> targets;
  if (!call.all && !(call.list && call.operands.empty())) {
    targets = ExpandTargets(call.operands, call.present);
  } else if (call.verb == IfupVerb::kDown) {
    targets = up;
  } else if (const InterfacesClass* of = call.config.FindClass(class_name)) {
    targets = ExpandTargets(WordsOf(of->names), call.present);
  }
  TakeRenames(call, &targets);
  if (call.verb == IfupVerb::kUp && !call.class_name.empty()) {
    if (const InterfacesClass* of = call.config.FindClass(call.class_name)) {
      AddVlansOf(*of, &targets);
    }
  }
  return targets;
}

bool IsLeftOut(const IfupCall& call, std::string_view name) {
  if (!call.class_name.empty() && !IsInClass(call.config, call.class_name, name, call.present)) {
    return true;
  }
  if (call.all && call.verb == IfupVerb::kDown && MatchesAny(call.config.no_auto_down, name)) {
    return true;
  }
  return std::any_of(call.excludes.begin(), call.excludes.end(),
                     [&](const std::string& pattern) { return MatchesName(pattern, name); });
}

bool HasStanza(const InterfacesConfig& config, std::string_view logical) {
  return !config.StanzasOf(logical).empty();
}

const InterfaceMapping* MappingOf(const InterfacesConfig& config, std::string_view logical) {
  for (const InterfaceMapping& mapping : config.mappings) {
    if (MatchesAny(mapping.patterns, logical)) return &mapping;
  }
  return nullptr;
}

}  // namespace keelson
