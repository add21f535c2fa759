// What a definition means: the kind's defaults, then each value in its turn; and what no single
// value shows to be wrong.
#include <algorithm>
#include <iterator>

#include "core/service_definition.h"
#include "core/service_value.h"

namespace keelson {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

bool RunsToItsEnd(ServiceKind kind) {
  return kind == ServiceKind::kOneshot || kind == ServiceKind::kScript;
}

void SetDefaults(ServiceKind kind, ServiceSettings* settings) {
  settings->kind = kind;
  switch (kind) {
    case ServiceKind::kProcess:
    case ServiceKind::kTty:
      break;
    case ServiceKind::kNotify:
      settings->ready = ServiceReady::kNotify;
      break;
    case ServiceKind::kForking:
      settings->ready = ServiceReady::kEnd;
      break;
    case ServiceKind::kOneshot:
      settings->ready = ServiceReady::kEnd;
      settings->restart = ServiceRestart::kNever;
      settings->start_timeout_ns = 0;  // a check of file systems takes as long as it takes
      break;
    case ServiceKind::kScript:
      settings->ready = ServiceReady::kEnd;
      settings->restart = ServiceRestart::kNever;
      settings->start_timeout_ns = settings->stop_timeout_ns = 300 * kSecond;
      break;
    case ServiceKind::kGroup:
      settings->restart = ServiceRestart::kNever;
      break;
  }
}

// What follows from other values where nothing was said.
void SetConsequences(const ServiceDefinition& definition, ServiceSettings* settings) {
  std::vector<std::string>& command =
      settings->commands[static_cast<size_t>(ServiceCommand::kMain)];
  if (settings->kind == ServiceKind::kTty && command.empty()) {
    const std::string& terminal = settings->terminal;
    command = {"/sbin/getty", "38400",
               terminal.starts_with("/dev/") ? terminal.substr(5) : terminal};
  }
  if (definition.Find(ServiceKey::kLogFile) && !definition.Find(ServiceKey::kLog)) {
    settings->log = ServiceLogKind::kFile;
  }
  if (definition.Find(ServiceKey::kPidFile) && !definition.Find(ServiceKey::kReady) &&
      settings->kind == ServiceKind::kProcess) {
    settings->ready = ServiceReady::kPidFile;
  }
}

class Checker {
 public:
  explicit Checker(const ServiceDefinition& definition)
      : definition_(definition), settings_(MeaningOf(definition)) {}

  std::vector<ServiceFault> Run() {
    CheckCommand();
    CheckReady();
    CheckPairs();
    return std::move(faults_);
  }

 private:
  bool Has(ServiceKey key) const { return definition_.Find(key) != nullptr; }

  // At the value of the key, or at the beginning of the definition.
  void Fail(ServiceKey key, std::string what) {
    const ServiceValue* value = definition_.Find(key);
    const size_t file = value == nullptr ? 0 : value->file;
    const uint32_t line = value == nullptr || value->line == 0 ? 1 : value->line;
    faults_.push_back({file < definition_.files.size() ? definition_.files[file] : definition_.name,
                       {{line, 1}, std::move(what)}});
  }

  // The key has a meaning only where `has_use`.
  void CheckUse(ServiceKey key, bool has_use, std::string_view why) {
    if (!Has(key) || has_use) return;
    Fail(key, std::string(ServiceKeyName(key)) + " is of no use " + std::string(why));
  }

  std::string OfKind() const { return "for kind " + std::string(ServiceKindName(settings_.kind)); }

  void CheckCommand() {
    const ServiceKind kind = settings_.kind;
    if (kind == ServiceKind::kGroup) {
      for (const ServiceKey key : {ServiceKey::kCommand, ServiceKey::kStopCommand,
                                   ServiceKey::kReloadCommand, ServiceKey::kStatusCommand}) {
        CheckUse(key, false, OfKind());
      }
    } else if (kind == ServiceKind::kTty) {
      if (settings_.terminal.empty()) Fail(ServiceKey::kKind, "kind tty: no terminal");
    } else if (!Has(ServiceKey::kCommand)) {
      Fail(ServiceKey::kKind, "no command");
    }
    CheckUse(ServiceKey::kTerminal, kind == ServiceKind::kTty, OfKind());
    if (settings_.type == ServiceType::kUser && settings_.user.empty()) {
      Fail(ServiceKey::kType, "type user: no user");
    }
  }

