// All sources, in the order of their precedence, then the drop-ins, then one graph.
#include "applets/svcd/service_sources.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <set>

#include "applets/svcd/found_service.h"
#include "applets/svcd/source_files.h"
#include "core/lsb_script.h"

namespace keelson {
namespace {

constexpr const char* kRcFolders[] = {"/etc/rc.d", "/usr/local/etc/rc.d"};
constexpr char kInitFolder[] = "/etc/init.d";

void AddWords(std::string_view text, std::vector<std::string>* words) {
  ColumnReader reader(text);
  for (std::string_view word; reader.Next(&word);) words->emplace_back(word);
}

void Append(const std::vector<std::string>& from, std::vector<std::string>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// Whose values stand for what the script says of its order.
bool IsOfScript(const ServiceDefinition& definition, const ServiceValue& value) {
  return definition.source != ServiceSource::kOwn && value.file == 0;
}

ServiceLinks LinksOf(const FoundService& found) {
  const ServiceDefinition& definition = found.definition;
  ServiceLinks links;
  links.name = definition.name;
  for (const ServiceValue& value : definition.values) {
    const bool is_of_script = IsOfScript(definition, value);
    switch (value.key) {
      case ServiceKey::kNeeds:
        AddWords(value.text, &links.needs);
        break;
      case ServiceKey::kWants:
        AddWords(value.text, &links.wants);
        break;
      case ServiceKey::kAfter:
        if (is_of_script) {
          Append(found.script.after_hard, &links.after_hard);
          Append(found.script.after, &links.after);
        } else {
          AddWords(value.text, &links.after);
        }
        break;
      case ServiceKey::kBefore:
        if (is_of_script) {
          Append(found.script.before_hard, &links.before_hard);
          Append(found.script.before, &links.before);
        } else {
          AddWords(value.text, &links.before);
        }
        break;
      case ServiceKey::kProvides:
        if (is_of_script) {
          Append(found.script.provides, &links.provides);
        } else {
          AddWords(value.text, &links.provides);
        }
        break;
      case ServiceKey::kType:
        links.is_system = value.text == ServiceTypeName(ServiceType::kSystem);
        break;
      default:
        break;
    }
  }
  return links;
}

class SourcesReader {
 public:
  SourcesReader(Root* root, const SourcePaths& paths)
      : paths_(paths), files_(root, &set_.findings, &set_.is_sound) {}

  ServiceSet Run() {
    taken_.emplace(kSystemDone);
    ReadOwn();
    if (paths_.rc_folders.empty() && !paths_.only_named) {
      for (const char* folder : kRcFolders) ReadRcFolder(folder, &files_, &taken_, &found_);
    }
    for (const std::string& folder : paths_.rc_folders) {
      ReadRcFolder(folder, &files_, &taken_, &found_);
    }
    const std::string init =
        paths_.init_folder.empty() && !paths_.only_named ? kInitFolder : paths_.init_folder;
    if (!init.empty()) ReadInitFolder(init, &files_, &taken_, &found_, &stops_);
    AddDropIns();
    AddSystemDone();
    std::sort(found_.begin(), found_.end(), [](const FoundService& a, const FoundService& b) {
      return a.definition.name < b.definition.name;
    });
    Link();
    return std::move(set_);
  }

 private:
  void ReadOwn() {
    const std::unique_ptr<SourceFolder> folder = files_.Open(paths_.config);
    FileInfo info;
    Error error = files_.root()->Stat(paths_.config, &info);
    if (error.ok() && info.type != FileType::kDirectory) error = Error(ENOTDIR);
    if (error.code() == ENOTDIR || (paths_.must_have_config && error.not_found())) {
      files_.Fail(paths_.config + ": " + error.Text());
    }
    if (folder == nullptr) return;
    for (const DirectoryEntry& entry : folder->Entries()) {
      if (entry.name.ends_with(".svc.d")) {
        drop_ins_.insert(entry.name.substr(0, entry.name.size() - 6));
      }
      if (!entry.name.ends_with(".svc")) continue;
      FoundService found;
      found.definition.name = entry.name.substr(0, entry.name.size() - 4);
      const std::string path = folder->PathOf(entry.name);
      FileBytes bytes;
      if (!folder->ReadNamed(entry.name, kMaxDefinition, &bytes) ||
          !TakeServiceName(found.definition.name, path, &files_, &taken_)) {
        continue;
      }
      const std::vector<ParseError> errors = AddToService(path, bytes.view(), &found.definition);
      files_.Fail(path, errors);
      if (errors.empty()) found_.push_back(std::move(found));
    }
  }

  void AddDropIns() {
    for (const std::string& name : drop_ins_) {
      if (!taken_.contains(name)) {
        files_.Warn(paths_.config + "/" + name + ".svc.d: there is no service " + name);
      }
    }
    std::erase_if(found_, [&](FoundService& found) {
      const bool has_drop_ins = drop_ins_.contains(found.definition.name);
      return (has_drop_ins && !AddDropInsOf(&found)) || !IsWhole(found);
    });
  }

  // False: one of them is not good.
  bool AddDropInsOf(FoundService* found) {
    const std::unique_ptr<SourceFolder> folder =
        files_.Open(paths_.config + "/" + found->definition.name + ".svc.d");
    if (folder == nullptr) return false;
    bool is_good = true;
    const size_t own_files = found->definition.files.size();
    for (const DirectoryEntry& entry : folder->Entries()) {
      if (!entry.name.ends_with(".conf")) continue;
      FileBytes bytes;
      const std::string path = folder->PathOf(entry.name);
      if (!folder->ReadNamed(entry.name, kMaxDefinition, &bytes)) {
        is_good = false;
        continue;
      }
      const std::vector<ParseError> errors = AddToService(path, bytes.view(), &found->definition);
      files_.Fail(path, errors);
      is_good &= errors.empty();
    }
    const ServiceValue* enabled = found->definition.Find(ServiceKey::kEnabled);
    if (enabled == nullptr || enabled->file >= own_files) found->rc_reason.clear();
    return is_good;
  }

  bool IsWhole(const FoundService& found) {
    const ServiceDefinition& definition = found.definition;
    // What a script alone says is good.
    if (definition.source != ServiceSource::kOwn && !drop_ins_.contains(definition.name)) {
      return true;
    }
    const std::vector<ServiceFault> faults = CheckService(definition);
    for (const ServiceFault& fault : faults) files_.Fail(fault.path, {fault.error});
    return faults.empty();
  }

  void AddSystemDone() {
    const auto is_system = [](const FoundService& found) { return LinksOf(found).is_system; };
    if (std::none_of(found_.begin(), found_.end(), is_system)) return;
    FoundService done;
    done.definition.name = kSystemDone;
    done.definition.files = {paths_.config};
    SetServiceValue(&done.definition, ServiceKey::kKind, "group", 0, 0);
    SetServiceValue(&done.definition, ServiceKey::kType, "helper", 0, 0);
    SetServiceValue(&done.definition, ServiceKey::kDescription,
                    "all of type system have been started", 0, 0);
    found_.push_back(std::move(done));
  }

  ServiceId IdOf(std::string_view name) const {
    const auto found = std::lower_bound(found_.begin(), found_.end(), name,
                                        [](const FoundService& service, std::string_view key) {
                                          return service.definition.name < key;
                                        });
    return found != found_.end() && found->definition.name == name
               ? static_cast<ServiceId>(found - found_.begin())
               : UINT32_MAX;
  }

  void Link() {
    std::vector<ServiceLinks> links;
    LsbStops lsb;
    links.reserve(found_.size());
    for (const FoundService& found : found_) {
      links.push_back(LinksOf(found));
      links.back().ends_system = found.definition.name == kSystemDone;
      lsb.is_script.push_back(found.definition.source == ServiceSource::kInitd);
    }
    for (const LsbStopWait& stop : stops_) {
      const ServiceId waits = IdOf(stop.waits), awaited = IdOf(stop.awaited);
      if (waits != UINT32_MAX && awaited != UINT32_MAX) {
        lsb.waits.push_back({waits, awaited, stop.is_hard});
      }
    }
    set_.graph = LinkServices(links, lsb);
    for (const std::string& warning : set_.graph.warnings) files_.Warn(warning);
    if (!set_.graph.is_complete) set_.is_sound = false;
    for (FoundService& found : found_) {
      set_.services.push_back(std::move(found.definition));
      set_.lsb_levels.push_back(found.lsb_levels);
      set_.rc_reasons.push_back(std::move(found.rc_reason));
    }
  }

  const SourcePaths& paths_;
  ServiceSet set_;
  SourceFiles files_;
  ServiceNames taken_;
  ServiceNames drop_ins_;  // services that have a folder of them
  std::vector<FoundService> found_;
  std::vector<LsbStopWait> stops_;
};

}  // namespace

bool TakeServiceName(const std::string& name, const std::string& path, SourceFiles* files,
                     ServiceNames* taken) {
  if (!IsServiceName(name)) {
    files->Warn(path + ": left out: its name is none for a service");
    return false;
  }
  if (taken->insert(name).second) return true;
  files->Warn(path + ": left out: " + name + " is defined elsewhere");
  return false;
}

std::string ScriptCommand(std::string_view path, std::string_view bytes) {
  std::string word = IsForShell(bytes) ? "/bin/sh " : "";
  for (const char c : path) {
    if (IsBlank(c) || c == '\\' || c == '\'' || c == '"') word += '\\';
    word += c;
  }
  return word;
}

void SetNames(ServiceKey key, const std::vector<const std::vector<std::string>*>& lists,
              ServiceDefinition* definition) {
  std::string names;
  for (const std::vector<std::string>* list : lists) {
    for (const std::string& name : *list) {
      if (IsServiceName(name)) names += (names.empty() ? "" : " ") + name;
    }
  }
  if (!names.empty()) SetServiceValue(definition, key, names, 0, 0);
}

const ServiceDefinition* ServiceSet::Find(std::string_view name) const {
  const auto found = std::lower_bound(
      services.begin(), services.end(), name,
      [](const ServiceDefinition& service, std::string_view key) { return service.name < key; });
  return found != services.end() && found->name == name ? &*found : nullptr;
}

bool ServiceSet::IdOf(std::string_view name, ServiceId* id) const {
  const ServiceDefinition* found = Find(name);
  for (size_t i = 0; found == nullptr && i < services.size(); ++i) {
    for (const ServiceValue& value : services[i].values) {
      if (value.key != ServiceKey::kProvides) continue;
      std::vector<std::string> names;
      AddWords(value.text, &names);
      if (std::find(names.begin(), names.end(), name) != names.end()) found = &services[i];
    }
  }
  if (found != nullptr) *id = static_cast<ServiceId>(found - services.data());
  return found != nullptr;
}

ServiceSet ServiceSources::Read() { return SourcesReader(root_, paths_).Run(); }

}  // namespace keelson
