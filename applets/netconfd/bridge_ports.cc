// Expressions are kept as text: they are few, and looked at when the bridge comes up.
#include "applets/netconfd/bridge_ports.h"

#include <algorithm>

#include "re2/re2.h"

namespace keelson {
namespace {

// What `all` means.
constexpr const char* kAll[] = {"eth.*", "em.*", "en.*", "p[0-9].*"};

RE2::Options Egrep() {
  RE2::Options options;
  options.set_posix_syntax(true);
  options.set_encoding(RE2::Options::EncodingLatin1);  // names are bytes
  options.set_log_errors(false);
  return options;
}

}  // namespace

BridgePorts ReadBridgePorts(const std::vector<std::string>& words) {
  BridgePorts ports;
  bool is_pattern = false;
  for (const std::string& word : words) {
    if (word == "regex" || word == "noregex") {
      is_pattern = word == "regex";
    } else if (word == "all") {
      ports.patterns.insert(ports.patterns.end(), std::begin(kAll), std::end(kAll));
      is_pattern = false;
    } else if (!is_pattern) {
      ports.names.push_back(word);
    } else if (const RE2 pattern(word, Egrep()); pattern.ok()) {
      ports.patterns.push_back(word);
    } else {
      ports.error = "'" + word + "' is no expression: " + pattern.error();
    }
  }
  return ports;
}

void TakePorts(const std::vector<Interface>& present, DesiredInterface* interface) {
  for (const Interface& each : present) {
    if (each.name == interface->hardware_from && interface->hardware_address.empty()) {
      interface->hardware_address = each.hardware_address;
    }
  }
  for (const std::string& text : interface->port_patterns) {
    const RE2 pattern(text, Egrep());
    for (const Interface& each : present) {
      const bool is_port = each.kind != "bridge" && (each.flags & kIfLoopback) == 0 &&
                           each.name != interface->name && RE2::FullMatch(each.name, pattern);
      auto& ports = interface->ports;
      if (is_port && std::find(ports.begin(), ports.end(), each.name) == ports.end()) {
        ports.push_back(each.name);
      }
    }
  }
}

}  // namespace keelson
