// Stanzas are made into interfaces when somebody asks; the rest is few and made at once.
#include "applets/netconfd/network_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "applets/netconfd/ifup_targets.h"
#include "applets/netconfd/interfaces_source.h"
#include "applets/netconfd/name_pattern.h"
#include "core/interface_name.h"
#include "core/interface_selection.h"
#include "platform/input.h"

namespace keelson {
namespace {

constexpr size_t kMaxFile = size_t{16} << 20;

std::string PlaceOf(const std::string& path, const Position& at) {
  return path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

// A file that is not there says nothing, unless somebody has named it; for the caller to judge.
Error ReadIfThere(const std::string& path, std::string* bytes) {
  if (path.empty()) return kOk;
  return ReadInputNow(path, kMaxFile, bytes);
}

void ReadRc(const std::string& path, const NetState& state, DesiredNetwork* network,
            std::vector<std::string>* notes) {
  std::string bytes;
  const Error error = ReadIfThere(path, &bytes);
  if (!error.ok() && !error.not_found()) notes->push_back(path + ": " + error.Text());
  if (bytes.empty()) return;
  RcConf conf;
  RcNetwork rc;
  for (const ParseError& fault : conf.Add(path, bytes)) {
    notes->push_back(PlaceOf(path, fault.at) + fault.what);
  }
  for (const RcNote& note : ReadRcNetwork(conf, &rc)) {
    notes->push_back(PlaceOf(path, note.error.at) + note.error.what);
  }
  std::vector<std::string> present;
  for (const Interface& interface : state.interfaces) present.push_back(interface.name);
  DesireRcNetwork(rc, present, network);
}

void ReadBoot(const std::string& path, const NetState& state, DesiredNetwork* network,
              std::vector<std::string>* notes) {
  std::string bytes;
  const Error error = ReadIfThere(path, &bytes);
  if (!error.ok() && !error.not_found()) notes->push_back(path + ": " + error.Text());
  BootNetwork boot;
  for (const ParseError& fault : ReadBootNetwork(bytes, &boot)) {
    notes->push_back(PlaceOf(path, fault.at) + fault.what);
  }
  DesireBootNetwork(boot, state, network);
}

}  // namespace

std::shared_ptr<const NetworkSet> NetworkSet::Read(const NetworkPaths& paths, const NetState& state,
                                                   std::vector<std::string>* notes) {
  auto set = std::make_shared<NetworkSet>();
  LoadInterfacesOptions options;
  options.path = paths.interfaces;
  std::string bytes;
  const Error error = ReadIfThere(paths.interfaces, &bytes);
  if (!error.ok() && (paths.must_have_interfaces || !error.not_found())) {
    notes->push_back(paths.interfaces + ": " + error.Text());
    return nullptr;
  }
  if (error.ok() && !paths.interfaces.empty()) {
    LoadedInterfaces loaded = LoadInterfaces(options);
    notes->insert(notes->end(), loaded.notes.begin(), loaded.notes.end());
    if (loaded.is_spoilt) return nullptr;
    set->config_ = std::move(loaded.config);
  }
  ReadRc(paths.rc_conf, state, &set->others_, notes);
  ReadBoot(paths.command_line, state, &set->others_, notes);
  for (const InterfaceStanza& stanza : set->config_.stanzas) set->defined_.insert(stanza.name);
  for (const DesiredInterface& other : set->others_.interfaces) set->defined_.insert(other.name);
  return set;
}

bool NetworkSet::Desire(const std::string& name, const std::string& logical,
                        DesiredInterface* interface) const {
  if (DesireInterface(config_, name, logical, interface)) return true;
  for (const DesiredInterface& other : others_.interfaces) {
    if (other.name != name || logical != name) continue;
    *interface = other;
    return true;
  }
  return false;
}

bool NetworkSet::Defines(std::string_view logical) const { return defined_.contains(logical); }

bool NetworkSet::Maps(std::string_view logical) const {
  return std::any_of(config_.mappings.begin(), config_.mappings.end(),
                     [&](const auto& mapping) { return MatchesAny(mapping.patterns, logical); });
}

std::vector<NetworkSet::Choice> NetworkSet::Resolve(const std::vector<std::string>& words,
                                                    const NetworkView& view) const {
  std::vector<Interface> present;
  for (const std::string& name : view.Names()) present.push_back(view.Find(name)->link);
  return ExpandTargets(words, present);
}

std::vector<NetworkSet::Choice> NetworkSet::Select(std::string_view allow_class,
                                                   const NetworkView& view) const {
  std::vector<Choice> choices;
  std::set<std::string> seen;
  const auto add = [&](Choice choice) {
    if (seen.insert(choice.name).second) choices.push_back(std::move(choice));
  };
  if (const InterfacesClass* const found = config_.FindClass(allow_class)) {
    for (Choice& choice : Resolve(WordsOf(found->names), view)) add(std::move(choice));
  }
  if (allow_class != "auto") return choices;
  for (const DesiredInterface& other : others_.interfaces) add({other.name, other.name});
  return choices;
}

bool NetworkSet::StaysUp(std::string_view name) const {
  return MatchesAny(config_.no_auto_down, name);
}

std::vector<std::string> NetworkSet::Names() const {
  std::set<std::string> names;
  for (const InterfacesClass& each : config_.classes) {
    for (const InterfacesText& word : each.names) {
      const InterfaceSelection selection = ParseInterfaceSelection(word.text);
      if (!selection.is_pattern) names.emplace(selection.name);
    }
  }
  for (const DesiredInterface& other : others_.interfaces) names.insert(other.name);
  return {names.begin(), names.end()};
}

std::vector<std::string> NetworkSet::NeedsOf(const DesiredInterface& interface) const {
  std::vector<std::string> needs = interface.needs;
  needs.insert(needs.end(), interface.ports.begin(), interface.ports.end());
  if (interface.made && !interface.made->lower.empty() && interface.made->kind != "veth") {
    needs.push_back(interface.made->lower);
  }
  const std::string device(SplitInterfaceLabel(interface.name).device);
  if (device != interface.name) needs.push_back(device);
  std::sort(needs.begin(), needs.end());
  needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
  std::erase_if(needs,
                [&](const std::string& need) { return need == interface.name || !Defines(need); });
  return needs;
}

std::string NetworkSet::LackOf(const DesiredInterface& interface) const {
  for (const std::string& need : interface.needs) {
    if (!Defines(need)) return "requires " + need + ", which nothing defines";
  }
  return {};
}

}  // namespace keelson
