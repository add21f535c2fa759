// Modes: files that inherit from each other, and who is wanted in one.
#include <algorithm>
#include <utility>

#include "applets/svcd/init_links.h"
#include "applets/svcd/service_sources.h"
#include "applets/svcd/source_files.h"
#include "core/config.h"

namespace keelson {
namespace {

constexpr size_t kMaxInherited = 32;
constexpr char kDefaultRunLevel[] = "2";
constexpr ConfigKey kModeKeys[] = {
    {"inherits", ConfigType::kList, "", 0, UINT64_MAX, true},
    {"runlevel", ConfigType::kWord, "0|1|2|3|4|5|6|S"},
    {"with", ConfigType::kList, "", 0, UINT64_MAX, true},
    {"without", ConfigType::kList, "", 0, UINT64_MAX, true},
};

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsRunLevel(std::string_view name) {
  return name.size() == 1 && std::string_view(kRunLevels).find(name[0]) != std::string_view::npos;
}

class ModeReader {
 public:
  ModeReader(const std::string& folder, Root* root, std::vector<std::string>* findings)
      : folder_(folder), files_(root, findings, &is_sound_) {}

  ServiceMode Run(std::string_view name) {
    mode_.name = name;
    Add(std::string(name), "");
    mode_.is_sound = is_sound_;
    if (mode_.runlevel.empty()) mode_.runlevel = IsRunLevel(name) ? mode_.name : kDefaultRunLevel;
    return std::move(mode_);
  }

 private:
  // What it inherits comes first, so that what it says itself is the last word. `by`: who names it,
  // "PATH:LINE:COLUMN"; empty: nobody.
  void Add(const std::string& name, const std::string& by) {
    if (Contains(way_, name)) return files_.Fail(by + ": the mode " + name + " inherits itself");
    if (!by.empty() && Contains(mode_.inherits, name)) return;
    if (mode_.inherits.size() >= kMaxInherited) {
      if (!std::exchange(has_too_many_, true)) {
        files_.Fail(by + ": " + mode_.name + " inherits more than 32 modes");
      }
      return;
    }
    if (!by.empty()) mode_.inherits.push_back(name);
    const std::string path = folder_ + "/" + name + ".mode";
    FileBytes bytes;
    std::vector<ConfigRecord> records;
    bool is_there = false;
    if (!IsServiceName(name) || !files_.ReadOptional(path, kMaxDefinition, &bytes, &is_there)) {
      if (!by.empty() && !is_there) files_.Fail(by + ": there is no mode " + name);
      return;
    }
    mode_.has_file |= by.empty();
    std::vector<ParseError> errors = ParseConfig(bytes.view(), kModeKeys, true, &records);
    if (const auto nul = FindNul(bytes.view())) errors = {*nul};
    files_.Fail(path, errors);
    if (!errors.empty() || records.empty()) return;
    way_.push_back(name);
    for (const auto& [key, value] : records[0].values) {
      if (key != &kModeKeys[0]) continue;
      for (const std::string& other : value.list) {
        Add(other, path + Place(value.at));
      }
    }
    way_.pop_back();
    for (const auto& [key, value] : records[0].values) {
      Take(key, value);
      if (key != &kModeKeys[2] && key != &kModeKeys[3]) continue;
      for (const std::string& service : value.list) {
        mode_.named.push_back({service, path + Place(value.at)});
      }
    }
  }

