// What is odd of a whole set, though each file is good: names that nobody has, in modes and events,
// and services that start each other by events.
#include <algorithm>
#include <set>

#include "applets/svcd/init_links.h"
#include "applets/svcd/service_sources.h"
#include "applets/svcd/source_files.h"
#include "core/wait_graph.h"

namespace keelson {
namespace {

constexpr std::string_view kModeEnd = ".mode";
constexpr std::string_view kStateEvents[] = {"up:", "down:", "failed:"};

bool IsRunLevelOrDefault(std::string_view mode) {
  return mode == "default" ||
         (mode.size() == 1 && std::string_view(kRunLevels).find(mode[0]) != std::string_view::npos);
}

template <typename Take>
void ForEachWord(const ServiceDefinition& service, ServiceKey key, Take take) {
  for (const ServiceValue& value : service.values) {
    if (value.key != key) continue;
    ColumnReader reader(value.text);
    for (std::string_view word; reader.Next(&word);) take(value, word);
  }
}

class OddNamesFinder {
 public:
  OddNamesFinder(const std::set<std::string>& modes, ServiceSet* set) : modes_(modes), set_(set) {}

  void Run() {
    for (ServiceId id = 0; id < set_->services.size(); ++id) {
      const ServiceDefinition& service = set_->services[id];
      ForEachWord(service, ServiceKey::kModes, [&](const ServiceValue& value, auto mode) {
        if (modes_.contains(std::string(mode)) || IsRunLevelOrDefault(mode)) return;
        Warn(service, value, "modes: there is no mode " + std::string(mode));
      });
      ForEachWord(service, ServiceKey::kStartOn,
                  [&](const ServiceValue& value, auto event) { TakeEvent(id, value, event); });
    }
    TellOfCircles();
  }

 private:
  void Warn(const ServiceDefinition& service, const ServiceValue& value, std::string what) {
    const ParseError error = {{std::max<uint32_t>(value.line, 1), 1}, std::move(what)};
    Tell(error.Text(service.files[value.file]));
  }

  void Tell(std::string finding) {
    if (set_->findings.size() < kMaxFindings) set_->findings.push_back(std::move(finding));
  }

  void TakeEvent(ServiceId id, const ServiceValue& value, std::string_view event) {
    for (const std::string_view kind : kStateEvents) {
      if (!event.starts_with(kind)) continue;
      const std::string_view name = event.substr(kind.size());
      const ServiceDefinition* const other = set_->Find(name);
      const ServiceDefinition& service = set_->services[id];
      const std::string what = "start-on: " + std::string(event) + ": ";
      if (other == nullptr) {
        Warn(service, value, what + "there is no service " + std::string(name));
      } else if (other == &service) {
        Warn(service, value, what + "it starts itself, again and again");
      } else {
        starts_.push_back({id, static_cast<size_t>(other - set_->services.data()), true});
      }
    }
  }

  void TellOfCircles() {
    std::sort(starts_.begin(), starts_.end());
    starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
    for (const WaitCycle& cycle : BreakWaitCycles(set_->services.size(), &starts_)) {
      std::string path;
      for (size_t i = 0; i < cycle.nodes.size(); ++i) {
        if (cycle.is_cut && i + 1 == cycle.nodes.size()) path += "... -> ";
        path += set_->services[cycle.nodes[i]].name + " -> ";
      }
      path += set_->services[cycle.nodes[0]].name;
      Tell("start-on: " + path + ": each is started by events of the next");
    }
  }

  const std::set<std::string>& modes_;
  ServiceSet* set_;
  std::vector<WaitEdge> starts_;
};

}  // namespace

std::vector<std::string> ServiceSources::ModeNames() {
  std::vector<std::string> names, findings;
  bool is_sound = true;
  SourceFiles files(root_, &findings, &is_sound);
  const std::unique_ptr<SourceFolder> folder = files.Open(paths_.config);
  if (folder == nullptr) return names;
  for (const DirectoryEntry& entry : folder->Entries()) {
    if (entry.name.ends_with(kModeEnd)) {
      names.push_back(entry.name.substr(0, entry.name.size() - kModeEnd.size()));
    }
  }
  return names;
}

ServiceSet ServiceSources::ReadWithModes(std::string_view name, ServiceMode* mode) {
  ServiceSet set = Read();
  const std::vector<std::string> files = ModeNames();
  std::set<std::string> modes(files.begin(), files.end());
  modes.emplace(name);
  for (const std::string& each : modes) {
    std::vector<std::string> findings;
    ServiceMode read = ReadMode(each, &findings);
    set.is_sound &= read.is_sound;
    for (std::string& odd : OddNames(set, read)) findings.push_back(std::move(odd));
    for (std::string& finding : findings) {  // others may inherit it
      if (std::find(set.findings.begin(), set.findings.end(), finding) == set.findings.end()) {
        set.findings.push_back(std::move(finding));
      }
    }
    if (each == name) *mode = std::move(read);
  }
  OddNamesFinder(modes, &set).Run();
  return set;
}

std::vector<std::string> OddNames(const ServiceSet& set, const ServiceMode& mode) {
  std::vector<std::string> odd;
  for (const ServiceMode::Named& named : mode.named) {
    if (set.Find(named.service) != nullptr) continue;
    odd.push_back(named.place + ": there is no service " + named.service);
  }
  bool is_known = mode.has_file || IsRunLevelOrDefault(mode.name);
  for (const ServiceDefinition& service : set.services) {
    ForEachWord(service, ServiceKey::kModes,
                [&](const ServiceValue&, auto name) { is_known |= name == mode.name; });
  }
  if (!is_known) odd.push_back("mode " + mode.name + ": no file and no service names it");
  return odd;
}

}  // namespace keelson
