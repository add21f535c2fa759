// init.d scripts -> definitions. Which run levels a script has the links of rcN.d say; where there
// is no such folder at all, its header. Who waits for whom core/lsb_order finds among the scripts;
// names that none of them provides are those of other services.
#include <algorithm>
#include <iterator>

#include "applets/svcd/found_service.h"
#include "applets/svcd/init_links.h"
#include "applets/svcd/rc_settings.h"
#include "core/insserv_conf.h"
#include "core/lsb_order.h"
#include "core/lsb_script.h"
#include "core/rc_conf.h"

namespace keelson {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == path.npos ? "" : path.substr(0, slash);
}

// "# pidfile: /run/a.pid" of chkconfig's headers, or the plain PIDFILE=/run/a.pid.
std::string PidFileIn(std::string_view bytes) {
  constexpr std::string_view kHeader = "# pidfile:";
  if (const size_t at = bytes.find(kHeader); at != bytes.npos) {
    const std::string_view rest = bytes.substr(at + kHeader.size());
    return std::string(TrimBlanks(rest.substr(0, rest.find('\n'))));
  }
  if (bytes.find("PIDFILE=") == bytes.npos && bytes.find("pidfile=") == bytes.npos) return "";
  RcConf conf;
  static_cast<void>(conf.Add("", AssignmentsIn(bytes)));
  for (std::string_view name : {"PIDFILE", "pidfile"}) {
    if (const RcConf::Value* value = conf.Find(name)) return value->text;
  }
  return "";
}

class Reader {
 public:
  Reader(const std::string& folder, SourceFiles* files, ServiceNames* taken)
      : etc_(ParentOf(folder)), files_(files), taken_(taken), links_(etc_, files) {
    FileBytes bytes;
    const std::string conf = etc_ + "/insserv.conf";
    if (files->ReadOptional(conf, kMaxScript, &bytes)) {
      ReadInsservConf(bytes.view(), &facilities_);
    }
    const std::unique_ptr<SourceFolder> more = files->Open(conf + ".d");
    if (more == nullptr) return;
    for (const DirectoryEntry& entry : more->Entries()) {
      if (IsInsservConfName(entry.name) && more->Read(entry.name, kMaxScript, &bytes, nullptr)) {
        ReadInsservConf(bytes.view(), &facilities_);
      }
    }
  }

  void Add(SourceFolder* folder, const DirectoryEntry& entry) {
    FileBytes bytes;
    FileInfo info;
    if (!IsLsbScriptName(entry.name) || entry.type == FileType::kDirectory ||
        !folder->Read(entry.name, kMaxScript, &bytes, &info)) {
      return;
    }
    const std::string path = folder->PathOf(entry.name);
    if ((info.mode & 0111) == 0) return files_->Warn(path + ": left out: it has no execute bit");
    LsbFile file{entry.name, {}, 0, 0};
    if (!ReadHeader(path, bytes.view(), &file)) return;
    FoundService service;
    service.definition.name = entry.name;
    if (entry.name.ends_with(".sh")) service.definition.name.resize(entry.name.size() - 3);
    if (!TakeServiceName(service.definition.name, path, files_, taken_)) return;
    Define(path, file, bytes.view(), &service);
    scripts_.push_back(std::move(file));
    found_.push_back(std::move(service));
  }

  void Finish(std::vector<FoundService>* found, std::vector<LsbStopWait>* stops) {
    const LsbOrder order = OrderLsbFiles(scripts_, facilities_);
    for (const std::string& warning : order.warnings) files_->Warn(etc_ + "/init.d: " + warning);
    for (const WaitEdge& edge : order.start.edges) AddStart(edge.waits, edge.awaited, edge.is_hard);
    for (const WaitEdge& edge : order.stop.edges) AddStop(edge, stops);
    AddAll(order, stops);
    NameProviders();
    for (size_t i = 0; i < found_.size(); ++i) {
      AddOthers(i);
      if (!scripts_[i].script.has_header) FollowNumbers(i);
      ServiceLinks& links = found_[i].script;
      SetNames(ServiceKey::kAfter, {&links.after_hard, &links.after}, &found_[i].definition);
      SetNames(ServiceKey::kBefore, {&links.before}, &found_[i].definition);
    }
    std::move(found_.begin(), found_.end(), std::back_inserter(*found));
  }

 private:
  // Of the script, or what stands in for it. False: told of.
  bool ReadHeader(const std::string& path, std::string_view bytes, LsbFile* file) {
    std::optional<ParseError> error = ParseLsbScript(bytes, &file->script);
    std::string where = path;
    FileBytes other;
    for (const std::string& folder : {std::string("/usr/share"), etc_}) {
      if (folder != etc_ && file->script.has_header) continue;
      const std::string override = folder + "/insserv/overrides/" + file->name;
      if (!files_->ReadOptional(override, kMaxScript, &other)) continue;
      error = ParseLsbScript(other.view(), &file->script);
      where = override;
    }
    if (error) files_->Fail(where, {*error});
    const LsbScript& header = file->script;
    file->start_levels = header.default_start;
    file->stop_levels = header.default_stop;
    if (const InitLinks::Levels* levels = links_.Find(file->name)) {
      if (levels->start != 0) file->start_levels = levels->start;
      if (levels->stop != 0) file->stop_levels = levels->stop;
    }
    return !error;
  }

