// Any bytes as interfaces files: split at each line "%" into files, the first of which is read;
// what is asked for is answered by the others in turn. Every note has a place in its file, every
// option a value, and nothing is without end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/interface_option.h"
#include "core/interface_selection.h"
#include "core/interfaces_file.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

std::vector<std::string> Split(std::string_view bytes) {
  std::vector<std::string> parts;
  while (parts.size() < 16) {
    const std::string_view part = bytes.substr(0, bytes.find("\n%\n"));
    parts.emplace_back(part);
    if (part.size() == bytes.size()) break;
    bytes.remove_prefix(part.size() + 3);
  }
  return parts;
}

void CheckTexts(const InterfacesConfig& config, const std::vector<InterfacesText>& texts) {
  for (const InterfacesText& text : texts) {
    Require(!text.text.empty() && text.text.size() <= kMaxLogicalName);
    Require(text.place.at.line == 0 || text.place.file < config.files.size());
    ParseInterfaceSelection(text.text);
  }
}

void CheckConfig(const InterfacesConfig& config) {
  for (const InterfacesClass& one : config.classes) CheckTexts(config, one.names);
  CheckTexts(config, config.no_scripts);
  CheckTexts(config, config.no_auto_down);
  CheckTexts(config, config.renames);
  for (const InterfaceStanza& stanza : config.stanzas) {
    Require(!stanza.family.empty() && !stanza.method.empty());
    for (const InterfaceOption& option : stanza.options) {
      Require(!option.name.empty() && !option.lines.empty() && !option.Value().empty());
      Require(FindVariable(stanza, OptionVariable(option.name)) != nullptr);
      const auto network = InterfaceNetwork(option.Value(), "");
      if (network && !network->address.v6) InterfaceBroadcast("-", *network);
      WithoutHardwareClass(option.Value());
    }
  }
}

void Check(std::string_view bytes) {
  const std::vector<std::string> parts = Split(bytes);
  InterfacesConfig config;
  InterfacesReader reader(&config);
  reader.Give({{"/0", parts[0]}});
  std::vector<std::string> read = {"/0"};
  size_t next = 1;
  while (const InterfacesRequest* request = reader.Next()) {
    Require(!request->patterns.empty());
    std::vector<InterfacesInput> inputs;
    for (const std::string& pattern : request->patterns) {
      Require(pattern.starts_with('/'));
      if (config.files.size() > 20) continue;  // as if nothing matched: enough of that
      // As a path that it matches.
      std::string path = pattern;
      std::erase(path, '\\');
      inputs.push_back({std::move(path), parts[next++ % parts.size()]});
    }
    reader.Give(std::move(inputs));
  }
  Require(config.files.size() <= kMaxInterfacesFiles);
  for (const InterfacesNote& note : reader.notes()) {
    Require(note.place.file < config.files.size());
    Require(note.place.at.line <= bytes.size() + 1);
    RequirePlaces(bytes, {{note.place.at, note.what}});
  }
  CheckConfig(config);
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keelson::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
