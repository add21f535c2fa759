// Who waits for whom is asked of the machine that would do it.
#include "applets/netconfd/network_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "applets/netconfd/machine.h"
#include "applets/netconfd/network_plan.h"

namespace keelson {
namespace {

class Checker {
 public:
  Checker(const NetworkSet& set, std::vector<std::string>* notes) : set_(set), notes_(notes) {}

  void Check(const std::string& name) {
    DesiredInterface interface;
    if (!set_.Desire(name, name, &interface)) return;
    for (const DesiredSetup& setup : interface.setups) {
      for (const std::string& error : setup.errors) NoteError(setup, error);
    }
    Note(WhatCannotBe(interface, PlanUp(interface, {})));
    const std::string place = interface.setups.empty() ? "" : interface.setups[0].place + ": ";
    for (const std::string& need : interface.needs) {
      if (!set_.Defines(need)) Note(place + name + " requires " + need + ", which nothing defines");
    }
    std::vector<NetUnit> needs;
    for (const std::string& need : set_.NeedsOf(interface)) needs.push_back(NumberOf(need));
    const bool needs_itself =
        std::find(interface.needs.begin(), interface.needs.end(), name) != interface.needs.end();
    if (!machine_.SetNeeds(NumberOf(name), std::move(needs)) || needs_itself) {
      Note(place + name + ": what it needs needs it");
    }
  }

 private:
  // The reader of the file has told some of them, of another column.
  void NoteError(const DesiredSetup& setup, const std::string& error) {
    const size_t column = setup.place.rfind(':');
    if (column == setup.place.npos || !error.starts_with(setup.place)) {
      return Note(error);
    }
    const std::string line = setup.place.substr(0, column + 1);
    const std::string_view what = std::string_view(error).substr(setup.place.size());
    const bool is_told = std::any_of(notes_->begin(), notes_->end(), [&](const std::string& note) {
      return note.starts_with(line) && note.ends_with(what);
    });
    if (!is_told) Note(error);
  }

  void Note(std::string text) {
    if (text.empty() || std::find(notes_->begin(), notes_->end(), text) != notes_->end()) return;
    notes_->push_back(std::move(text));
  }

  NetUnit NumberOf(const std::string& name) {
    const auto [found, is_new] = numbers_.try_emplace(name, numbers_.size() + 1);
    if (is_new) machine_.Add(found->second, name, false);
    return found->second;
  }

  const NetworkSet& set_;
  std::vector<std::string>* const notes_;
  NetMachine machine_;
  std::map<std::string, NetUnit> numbers_;
};

}  // namespace

void CheckNetwork(const NetworkSet& set, std::vector<std::string>* notes) {
  Checker checker(set, notes);
  std::set<std::string_view> seen;
  for (const InterfaceStanza& stanza : set.config().stanzas) {
    if (seen.insert(stanza.name).second) checker.Check(stanza.name);
  }
}

}  // namespace keelson
