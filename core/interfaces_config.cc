// Looking things up.
#include "core/interfaces_config.h"

#include <algorithm>

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

std::string InterfacesNote::Text(const InterfacesConfig& config) const {
  return ParseError{place.at, what}.Text(config.files[place.file]);
}

}  // namespace keelson
