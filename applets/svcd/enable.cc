// Enabling and disabling, in the words of each source. One file is replaced, or links are renamed
// one after another and, when one of them fails, back again.
#include <algorithm>

#include "applets/svcd/found_service.h"
#include "applets/svcd/init_links.h"
#include "applets/svcd/rc_settings.h"
#include "core/line_edit.h"
#include "core/lsb_script.h"
#include "platform/replace.h"

namespace keelson {
namespace {

// Every parent that is missing is made; the last component as it is.
Error MakeFolder(Root* root, const std::string& path) {
  std::unique_ptr<Directory> parent;
  std::string name;
  Error error = root->Locate(path, true, &parent, &name);
  if (error.not_found() && path.rfind('/') > 0) {
    error = MakeFolder(root, path.substr(0, path.rfind('/')));
    if (error.ok()) error = root->Locate(path, true, &parent, &name);
  }
  if (!error.ok()) return error;
  FileInfo info;
  if (parent->Stat(name, &info).ok()) return kOk;
  error = parent->MakeDirectory(name, 0755);
  return error.ok() ? parent->Sync() : error;
}

Error WriteFile(Root* root, const std::string& path, std::string_view bytes) {
  std::unique_ptr<Directory> parent;
  std::string name;
  if (Error error = root->Locate(path, true, &parent, &name); !error.ok()) return error;
  return ReplaceFile(*parent, name, bytes, {});
}

class Enabler {
 public:
  Enabler(Root* root, const ServiceDefinition& service, bool enable, bool dry_run,
          std::vector<std::string>* changed)
      : root_(root), service_(service), enable_(enable), dry_run_(dry_run), changed_(changed) {}

  Error InDropIn(const std::string& config) {
    const std::string folder = config + "/" + service_.name + ".svc.d";
    const std::string path = folder + "/enabled.conf";
    const std::string text = enable_ ? "enabled: yes\n" : "enabled: no\n";
    FileBytes old;
    if (root_->Read(path, kMaxDefinition, &old, nullptr).ok() && old.view() == text) return kOk;
    changed_->push_back(path);
    if (dry_run_) return kOk;
    Error error = MakeFolder(root_, folder);
    if (error.ok()) error = WriteFile(root_, path, text);
    if (!error.ok()) changed_->clear();
    return error;
  }

  Error InRcConf() {
    FileBytes script;
    const std::string& path = service_.files[0];
    if (Error error = root_->Read(path, kMaxScript, &script, nullptr); !error.ok()) return error;
    const RcScriptVariables variables = ReadRcScriptVariables(service_.name, script.view());
    if (variables.rcvar.empty()) return kUnsupported;
    std::vector<std::string> findings;
    bool is_sound = true;
    SourceFiles files(root_, &findings, &is_sound);
    const RcSettings::Answer answer = RcSettings(&files).Ask(variables);
    if (!answer.value.empty() && answer.is_enabled == enable_ && RcYesNo(answer.value)) return kOk;
    const bool is_said = !answer.file.empty() && !answer.file.starts_with("/etc/defaults/");
    return SetRcVariable(variables.rcvar, is_said ? answer.file : FileFor(variables.name),
                         is_said ? answer.line : 0);
  }

  // Where there are no folders for links the headers count: the first folder would disable all the
  // other scripts, so there it is a drop-in.
  Error InLinks(const std::string& init_folder, const std::string& config) {
    const std::string etc = init_folder.substr(0, init_folder.rfind('/'));
    // The link has the name of the file, which is the service's but for ".sh".
    const std::string& path = service_.files[0];
    const std::string script = path.substr(path.rfind('/') + 1);
    FileBytes bytes;
    if (Error error = root_->Read(path, kMaxScript, &bytes, nullptr); !error.ok()) return error;
    LsbScript header;
    static_cast<void>(ParseLsbScript(bytes.view(), &header));
    if (!HasFoldersOfLinks(etc)) {
      return enable_ == (header.default_start != 0) ? kOk : InDropIn(config);
    }
    if (header.default_start == 0) header.default_start = 0b111100;  // 2 to 5
    Error error;
    for (const char level : std::string_view("S2345")) {
      if (!error.ok()) break;
      const bool starts = (header.default_start & RunLevelBit(level)) != 0;
      error = ChangeLevel(etc + "/rc" + level + ".d", script, starts);
    }
    if (!error.ok()) TakeBack();
    return error;
  }

 private:
  bool HasFoldersOfLinks(const std::string& etc) const {
    std::vector<std::string> findings;
    bool is_sound = true;
    SourceFiles files(root_, &findings, &is_sound);
    return InitLinks(etc, &files).are_there();
  }

  // Where FreeBSD's "service NAME enable" writes: the service's own file if it has one.
  std::string FileFor(const std::string& name) const {
    for (const char* folder : {"/usr/local/etc/rc.conf.d/", "/etc/rc.conf.d/"}) {
      FileInfo info;
      const std::string path = folder + name;
      if (IsServiceName(name) && root_->Stat(path, &info).ok() && info.type == FileType::kRegular) {
        return path;
      }
    }
    return "/etc/rc.conf";
  }

