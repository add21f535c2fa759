// The texts of each key in the order of the files, one after another with their lengths.
#include "core/service_digest.h"

#include <xxhash.h>

#include <string>

namespace keelson {

uint64_t LaunchDigest(const ServiceDefinition& definition) {
  constexpr ServiceKey kKeys[] = {ServiceKey::kBeforeCommand,   ServiceKey::kCommand,
                                  ServiceKey::kDirectory,       ServiceKey::kEnvironment,
                                  ServiceKey::kEnvironmentFile, ServiceKey::kGroup,
                                  ServiceKey::kGroups,          ServiceKey::kKind,
                                  ServiceKey::kLimit,           ServiceKey::kNice,
                                  ServiceKey::kOomScore,        ServiceKey::kPidFile,
                                  ServiceKey::kReady,           ServiceKey::kTerminal,
                                  ServiceKey::kUmask,           ServiceKey::kUser,
                                  ServiceKey::kWatchdog};
  std::string bytes;
  for (const ServiceKey key : kKeys) {
    for (const ServiceValue& value : definition.values) {
      if (value.key != key) continue;
      bytes += ServiceKeyName(key);
      bytes += ' ' + std::to_string(value.text.size()) + ' ' + value.text;
    }
  }
  const uint64_t digest = XXH3_64bits(bytes.data(), bytes.size());
  return digest == 0 ? 1 : digest;
}

}  // namespace keelson
