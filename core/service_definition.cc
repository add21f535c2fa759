// The table of keys, and stanzas -> values. A file is read into a copy of the definition's values,
// which takes the place of the old ones when nothing was wrong. What a value may look like is said
// in core/service_value.cc.
#include "core/service_definition.h"

#include <algorithm>
#include <bitset>
#include <iterator>

#include "core/service_value.h"

namespace keelson {
namespace {

constexpr ServiceKeyRow kKeys[] = {
    {"after", ServiceKey::kAfter, true},
    {"before", ServiceKey::kBefore, true},
    {"before-command", ServiceKey::kBeforeCommand, false},
    {"check-command", ServiceKey::kCheckCommand, false},
    {"command", ServiceKey::kCommand, false},
    {"condition-file", ServiceKey::kConditionFile, true},
    {"description", ServiceKey::kDescription, false},
    {"directory", ServiceKey::kDirectory, false},
    {"enabled", ServiceKey::kEnabled, false},
    {"environment", ServiceKey::kEnvironment, true},
    {"environment-file", ServiceKey::kEnvironmentFile, true},
    {"group", ServiceKey::kGroup, false},
    {"groups", ServiceKey::kGroups, true},
    {"interface", ServiceKey::kInterface, false},
    {"kill", ServiceKey::kKill, false},
    {"kind", ServiceKey::kKind, false},
    {"limit", ServiceKey::kLimit, true},
    {"log", ServiceKey::kLog, false},
    {"log-count", ServiceKey::kLogCount, false},
    {"log-file", ServiceKey::kLogFile, false},
    {"log-size", ServiceKey::kLogSize, false},
    {"modes", ServiceKey::kModes, true},
    {"needs", ServiceKey::kNeeds, true},
    {"nice", ServiceKey::kNice, false},
    {"oom-score", ServiceKey::kOomScore, false},
    {"pid-file", ServiceKey::kPidFile, false},
    {"provides", ServiceKey::kProvides, true},
    {"ready", ServiceKey::kReady, false},
    {"reload-command", ServiceKey::kReloadCommand, false},
    {"reload-signal", ServiceKey::kReloadSignal, false},
    {"restart", ServiceKey::kRestart, false},
    {"restart-burst", ServiceKey::kRestartBurst, false},
    {"restart-delay", ServiceKey::kRestartDelay, false},
    {"restart-interval", ServiceKey::kRestartInterval, false},
    {"restart-limit", ServiceKey::kRestartLimit, false},
    {"restart-max-delay", ServiceKey::kRestartMaxDelay, false},
    {"restart-with-needs", ServiceKey::kRestartWithNeeds, false},
    {"start-on", ServiceKey::kStartOn, true},
    {"start-timeout", ServiceKey::kStartTimeout, false},
    {"status-command", ServiceKey::kStatusCommand, false},
    {"stop-command", ServiceKey::kStopCommand, false},
    {"stop-signal", ServiceKey::kStopSignal, false},
    {"stop-timeout", ServiceKey::kStopTimeout, false},
    {"terminal", ServiceKey::kTerminal, false},
    {"type", ServiceKey::kType, false},
    {"umask", ServiceKey::kUmask, false},
    {"user", ServiceKey::kUser, false},
    {"wants", ServiceKey::kWants, true},
    {"watch", ServiceKey::kWatch, true},
    {"watch-action", ServiceKey::kWatchAction, false},
    {"watchdog", ServiceKey::kWatchdog, false},
};

constexpr bool IsInOrder() {
  for (size_t i = 0; i < std::size(kKeys); ++i) {
    if (kKeys[i].key != static_cast<ServiceKey>(i)) return false;
    if (i > 0 && !(std::string_view(kKeys[i - 1].name) < kKeys[i].name)) return false;
  }
  return true;
}
static_assert(IsInOrder(), "sorted by name, each at its key's place");

const ServiceKeyRow* FindKey(std::string_view name) {
  const auto found = std::lower_bound(
      std::begin(kKeys), std::end(kKeys), name,
      [](const ServiceKeyRow& row, std::string_view key) { return row.name < key; });
  return found != std::end(kKeys) && found->name == name ? found : nullptr;
}

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

class Reader {
 public:
  Reader(uint16_t file, std::vector<ServiceValue>* values) : file_(file), values_(values) {}

  std::vector<ParseError> Run(std::string_view bytes) {
    StanzaReader stanzas(bytes, true);
    Stanza stanza;
    while (true) {
      const bool found = stanzas.Next(&stanza);
      for (const StanzaField& field : stanza.fields) Take(field);
      if (found) continue;
      if (!stanzas.error()) break;
      errors_.push_back(*stanzas.error());
    }
    return std::move(errors_);
  }

 private:
  void Take(const StanzaField& field) {
    if (field.key.starts_with("x-")) return;
    const ServiceKeyRow* row = FindKey(field.key);
    if (row == nullptr) return Fail(field.at, "unknown key " + Quoted(field.key));
    const size_t place = static_cast<size_t>(row->key);
    if (!row->adds && seen_[place]) {
      return Fail(field.at, Quoted(field.key) + " stands twice in this file");
    }
    seen_[place] = true;
    std::string text = field.Joined();
    if (text.empty()) {
      std::erase_if(*values_, [&](const ServiceValue& value) { return value.key == row->key; });
      return;
    }
    if (values_->size() >= kMaxServiceValues) return Fail(field.at, "too many values");
    ServiceSettings scratch;
    if (auto what = ReadServiceValue(row->key, text, &scratch)) {
      return Fail(field.value_at, std::string(field.key) + ": " + *what);
    }
    values_->push_back({row->key, file_, field.at.line, std::move(text)});
  }

  void Fail(Position at, std::string what) { errors_.push_back({at, std::move(what)}); }

  const uint16_t file_;
  std::vector<ServiceValue>* values_;
  std::bitset<std::size(kKeys)> seen_;
  std::vector<ParseError> errors_;
};

}  // namespace

std::span<const ServiceKeyRow> ServiceKeys() { return kKeys; }

std::string_view ServiceKeyName(ServiceKey key) { return kKeys[static_cast<size_t>(key)].name; }

bool IsServiceName(std::string_view name) {
  if (name.empty() || name.size() > 100 || name[0] == '.' || name[0] == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._@+-").find(c) != std::string_view::npos;
  });
}

const ServiceValue* ServiceDefinition::Find(ServiceKey key) const {
  const auto found = std::find_if(values.rbegin(), values.rend(),
                                  [&](const ServiceValue& value) { return value.key == key; });
  return found == values.rend() ? nullptr : &*found;
}

std::vector<ParseError> AddToService(std::string_view path, std::string_view bytes,
                                     ServiceDefinition* definition) {
  if (definition->files.size() >= kMaxServiceFiles) return {{{1, 1}, "too many drop-ins"}};
  // A command cut short is another command.
  if (const std::optional<ParseError> nul = FindNul(bytes)) return {*nul};
  std::vector<ServiceValue> values = definition->values;
  std::vector<ParseError> errors =
      Reader(static_cast<uint16_t>(definition->files.size()), &values).Run(bytes);
  if (errors.empty()) {
    // No larger than it has to be, for each of a thousand.
    const auto begin = std::make_move_iterator(values.begin());
    definition->values = std::vector<ServiceValue>(begin, begin + values.size());
    definition->files.emplace_back(path);
  }
  return errors;
}

void SetServiceValue(ServiceDefinition* definition, ServiceKey key, std::string_view text,
                     uint16_t file, uint32_t line) {
  definition->values.push_back({key, file, line, std::string(text)});
}

}  // namespace keelson
