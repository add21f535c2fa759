// Looking things up.
#include "core/interfaces_config.h"

#include <algorithm>
#include <numeric>

namespace keelson {

std::string InterfaceOption::Value() const {
  std::string value;
  for (const InterfacesText& line : lines) {
    if (&line != &lines.front()) value += '\n';
    value += line.text;
  }
  return value;
}

const InterfaceOption* InterfaceStanza::Find(std::string_view option) const {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const InterfaceOption& o) { return o.name == option; });
  return found == options.end() ? nullptr : &*found;
}

const InterfacesClass* InterfacesConfig::FindClass(std::string_view class_name) const {
  const auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](const InterfacesClass& c) { return c.name == class_name; });
  return found == classes.end() ? nullptr : &*found;
}

void InterfacesConfig::SortNames() {
  sorted.resize(stanzas.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](uint32_t a, uint32_t b) { return stanzas[a].name < stanzas[b].name; });
}

std::vector<const InterfaceStanza*> InterfacesConfig::StanzasOf(std::string_view name) const {
  std::vector<const InterfaceStanza*> found;
  if (sorted.size() != stanzas.size()) {
    for (const InterfaceStanza& stanza : stanzas) {
      if (stanza.name == name) found.push_back(&stanza);
    }
    return found;
  }
  auto at = std::lower_bound(sorted.begin(), sorted.end(), name,
                             [&](uint32_t a, std::string_view b) { return stanzas[a].name < b; });
  for (; at != sorted.end() && stanzas[*at].name == name; ++at) found.push_back(&stanzas[*at]);
  return found;
}

std::string InterfacesNote::Text(const InterfacesConfig& config) const {
  return ParseError{place.at, what}.Text(config.files[place.file]);
}

}  // namespace keelson
