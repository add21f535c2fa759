// A service as one of the sources found it, before drop-ins and before names have become edges.
#ifndef KEELSON_APPLETS_SVCD_FOUND_SERVICE_H_
#define KEELSON_APPLETS_SVCD_FOUND_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/svcd/service_sources.h"
#include "applets/svcd/source_files.h"
#include "core/service_definition.h"
#include "core/service_graph.h"

namespace keelson {

struct FoundService {
  ServiceDefinition definition = {};
  // Of a script: what it says of its order. It counts as long as no drop-in took it back, and is in
  // the values of the definition's first file, too, to be shown.
  ServiceLinks script = {};
  uint8_t lsb_levels = 0;
  std::string rc_reason = {};
};

// Of the stop order of LSB scripts: names of services, the first waits for the second.
struct LsbStopWait {
  std::string waits, awaited;
  bool is_hard;
};

using ServiceNames = std::set<std::string, std::less<>>;

// Adds those of the folder but those whose names are taken, which are told of.
void ReadRcFolder(const std::string& folder, SourceFiles* files, ServiceNames* taken,
                  std::vector<FoundService>* found);
void ReadInitFolder(const std::string& folder, SourceFiles* files, ServiceNames* taken,
                    std::vector<FoundService>* found, std::vector<LsbStopWait>* stops);

// False: the name is that of another one, or it cannot be a service's, which is told.
bool TakeServiceName(const std::string& name, const std::string& path, SourceFiles* files,
                     ServiceNames* taken);
// Runs the script, which has these bytes.
std::string ScriptCommand(std::string_view path, std::string_view bytes);
// A value of the script's file: the words of the lists that can be names of services; none: no
// value.
void SetNames(ServiceKey key, const std::vector<const std::vector<std::string>*>& lists,
              ServiceDefinition* definition);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_FOUND_SERVICE_H_
