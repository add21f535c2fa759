// Whether a service that runs would be started the same way now.
#ifndef KEELSON_CORE_SERVICE_DIGEST_H_
#define KEELSON_CORE_SERVICE_DIGEST_H_

#include <cstdint>

#include "core/service_definition.h"

namespace keelson {

// Of what its main program is started with, by value, wherever it is said. What svcd itself goes by
// (order, restarts, times, logs ...) is not in it: that is in force at once. Never 0.
uint64_t LaunchDigest(const ServiceDefinition& definition);

}  // namespace keelson

#endif  // KEELSON_CORE_SERVICE_DIGEST_H_