  static std::string Place(Position at) {
    return ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  void Take(const ConfigKey* key, const ConfigValue& value) {
    if (key == &kModeKeys[1]) mode_.runlevel = value.text;
    if (key == &kModeKeys[2]) Move(value.list, &mode_.without, &mode_.with);
    if (key == &kModeKeys[3]) Move(value.list, &mode_.with, &mode_.without);
  }

  static void Move(const std::vector<std::string>& names, std::vector<std::string>* from,
                   std::vector<std::string>* to) {
    for (const std::string& name : names) {
      std::erase(*from, name);
      if (!Contains(*to, name)) to->push_back(name);
    }
  }

  const std::string& folder_;
  bool is_sound_ = true;
  bool has_too_many_ = false;
  SourceFiles files_;
  ServiceMode mode_;
  std::vector<std::string> way_;
};

std::string PlaceOf(const ServiceDefinition& definition, const ServiceValue& value) {
  std::string place = definition.files[value.file];
  if (value.line > 0) place += ":" + std::to_string(value.line);
  return std::string(ServiceKeyName(value.key)) + ": " + value.text + " (" + place + ")";
}

// Words of all values of the key.
std::vector<std::string> WordsOf(const ServiceDefinition& definition, ServiceKey key) {
  std::vector<std::string> words;
  for (const ServiceValue& value : definition.values) {
    if (value.key != key) continue;
    ColumnReader reader(value.text);
    for (std::string_view word; reader.Next(&word);) words.emplace_back(word);
  }
  return words;
}

// By what the source says, whatever the mode.
ServiceWish SourceWish(const ServiceSet& set, ServiceId id) {
  const ServiceDefinition& definition = set.services[id];
  const ServiceValue* enabled = definition.Find(ServiceKey::kEnabled);
  ServiceWish wish;
  const std::string& reason = set.rc_reasons[id];
  if (enabled != nullptr) {
    wish.enabled = ParseYesNo(enabled->text).value_or(false);
    wish.why = reason.empty() ? PlaceOf(definition, *enabled) : reason;
  } else if (definition.source == ServiceSource::kInitd) {
    wish.enabled = set.lsb_levels[id] != 0;
    wish.why = wish.enabled ? "" : "no run level starts it";
  } else {
    wish.enabled = true;
    wish.why = reason.empty() ? "enabled, as nothing says otherwise" : reason;
  }
  return wish;
}

// The run levels of a script, unless something else enabled it.
void AskLinks(uint8_t levels, const ServiceMode& mode, ServiceWish* wish) {
  const std::string level(1, (levels & RunLevelBit('S')) != 0 ? 'S' : mode.runlevel[0]);
  wish->wanted = (levels & RunLevelBit(level[0])) != 0;
  wish->why = (wish->wanted ? "run level " : "not of run level ") + level;
}

}  // namespace

ServiceMode ServiceSources::ReadMode(std::string_view name, std::vector<std::string>* findings) {
  return ModeReader(paths_.config, root_, findings).Run(name);
}

ServiceWish WishFor(const ServiceSet& set, ServiceId id, const ServiceMode& mode) {
  const ServiceDefinition& definition = set.services[id];
  ServiceWish wish = SourceWish(set, id);
  wish.wanted = wish.enabled;
  const ServiceValue* type = definition.Find(ServiceKey::kType);
  const std::vector<std::string> modes = WordsOf(definition, ServiceKey::kModes);
  const ServiceValue* event = definition.Find(ServiceKey::kStartOn);
  const bool is_of_mode = modes.empty() || Contains(modes, mode.name) ||
                          std::any_of(modes.begin(), modes.end(), [&](const std::string& name) {
                            return Contains(mode.inherits, name);
                          });
  if (definition.name == kSystemDone) {
    wish.why = "all others wait for it";
  } else if (Contains(mode.without, definition.name)) {
    wish.wanted = false;
    wish.why = "the mode " + mode.name + " is without it";
  } else if (Contains(mode.with, definition.name)) {
    wish.wanted = true;
    wish.why = "the mode " + mode.name + " is with it";
  } else if (!wish.enabled) {
    return wish;
  } else if (!is_of_mode) {
    wish.wanted = false;
    wish.why = "not of the mode " + mode.name;
  } else if (type != nullptr && type->text == ServiceTypeName(ServiceType::kHelper)) {
    wish.wanted = false;
    wish.why = "a helper: only for those that need or want it";
  } else if (event != nullptr) {
    wish.wanted = false;
    wish.on_event = true;
    wish.why = PlaceOf(definition, *event);
  } else if (definition.source == ServiceSource::kInitd && !definition.Find(ServiceKey::kEnabled)) {
    AskLinks(set.lsb_levels[id], mode, &wish);
  }
  return wish;
}

}  // namespace keelson
