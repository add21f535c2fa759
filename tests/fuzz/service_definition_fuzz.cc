// Any bytes as a definition and, behind a line "%", as its drop-ins. Errors have places and change
// nothing; what was taken has a meaning within its bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/service_definition.h"
#include "core/service_value.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void CheckMeaning(const ServiceDefinition& definition) {
  const ServiceSettings settings = MeaningOf(definition);
  for (const ServiceValue& value : definition.values) {
    Require(!value.text.empty() && value.file < definition.files.size() && value.line > 0);
    ServiceSettings scratch;
    Require(!ReadServiceValue(value.key, value.text, &scratch));
  }
  for (const auto& command : settings.commands) {
    Require(command.empty() || command[0].starts_with('/'));
  }
  for (const std::string& name : settings.needs) Require(IsServiceName(name));
  for (const auto& limit : settings.limits) Require(limit.soft <= limit.hard);
  for (const int64_t time : {settings.start_timeout_ns, settings.restart_delay_ns,
                             settings.restart_interval_ns, settings.watchdog_ns}) {
    Require(time >= 0 && time <= kMaxServiceTime);
  }
  Require(settings.stop_signal >= 1 && settings.stop_signal <= 64);
  for (const ServiceFault& fault : CheckService(definition)) {
    Require(!fault.path.empty() && fault.error.at.line > 0);
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ServiceDefinition definition;
  definition.name = "a";
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, bytes.find("\n%\n"));
    bytes.remove_prefix(part.size() == bytes.size() ? part.size() : part.size() + 3);
    const size_t files = definition.files.size(), values = definition.values.size();
    const std::vector<ParseError> errors = AddToService("f", part, &definition);
    RequirePlaces(part, errors);
    Require(errors.empty() ? definition.files.size() == files + 1
                           : definition.values.size() == values);
  }
  CheckMeaning(definition);
  return 0;
}
