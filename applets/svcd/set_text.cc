// An empty value takes back what stood before of its key, and of most keys the last value counts:
// what is left is what svcd goes by.
#include "applets/svcd/set_text.h"

#include <algorithm>
#include <vector>

#include "core/log.h"

namespace keelson {
namespace {

bool Adds(ServiceKey key) {
  const auto keys = ServiceKeys();
  const auto row =
      std::find_if(keys.begin(), keys.end(), [key](const auto& row) { return row.key == key; });
  return row != keys.end() && row->adds;
}

std::vector<const ServiceValue*> WhatCounts(const ServiceDefinition& service) {
  std::vector<const ServiceValue*> counts;
  for (const ServiceValue& value : service.values) {
    if (value.text.empty() || !Adds(value.key)) {
      std::erase_if(counts, [&](const ServiceValue* old) { return old->key == value.key; });
    }
    if (!value.text.empty()) counts.push_back(&value);
  }
  return counts;
}

}  // namespace

std::string OrderText(const ServiceSet& set) {
  std::string text;
  for (const ServiceId id : StartOrder(set.graph)) (text += set.services[id].name) += '\n';
  return text;
}

std::string GraphText(const ServiceSet& set, bool dot) {
  if (dot) {
    std::vector<ServiceLinks> names;
    for (const ServiceDefinition& service : set.services) names.push_back({.name = service.name});
    return DrawServices(names, set.graph);
  }
  std::string text;
  const auto add = [&](ServiceId from, const char* edge, ServiceId to) {
    text += set.services[from].name + edge + set.services[to].name + "\n";
  };
  const auto& pulls = set.graph.pulls;
  for (const ServicePull& pull : pulls) {
    add(pull.from, pull.is_hard ? " needs " : " wants ", pull.to);
  }
  for (const ServiceWait& wait : set.graph.start) {
    // Sorted by its first two members.
    const auto pull =
        std::lower_bound(pulls.begin(), pulls.end(), ServicePull{wait.waits, wait.awaited, false});
    const bool is_pulled =
        pull != pulls.end() && pull->from == wait.waits && pull->to == wait.awaited;
    if (!is_pulled) add(wait.waits, " after ", wait.awaited);
  }
  return text;
}

std::string LoadText(const ServiceDefinition& service, bool all) {
  std::string text = "# " + service.name + ": " + std::string(ServiceSourceName(service.source));
  for (const std::string& file : service.files) text += " " + Printable(file);
  text += '\n';
  std::string last_place;
  for (const ServiceValue* value : WhatCounts(service)) {
    std::string place = value->file < service.files.size() ? service.files[value->file] : "";
    if (value->line != 0) place += ":" + std::to_string(value->line);
    if (place != last_place) text += "# " + Printable(place) + "\n";
    last_place = place;
    const std::string name(ServiceKeyName(value->key));
    const bool is_shown = all || value->key != ServiceKey::kEnvironment;
    text += is_shown ? name + ": " + Printable(value->text) + "\n"
                     : "# " + name + " is not for everybody\n";
  }
  return text;
}

std::string CheckText(const ServiceDefinition& service, const ServiceWish& wish) {
  return service.name + (wish.wanted ? ": yes: " : ": no: ") + wish.why + "\n";
}

}  // namespace keelson