  bool CanBe(ServiceReady ready) const {
    switch (settings_.kind) {
      case ServiceKind::kProcess:
        return ready != ServiceReady::kEnd;
      case ServiceKind::kNotify:
        return ready == ServiceReady::kNotify;
      case ServiceKind::kForking:
        return ready != ServiceReady::kExec;
      case ServiceKind::kOneshot:
        return ready == ServiceReady::kEnd;
      case ServiceKind::kScript:
        return ready == ServiceReady::kEnd || ready == ServiceReady::kPidFile;
      case ServiceKind::kGroup:
      case ServiceKind::kTty:
        return ready == ServiceReady::kExec;
    }
    return false;
  }

  void CheckReady() {
    const ServiceKind kind = settings_.kind;
    if (!CanBe(settings_.ready)) Fail(ServiceKey::kReady, "this ready is of no use " + OfKind());
    const bool needs_pid_file = settings_.ready == ServiceReady::kPidFile;
    if (needs_pid_file && settings_.pid_file.empty()) {
      Fail(ServiceKey::kReady, "ready: pid-file, but no pid-file");
    }
    CheckUse(ServiceKey::kPidFile,
             needs_pid_file || kind == ServiceKind::kForking || kind == ServiceKind::kScript,
             OfKind());
    if (RunsToItsEnd(kind) && settings_.restart == ServiceRestart::kAlways) {
      Fail(ServiceKey::kRestart, "restart always would run it again and again");
    }
  }

  void CheckPairs() {
    CheckUse(ServiceKey::kInterface, settings_.type == ServiceType::kNetwork,
             "without type network");
    CheckUse(ServiceKey::kWatchAction, !settings_.watch.empty(), "without watch");
    CheckUse(ServiceKey::kLogFile, settings_.log == ServiceLogKind::kFile, "without log: file");
    CheckUse(ServiceKey::kLogSize, settings_.log == ServiceLogKind::kFile, "without log: file");
    CheckUse(ServiceKey::kLogCount, settings_.log == ServiceLogKind::kFile, "without log: file");
    if (settings_.restart_delay_ns > settings_.restart_max_delay_ns) {
      Fail(ServiceKey::kRestartDelay, "restart-delay is more than restart-max-delay");
    }
  }

  const ServiceDefinition& definition_;
  const ServiceSettings settings_;
  std::vector<ServiceFault> faults_;
};

}  // namespace

ServiceSettings MeaningOf(const ServiceDefinition& definition) {
  ServiceSettings settings;
  const ServiceValue* kind = definition.Find(ServiceKey::kKind);
  if (kind != nullptr) static_cast<void>(ReadServiceValue(kind->key, kind->text, &settings));
  SetDefaults(settings.kind, &settings);
  for (const ServiceValue& value : definition.values) {
    static_cast<void>(ReadServiceValue(value.key, value.text, &settings));
  }
  SetConsequences(definition, &settings);
  return settings;
}

std::vector<ServiceFault> CheckService(const ServiceDefinition& definition) {
  return Checker(definition).Run();
}

std::string_view ServiceTypeName(ServiceType type) {
  return kServiceTypes[static_cast<size_t>(type)];
}

std::string_view ServiceKindName(ServiceKind kind) {
  return kServiceKinds[static_cast<size_t>(kind)];
}

std::string_view ServiceSourceName(ServiceSource source) {
  constexpr std::string_view kNames[] = {"svc", "rc.d", "init.d"};
  return kNames[static_cast<size_t>(source)];
}

}  // namespace keelson
