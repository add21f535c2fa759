// interfaces_dump [-n] FILE  what an interfaces file and those it includes say, a line each:
//   class NAME WORD...      mapping PATTERN...
//   iface NAME FAMILY METHOD      option NAME: VALUE, of the iface above
//   network ADDRESS/MASK BROADCAST, of a static iface of inet
// separated by tabs; line feeds are shown as \x01. -n: no loopback of its own. Notes go to stderr;
// exit 1 if the configuration is spoilt.
#include <glob.h>
#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <vector>

#include "core/interface_option.h"
#include "core/interfaces_file.h"

namespace keelson {
namespace {

std::vector<InterfacesInput> ReadFile(const std::string& path) {
  struct stat status;
  FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr || stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return {};
  InterfacesInput input{path, {}};
  char bytes[4096];
  while (const size_t size = std::fread(bytes, 1, sizeof bytes, file)) {
    input.bytes.append(bytes, size);
  }
  std::fclose(file);
  return {input};
}

std::vector<std::string> Matches(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return paths;
}

std::vector<InterfacesInput> Answer(const InterfacesRequest& request) {
  std::vector<InterfacesInput> inputs;
  for (const std::string& pattern : request.patterns) {
    for (const std::string& path : Matches(request.is_directory ? pattern + "/*" : pattern)) {
      if (request.is_directory && !IsSourcedName(path.substr(path.rfind('/') + 1))) continue;
      for (InterfacesInput& input : ReadFile(path)) inputs.push_back(std::move(input));
    }
  }
  return inputs;
}

std::string OneLine(std::string text) {
  for (char& c : text) c = c == '\n' ? '\x01' : c;
  return text;
}

void PrintNetwork(const InterfaceStanza& stanza) {
  const auto value = [&](const char* name) {
    const InterfaceOption* option = stanza.Find(name);
    return option == nullptr ? std::string() : option->Value();
  };
  const auto network = InterfaceNetwork(value("address"), value("netmask"));
  if (!network) return;
  const auto broadcast = InterfaceBroadcast(value("broadcast"), *network);
  std::printf("network\t%s/%s\t%s\n", FormatIpAddress(network->address).c_str(),
              FormatIpAddress(NetworkMask(network->length, false)).c_str(),
              broadcast ? FormatIpAddress(*broadcast).c_str() : "");
}

void Print(const InterfacesConfig& config) {
  for (const InterfacesClass& one : config.classes) {
    std::printf("class\t%s", one.name.c_str());
    for (const InterfacesText& name : one.names) std::printf("\t%s", name.text.c_str());
    std::printf("\n");
  }
  for (const InterfaceMapping& mapping : config.mappings) {
    std::printf("mapping");
    for (const InterfacesText& pattern : mapping.patterns) {
      std::printf("\t%s", pattern.text.c_str());
    }
    std::printf("\n");
  }
  for (const InterfaceStanza& stanza : config.stanzas) {
    std::printf("iface\t%s\t%s\t%s\n", stanza.name.c_str(), stanza.family.c_str(),
                stanza.method.c_str());
    for (const InterfaceOption& option : stanza.options) {
      std::printf("option\t%s: %s\n", option.name.c_str(), OneLine(option.Value()).c_str());
    }
    if (stanza.family == "inet" && stanza.method == "static") PrintNetwork(stanza);
  }
}

int Run(const std::string& path, InterfacesOptions options) {
  InterfacesConfig config;
  InterfacesReader reader(&config, std::move(options));
  reader.Give(ReadFile(path));
  while (const InterfacesRequest* request = reader.Next()) reader.Give(Answer(*request));
  for (const InterfacesNote& note : reader.notes()) {
    std::fprintf(stderr, "%s\n", note.Text(config).c_str());
  }
  Print(config);
  return reader.is_spoilt() ? 1 : 0;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  keelson::InterfacesOptions options;
  const bool without_loopback = argc > 1 && std::string(argv[1]) == "-n";
  if (without_loopback) options.loopback.clear();
  return argc == 2 + without_loopback ? keelson::Run(argv[argc - 1], options) : 2;
}