  // line: of the assignment in force; 0: there is none.
  Error SetRcVariable(const std::string& variable, const std::string& path, uint32_t line) {
    FileBytes old;
    Error error = root_->Read(path, kMaxScript, &old, nullptr);
    if (!error.ok() && !error.not_found()) return error;
    const std::string assignment = variable + (enable_ ? "=\"YES\"" : "=\"NO\"");
    LineEdit edit(old.view());
    if (const std::optional<size_t> offset = LineOfOneAssignment(old.view(), variable, line)) {
      edit.Replace(*offset, assignment + std::string(CommentAt(LineAt(old.view(), *offset).text)));
    } else {
      edit.Append(assignment);
    }
    changed_->push_back(path);
    if (dry_run_) return kOk;
    error = WriteFile(root_, path, edit.Result());
    if (!error.ok()) changed_->clear();
    return error;
  }

  // Where the line begins, if nothing but the assignment of one word and a comment stands there.
  static std::optional<size_t> LineOfOneAssignment(std::string_view bytes,
                                                   const std::string& variable, uint32_t number) {
    LineReader lines(bytes);
    Line line;
    while (lines.Next(&line)) {
      if (line.number != number) continue;
      RcConf alone;
      std::string_view text = line.text;
      if (!alone.Add("", text).empty() || alone.values().size() != 1 ||
          alone.Find(variable) == nullptr || text.ends_with('\\') ||
          CommentAt(text).find_first_of("\"'") != text.npos) {  // may be within quotes
        return std::nullopt;
      }
      return line.offset;
    }
    return std::nullopt;
  }

  // With the blanks in front.
  static std::string_view CommentAt(std::string_view text) {
    size_t hash = text.find_first_of(" \t");
    while (hash != text.npos && !SkipBlanks(text.substr(hash)).starts_with('#')) {
      hash = text.find_first_of(" \t", hash + 1);
    }
    return hash == text.npos ? "" : text.substr(hash);
  }

  // A step that can be taken back.
  struct Step {
    std::shared_ptr<Directory> folder;
    std::string path;      // of the folder
    std::string from, to;  // from empty: a link was made
  };

  // starts: the script's header says so.
  Error ChangeLevel(const std::string& path, const std::string& script, bool starts) {
    std::unique_ptr<Directory> opened;
    Error error = root_->OpenDirectory(path, &opened);
    if (error.not_found()) return kOk;
    std::vector<DirectoryEntry> entries;
    if (error.ok()) error = opened->List(&entries);
    if (!error.ok()) return error;
    const std::shared_ptr<Directory> folder = std::move(opened);
    bool has_start = false;
    const DirectoryEntry* other = nullptr;  // the link that has to be renamed
    for (const DirectoryEntry& entry : entries) {
      const std::optional<InitLink> link = ParseInitLink(entry.name);
      if (!link || link->script != script) continue;
      if (link->is_start) has_start = true;
      if (link->is_start != enable_) other = &entry;
    }
    if (enable_ && (!starts || has_start)) return kOk;
    if (other != nullptr) {
      const unsigned number = ParseInitLink(other->name)->number;
      return Do({folder, path, other->name,
                 InitLinkName(enable_, number == 0 ? 99 : 100 - number, script)});
    }
    if (!enable_) return kOk;
    return Do({folder, path, "", InitLinkName(true, 1, script)});
  }

  Error Do(Step step) {
    changed_->push_back(step.path + "/" + step.to);
    if (dry_run_) return kOk;
    const std::string& script = service_.files[0];
    Error error = step.from.empty() ? step.folder->MakeSymlink(
                                          "../init.d" + script.substr(script.rfind('/')), step.to)
                                    : step.folder->Rename(step.from, step.to);
    if (!error.ok()) {
      changed_->pop_back();
      return error;
    }
    steps_.push_back(std::move(step));
    return steps_.back().folder->Sync();
  }

  void TakeBack() {
    changed_->clear();
    while (!steps_.empty()) {
      const Step& step = steps_.back();
      const Error error = step.from.empty() ? step.folder->Remove(step.to)
                                            : step.folder->Rename(step.to, step.from);
      if (!error.ok()) changed_->push_back(step.path + "/" + step.to);
      steps_.pop_back();
    }
  }

  Root* root_;
  const ServiceDefinition& service_;
  const bool enable_, dry_run_;
  std::vector<std::string>* changed_;
  std::vector<Step> steps_;
};

}  // namespace

Error EnableService(Root* root, const ServiceSources& sources, const ServiceDefinition& service,
                    bool enable, bool dry_run, std::vector<std::string>* changed) {
  changed->clear();
  Enabler enabler(root, service, enable, dry_run, changed);
  const std::string& script = service.files[0];
  const std::string& config = sources.paths().config;
  // A drop-in is the last word wherever the service comes from.
  const ServiceValue* enabled = service.Find(ServiceKey::kEnabled);
  if (enabled != nullptr && service.files[enabled->file].starts_with(config + "/")) {
    return enabler.InDropIn(config);
  }
  switch (service.source) {
    case ServiceSource::kOwn:
      return enabler.InDropIn(config);
    case ServiceSource::kRcd:
      return enabler.InRcConf();
    case ServiceSource::kInitd:
      return enabler.InLinks(script.substr(0, script.rfind('/')), config);
  }
  return kUnsupported;
}

}  // namespace keelson
