// rc.d scripts -> definitions. rc(8) runs each that has an execute bit, in rcorder's order, and the
// script itself asks rc.conf whether to do anything; here that is asked before.
#include <algorithm>

#include "applets/svcd/found_service.h"
#include "applets/svcd/rc_settings.h"
#include "core/rc_script.h"

namespace keelson {
namespace {

constexpr char kFirstBoot[] = "/firstboot";

// What rc(8) passes over without a word.
bool IsScratch(std::string_view name) {
  for (std::string_view end : {"~", "#", ".OLD", ".bak", ".orig", ",v", ".sample", ".pkgsave"}) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

bool Has(const RcScript& script, std::string_view keyword) {
  return std::find(script.keywords.begin(), script.keywords.end(), keyword) !=
         script.keywords.end();
}

class Reader {
 public:
  Reader(SourceFiles* files) : files_(files), settings_(files) {
    FileInfo info;
    is_first_boot_ = files->root()->Stat(kFirstBoot, &info).ok();
  }

  // False: no rc.d script.
  bool Read(const std::string& path, const std::string& name, std::string_view bytes, uint32_t mode,
            FoundService* found) {
    const RcScript script = ParseRcScript(bytes);
    if (script.provide.empty() && script.require.empty() && script.before.empty()) {
      files_->Warn(path +
                   ":1:1: left out: nothing is provided or required, so it is no rc.d script");
      return false;
    }
    ServiceDefinition& definition = found->definition;
    definition.name = name;
    definition.source = ServiceSource::kRcd;
    definition.files = {path};
    SetServiceValue(&definition, ServiceKey::kKind, "script", 0, 0);
    SetServiceValue(&definition, ServiceKey::kCommand, ScriptCommand(path, bytes), 0, 0);
    SetNames(ServiceKey::kProvides, {&script.provide}, &definition);
    SetNames(ServiceKey::kAfter, {&script.require}, &definition);
    SetNames(ServiceKey::kBefore, {&script.before}, &definition);
    found->script.provides = script.provide;
    found->script.after_hard = script.require;
    found->script.before_hard = script.before;
    SetVariables(ReadRcScriptVariables(name, bytes), &definition, found);
    Restrict(script, mode, path, found);
    return true;
  }

 private:
  void SetVariables(const RcScriptVariables& variables, ServiceDefinition* definition,
                    FoundService* found) {
    if (!variables.description.empty() && variables.description.size() < 1000) {
      SetServiceValue(definition, ServiceKey::kDescription, variables.description, 0, 0);
    }
    const std::string& pid_file = variables.pid_file;
    if (pid_file.starts_with('/') && pid_file.size() < 4096) {
      SetServiceValue(definition, ServiceKey::kPidFile, pid_file, 0, 0);
    }
    const RcSettings::Answer answer = settings_.Ask(variables);
    if (variables.rcvar.empty()) {
      found->rc_reason = "the script has no rcvar";
      return;
    }
    found->rc_reason = variables.rcvar + "=" + answer.value;
    uint16_t file = 0;
    if (answer.file.empty()) {
      found->rc_reason = answer.value.empty() ? variables.rcvar + " is not set"
                                              : found->rc_reason + " (the script's default)";
    } else {
      found->rc_reason += " (" + answer.file + ":" + std::to_string(answer.line) + ")";
      definition->files.push_back(answer.file);
      file = 1;
    }
    SetServiceValue(definition, ServiceKey::kEnabled, answer.is_enabled ? "yes" : "no", file,
                    answer.line);
  }

  void Disable(std::string why, FoundService* found) {
    SetServiceValue(&found->definition, ServiceKey::kEnabled, "no", 0, 0);
    found->rc_reason = std::move(why);
  }

  void Restrict(const RcScript& script, uint32_t mode, const std::string& path,
                FoundService* found) {
    if (Has(script, "nostart")) Disable("KEYWORD nostart", found);
    if (Has(script, "firstboot") && !is_first_boot_) Disable("KEYWORD firstboot", found);
    if ((mode & 0111) != 0) return;
    Disable("the script has no execute bit", found);
    files_->Warn(path + ": not run: it has no execute bit");
  }

  SourceFiles* files_;
  RcSettings settings_;
  bool is_first_boot_ = false;
};

}  // namespace

void ReadRcFolder(const std::string& path, SourceFiles* files, ServiceNames* taken,
                  std::vector<FoundService>* found) {
  const std::unique_ptr<SourceFolder> folder = files->Open(path);
  if (folder == nullptr) return;
  Reader reader(files);
  for (const DirectoryEntry& entry : folder->Entries()) {
    if (entry.type == FileType::kDirectory || IsScratch(entry.name)) continue;
    FileBytes bytes;
    FileInfo info;
    if (!folder->Read(entry.name, kMaxScript, &bytes, &info)) continue;
    FoundService service;
    if (!reader.Read(folder->PathOf(entry.name), entry.name, bytes.view(), info.mode, &service)) {
      continue;
    }
    if (TakeServiceName(entry.name, folder->PathOf(entry.name), files, taken)) {
      found->push_back(std::move(service));
    }
  }
}

}  // namespace keelson
