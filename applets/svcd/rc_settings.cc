// A script's own assignments are read as those of rc.conf are: plain ones, never by a shell. Those
// that count begin their line, so that the body of a script is not looked at as a shell would.
#include "applets/svcd/rc_settings.h"

#include <algorithm>
#include <optional>

namespace keelson {
namespace {

constexpr const char* kFiles[] = {"/etc/defaults/rc.conf", "/etc/defaults/vendor.conf",
                                  "/etc/rc.conf", "/etc/rc.conf.local"};
constexpr const char* kFolders[] = {"/etc/rc.conf.d", "/usr/local/etc/rc.conf.d"};

// The value of ": ${NAME:=VALUE}" or ${NAME=VALUE}, quotes left out.
std::string DefaultIn(std::string_view bytes, const std::string& name) {
  size_t begin = bytes.find("${" + name + ":=");
  size_t skip = name.size() + 4;
  if (begin == bytes.npos) {
    begin = bytes.find("${" + name + "=");
    --skip;
  }
  if (begin == bytes.npos) return "";
  std::string_view value = bytes.substr(begin + skip);
  value = value.substr(0, value.find_first_of("}\n"));
  std::string text;
  for (const char c : value) {
    if (c != '"' && c != '\'') text += c;
  }
  return text;
}

// "rcvar=$(set_rcvar)", the custom of old scripts.
bool AsksForRcvar(std::string_view bytes) {
  for (std::string_view form : {"rcvar=`set_rcvar", "rcvar=$(set_rcvar", "rcvar=\"`set_rcvar"}) {
    if (bytes.find(form) != bytes.npos) return true;
  }
  return false;
}

std::string TextOf(const RcConf& conf, std::string_view name) {
  const RcConf::Value* value = conf.Find(name);
  return value == nullptr ? "" : value->text;
}

}  // namespace

std::string AssignmentsIn(std::string_view bytes) {
  std::string lines;
  LineReader reader(bytes);
  for (Line line; reader.Next(&line);) {
    const std::string_view text = line.text;
    const size_t name =
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    if (name == 0 || name == text.npos || text[name] != '=' || text.ends_with('\\') ||
        std::count(text.begin(), text.end(), '"') % 2 != 0 ||
        std::count(text.begin(), text.end(), '\'') % 2 != 0) {
      continue;
    }
    lines.append(text).append("\n");
  }
  return lines;
}

RcScriptVariables ReadRcScriptVariables(std::string_view file_name, std::string_view bytes) {
  RcConf conf;
  static_cast<void>(conf.Add("", AssignmentsIn(bytes)));
  RcScriptVariables script;
  script.name = TextOf(conf, "name");
  if (script.name.empty()) script.name = file_name;
  script.rcvar = TextOf(conf, "rcvar");
  if (script.rcvar.empty() && AsksForRcvar(bytes)) script.rcvar = script.name + "_enable";
  if (!script.rcvar.empty()) script.fallback = DefaultIn(bytes, script.rcvar);
  script.description = TextOf(conf, "desc");
  script.pid_file = TextOf(conf, "pidfile");
  return script;
}

RcSettings::RcSettings(SourceFiles* files) : files_(files) {
  for (const char* path : kFiles) Add(&conf_, path);
  for (const char* path : kFolders) {
    const std::unique_ptr<SourceFolder> folder = files->Open(path);
    if (folder == nullptr) continue;
    for (const DirectoryEntry& entry : folder->Entries()) own_.insert(entry.name);
  }
}

void RcSettings::Add(RcConf* conf, const std::string& path) {
  FileBytes bytes;
  if (!files_->ReadOptional(path, kMaxScript, &bytes)) return;
  for (const ParseError& note : conf->Add(path, bytes.view())) files_->Warn(note.Text(path));
}

void RcSettings::AddFolder(RcConf* conf, const std::string& path) {
  const std::unique_ptr<SourceFolder> folder = files_->Open(path);
  if (folder == nullptr) return;
  for (const DirectoryEntry& entry : folder->Entries()) Add(conf, folder->PathOf(entry.name));
}

RcSettings::Answer RcSettings::Ask(const RcScriptVariables& script) {
  if (script.rcvar.empty()) return {};
  std::optional<RcConf> own;
  const RcConf* conf = &conf_;
  for (const char* folder : kFolders) {
    const std::string path = std::string(folder) + "/" + script.name;
    FileInfo info;
    if (!own_.contains(script.name) || !files_->root()->Stat(path, &info).ok()) continue;
    if (!own) own = conf_;
    if (info.type == FileType::kDirectory) {
      AddFolder(&*own, path);
    } else {
      Add(&*own, path);
    }
    conf = &*own;
  }
  const RcConf::Value* value = conf->Find(script.rcvar);
  Answer answer;
  answer.value = value == nullptr ? script.fallback : value->text;
  answer.is_enabled = RcYesNo(answer.value).value_or(false);
  if (value != nullptr) {
    answer.file = conf->files()[value->file];
    answer.line = value->at.line;
  }
  return answer;
}

}  // namespace keelson
