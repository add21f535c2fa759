// core/interfaces_file asks for files by patterns; each component of a pattern is either a name or
// matched against the entries of the directories found so far.
#include "applets/netconfd/interfaces_source.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "applets/netconfd/name_pattern.h"
#include "core/interfaces_file.h"
#include "platform/file.h"
#include "platform/input.h"

namespace keelson {
namespace {

constexpr size_t kMaxInterfacesBytes = size_t{16} << 20;  // of one file
constexpr size_t kMaxMatches = kMaxInterfacesFiles;

// The names in a directory, sorted; none if it cannot be listed.
std::vector<std::string> NamesIn(const std::string& path) {
  std::unique_ptr<Root> root;
  std::unique_ptr<Directory> directory;
  std::vector<DirectoryEntry> entries;
  std::string absolute;
  std::vector<std::string> names;
  if (!AbsolutePath(path, &absolute).ok() || !OpenRoot("/", &root).ok()) return names;
  if (!root->OpenDirectory(absolute, &directory).ok() || !directory->List(&entries).ok()) {
    return names;
  }
  for (DirectoryEntry& entry : entries) names.push_back(std::move(entry.name));
  std::sort(names.begin(), names.end());
  return names;
}

bool IsMagic(std::string_view component) {
  return component.find_first_of("*?[") != component.npos;
}

std::string WithoutEscapes(std::string_view component) {
  std::string text;
  for (size_t i = 0; i < component.size(); ++i) {
    if (component[i] == '\\' && i + 1 < component.size()) ++i;
    text += component[i];
  }
  return text;
}

// Those paths that begin with one of `paths` and go on with what the component matches.
std::vector<std::string> Extend(const std::vector<std::string>& paths,
                                const std::string& component) {
  std::vector<std::string> longer;
  for (const std::string& path : paths) {
    if (!IsMagic(component)) {
      longer.push_back(path + WithoutEscapes(component));
      continue;
    }
    for (const std::string& name : NamesIn(path.empty() ? "." : path)) {
      const bool is_hidden = name.starts_with('.') && !component.starts_with('.');
      if (is_hidden || !MatchesName(component, name)) continue;
      if (longer.size() < kMaxMatches) longer.push_back(path + name);
    }
  }
  return longer;
}

std::vector<std::string> Glob(std::string_view pattern) {
  std::vector<std::string> paths = {""};
  while (!pattern.empty()) {
    const size_t slash = std::min(pattern.find('/'), pattern.size());
    if (slash > 0) paths = Extend(paths, std::string(pattern.substr(0, slash)));
    if (slash < pattern.size()) {
      for (std::string& path : paths) path += '/';
    }
    pattern.remove_prefix(std::min(slash + 1, pattern.size()));
  }
  return paths;
}

class Loader {
 public:
  explicit Loader(const LoadInterfacesOptions& options) : options_(options) {}

  LoadedInterfaces Run() {
    InterfacesOptions reading;
    reading.loopback = options_.loopback;
    reading.methods = NamesIn(kMethodsFolder);
    InterfacesReader reader(&loaded_.config, reading);
    std::vector<InterfacesInput> first;
    AddFile(options_.path, options_.may_wait, true, &first);
    if (first.empty()) first.push_back({options_.path, ""});
    reader.Give(std::move(first));
    while (const InterfacesRequest* request = reader.Next()) {
      TakeNotes(reader);
      reader.Give(Answer(*request));
    }
    TakeNotes(reader);
    loaded_.is_spoilt = reader.is_spoilt();
    loaded_.config.SortNames();
    return std::move(loaded_);
  }

 private:
  // In between those of the reader, so that all are in their order.
  void TakeNotes(const InterfacesReader& reader) {
    for (; noted_ < reader.notes().size(); ++noted_) {
      loaded_.notes.push_back(reader.notes()[noted_].Text(loaded_.config));
    }
  }

  // A folder is nothing to read, and that is told unless a pattern has led to it.
  bool AddFile(const std::string& path, bool may_wait, bool is_named,
               std::vector<InterfacesInput>* inputs) {
    std::string bytes;
    const Error error = may_wait ? ReadInput(path, kMaxInterfacesBytes, &bytes)
                                 : ReadInputNow(path, kMaxInterfacesBytes, &bytes);
    if (error.ok()) {
      inputs->push_back({path, std::move(bytes)});
    } else if (error.code() != EISDIR || is_named) {
      loaded_.notes.push_back("couldn't open interfaces file \"" + path + "\": " + error.Text());
    }
    return error.ok();
  }

  std::vector<InterfacesInput> Answer(const InterfacesRequest& request) {
    std::vector<InterfacesInput> inputs;
    for (const std::string& pattern : request.patterns) {
      for (const std::string& path : Glob(pattern)) {
        request.is_directory ? AddFolder(path, &inputs)
                             : AddMatch(path, !IsMagic(pattern), &inputs);
      }
    }
    return inputs;
  }

  bool Exists(const std::string& path) {
    std::unique_ptr<Root> root;
    std::string absolute;
    FileInfo info;
    return AbsolutePath(path, &absolute).ok() && OpenRoot("/", &root).ok() &&
           root->Stat(absolute, &info).ok();
  }

  void AddMatch(const std::string& path, bool is_named, std::vector<InterfacesInput>* inputs) {
    if (!Exists(path)) return;
    if (options_.names_files) loaded_.notes.push_back("parsing file " + path);
    AddFile(path, false, is_named, inputs);
  }

  void AddFolder(const std::string& path, std::vector<InterfacesInput>* inputs) {
    if (!Exists(path)) return;
    if (options_.names_files) loaded_.notes.push_back("reading directory " + path);
    for (const std::string& name : NamesIn(path)) {
      if (IsSourcedName(name)) AddMatch(path + "/" + name, false, inputs);
    }
  }

  const LoadInterfacesOptions& options_;
  LoadedInterfaces loaded_;
  size_t noted_ = 0;
};

}  // namespace

LoadedInterfaces LoadInterfaces(const LoadInterfacesOptions& options) {
  return Loader(options).Run();
}

}  // namespace keelson
