// What the value of each key of a service may look like, and what it means.
#ifndef KEELSON_CORE_SERVICE_VALUE_H_
#define KEELSON_CORE_SERVICE_VALUE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/service_definition.h"

namespace keelson {

inline constexpr size_t kMaxServiceValues = 2000;  // of one definition
inline constexpr size_t kMaxServiceFiles = 65;     // the definition and 64 drop-ins
inline constexpr size_t kMaxServiceText = 8192;    // bytes of one value
inline constexpr int64_t kMaxServiceTime = int64_t{366} * 86'400 * 1'000'000'000;

// In the order of the enums.
inline constexpr std::string_view kServiceTypes[] = {"system", "network", "service", "user",
                                                     "helper"};
inline constexpr std::string_view kServiceKinds[] = {"process", "forking", "oneshot", "notify",
                                                     "script",  "group",   "tty"};

// Puts what the text says into *settings: replaces what was there, or adds to it, as the key does.
// Otherwise what is wrong with it; *settings may then have a part of it.
std::optional<std::string> ReadServiceValue(ServiceKey key, std::string_view text,
                                            ServiceSettings* settings);

}  // namespace keelson

#endif  // KEELSON_CORE_SERVICE_VALUE_H_
