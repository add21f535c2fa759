// What files such as /etc/network/interfaces say (core/interfaces_file.h reads them), with the
// place of each word.
#ifndef KEELSON_CORE_INTERFACES_CONFIG_H_
#define KEELSON_CORE_INTERFACES_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

struct InterfacesPlace {
  uint32_t file = 0;  // of InterfacesConfig::files
  Position at;        // 0:0 of what no file says
};

struct InterfacesText {
  std::string text;
  InterfacesPlace place;
};

struct InterfaceOption {
  std::string name;
  std::vector<InterfacesText> lines;
  std::string Value() const;  // joined by line feeds, as hooks get it
};

struct InterfaceStanza {
  std::string name;  // "logical": of an interface, of a template, or what a mapping answers
  std::string family, method;
  std::string inherits;  // or empty
  InterfacesPlace place;
  std::vector<InterfaceOption> options;  // in order; inherited ones first

  const InterfaceOption* Find(std::string_view name) const;  // the first one, or null
};

struct InterfaceMapping {
  std::vector<InterfacesText> patterns;  // fnmatch(3)'s
  std::string script;                    // empty: none was named
  std::vector<InterfacesText> map;
  InterfacesPlace place;
};

// The names of all allow-CLASS lines, each once; they may be selections (interface_selection.h).
struct InterfacesClass {
  std::string name;  // "auto", "hotplug" ...
  std::vector<InterfacesText> names;
};

struct InterfacesConfig {
  std::vector<std::string> files;
  std::vector<InterfacesClass> classes;
  std::vector<InterfaceStanza> stanzas;  // in order; a name may have several
  std::vector<InterfaceMapping> mappings;
  std::vector<InterfacesText> no_auto_down, no_scripts;  // patterns of fnmatch(3)
  std::vector<InterfacesText> renames;                   // CUR=NEW, where CUR may be a selection

  const InterfacesClass* FindClass(std::string_view name) const;  // or null
  // In order. Fast after SortNames, as long as no stanza is added.
  std::vector<const InterfaceStanza*> StanzasOf(std::string_view name) const;
  void SortNames();

  std::vector<uint32_t> sorted;  // of `stanzas`, by their names
};

struct InterfacesNote {
  InterfacesPlace place;
  std::string what;
  bool ends_file = false;  // an error: the rest of the file is left out
  std::string Text(const InterfacesConfig& config) const;  // "PATH:LINE:COLUMN: what"
};

}  // namespace keelson

#endif  // KEELSON_CORE_INTERFACES_CONFIG_H_