  void Define(const std::string& path, const LsbFile& file, std::string_view bytes,
              FoundService* service) {
    const LsbScript& header = file.script;
    const InitLinks::Levels* levels = links_.Find(file.name);
    service->lsb_levels = levels != nullptr    ? levels->start
                          : links_.are_there() ? uint8_t{0}
                                               : header.default_start;
    ServiceDefinition& definition = service->definition;
    definition.source = ServiceSource::kInitd;
    definition.files = {path};
    SetServiceValue(&definition, ServiceKey::kKind, "script", 0, 0);
    SetServiceValue(&definition, ServiceKey::kCommand, ScriptCommand(path, bytes), 0, 0);
    if ((service->lsb_levels & kLsbRunLevelS) != 0) {
      SetServiceValue(&definition, ServiceKey::kType, "system", 0, 0);
    }
    if (!header.short_description.empty() && header.short_description.size() < 1000) {
      SetServiceValue(&definition, ServiceKey::kDescription, header.short_description, 0, 0);
    }
    const std::string pid_file = PidFileIn(bytes);
    if (pid_file.starts_with('/') && pid_file.size() < 4096) {
      SetServiceValue(&definition, ServiceKey::kPidFile, pid_file, 0, 0);
    }
    service->script.provides = header.provides;
    if (file.name != definition.name) service->script.provides.push_back(file.name);
    SetNames(ServiceKey::kProvides, {&service->script.provides}, &definition);
  }

  const std::string& NameOf(size_t script) const { return found_[script].definition.name; }

  void AddStart(size_t waits, size_t awaited, bool is_hard) {
    ServiceLinks& links = found_[waits].script;
    (is_hard ? links.after_hard : links.after).push_back(NameOf(awaited));
  }

  void AddStop(const WaitEdge& edge, std::vector<LsbStopWait>* stops) {
    stops->push_back({NameOf(edge.waits), NameOf(edge.awaited), edge.is_hard});
  }

  // Few scripts say "$all".
  void AddAll(const LsbOrder& order, std::vector<LsbStopWait>* stops) {
    const auto for_each_other = [&](const std::vector<size_t>& all, uint8_t LsbFile::*levels,
                                    auto take) {
      for (const size_t script : all) {
        for (size_t other = 0; other < scripts_.size(); ++other) {
          if ((scripts_[script].*levels & scripts_[other].*levels) != 0 &&
              std::find(all.begin(), all.end(), other) == all.end()) {
            take(script, other);
          }
        }
      }
    };
    for_each_other(order.start.all, &LsbFile::start_levels,
                   [&](size_t last, size_t other) { AddStart(last, other, false); });
    for_each_other(order.stop.all, &LsbFile::stop_levels, [&](size_t first, size_t other) {
      AddStop({other, first, false}, stops);
    });
  }

  void NameProviders() {
    for (const LsbFile& file : scripts_) {
      provided_.insert(file.script.provides.begin(), file.script.provides.end());
      if (file.script.provides.empty()) provided_.insert(file.name);
    }
  }

  // Names that no script provides. A hard one that nobody provides at all is told of.
  void AddOthers(size_t i) {
    const LsbScript& header = scripts_[i].script;
    ServiceLinks& links = found_[i].script;
    AddOthersOf(header.required_start, &links.after_hard, &links.after);
    AddOthersOf(header.should_start, &links.after, &links.after);
    AddOthersOf(header.start_before, &links.before, &links.before);
  }

  void AddOthersOf(const std::vector<std::string>& names, std::vector<std::string>* hard,
                   std::vector<std::string>* soft) {
    const auto add = [&](std::string_view name) {
      const bool is_optional = name.starts_with('+');
      if (is_optional) name.remove_prefix(1);
      if (!provided_.contains(name)) (is_optional ? soft : hard)->emplace_back(name);
    };
    for (const std::string& name : names) {
      if (!name.starts_with('$')) {
        add(name);
        continue;
      }
      bool is_loop = false;
      for (const std::string& member : ExpandLsbFacility(facilities_, name, &is_loop)) add(member);
    }
  }

  // Without a header only the number of a link says where a script belongs: behind those of the
  // next lower number.
  void FollowNumbers(size_t i) {
    for (const std::string& before : links_.NextLower(scripts_[i].name)) {
      const auto other = std::find_if(scripts_.begin(), scripts_.end(),
                                      [&](const LsbFile& file) { return file.name == before; });
      if (other == scripts_.end()) continue;
      found_[i].script.after.push_back(NameOf(static_cast<size_t>(other - scripts_.begin())));
    }
  }

  const std::string etc_;
  SourceFiles* files_;
  ServiceNames* taken_;
  InitLinks links_;
  LsbFacilities facilities_;
  std::vector<LsbFile> scripts_;
  std::vector<FoundService> found_;  // of the scripts
  ServiceNames provided_;
};

}  // namespace

void ReadInitFolder(const std::string& path, SourceFiles* files, ServiceNames* taken,
                    std::vector<FoundService>* found, std::vector<LsbStopWait>* stops) {
  const std::unique_ptr<SourceFolder> folder = files->Open(path);
  if (folder == nullptr) return;
  Reader reader(path, files, taken);
  for (const DirectoryEntry& entry : folder->Entries()) reader.Add(folder.get(), entry);
  reader.Finish(found, stops);
}

}  // namespace keelson
