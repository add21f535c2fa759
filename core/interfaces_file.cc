// Files are on a stack; the top one is read line by line, and a line that asks for others stops the
// reading until they are given and lie on top of it.
#include "core/interfaces_file.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/interface_method.h"
#include "core/shell_patterns.h"
#include "core/wrapped_lines.h"

namespace keelson {
namespace {

bool IsCommand(std::string_view option) {
  return option == "pre-up" || option == "up" || option == "down" || option == "post-down";
}

std::string DirectoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return std::string(path.substr(0, std::max<size_t>(slash, 1)));
}

}  // namespace

bool IsSourcedName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

class InterfacesReader::State {
 public:
  State(InterfacesConfig* config, InterfacesOptions options)
      : config_(config), options_(std::move(options)) {
    if (!options_.loopback.empty()) AddToClass("auto", {options_.loopback, {}});
  }

  void Give(std::vector<InterfacesInput> files) {
    const size_t depth = files_.empty() ? 0 : files_.back()->depth + 1;
    for (size_t i = files.size(); i-- > 0;) {
      files_.push_back(std::make_unique<File>(std::move(files[i]), depth));
    }
  }

  const InterfacesRequest* Next() {
    while (!files_.empty()) {
      if (!files_.back()->is_open && !Open(files_.back().get())) {
        if (!files_.empty()) files_.pop_back();
        continue;
      }
      File& file = *files_.back();
      WrappedLine line;
      if (!file.lines.Next(&line)) {
        files_.pop_back();
      } else if (!TakeLine(line)) {
        // A limit has emptied the stack already.
        if (!files_.empty()) files_.pop_back();
      } else if (has_request_) {
        has_request_ = false;
        return &request_;
      }
    }
    AddLoopback();
    return nullptr;
  }

  std::vector<InterfacesNote> notes_;
  bool is_spoilt_ = false;

 private:
  enum class Section { kNone, kIface, kMapping };

  struct File {
    File(InterfacesInput input, size_t its_depth)
        : path(std::move(input.path)),
          bytes(std::move(input.bytes)),
          lines(bytes),
          depth(its_depth) {}
    const std::string path, bytes;
    WrappedLineReader lines;
    const size_t depth;
    bool is_open = false;
    uint32_t number = 0;
    Section section = Section::kNone;
  };

  // False: it is not to be read.
  bool Open(File* file) {
    if (!seen_.insert(file->path).second) return false;
    if (file->depth > kMaxInterfacesDepth) {
      return OverLimit(request_.place, "files that include each other, more than " +
                                           std::to_string(kMaxInterfacesDepth) + " deep");
    }
    if (config_->files.size() == kMaxInterfacesFiles) {
      return OverLimit(request_.place,
                       "more than " + std::to_string(kMaxInterfacesFiles) + " files");
    }
    if (file->path.size() > kMaxInterfacesPath) {
      return OverLimit(request_.place,
                       "a path of more than " + std::to_string(kMaxInterfacesPath) + " bytes");
    }
    file->is_open = true;
    file->number = static_cast<uint32_t>(config_->files.size());
    config_->files.push_back(file->path);
    return true;
  }

  File& file() { return *files_.back(); }
  InterfacesPlace PlaceOf(size_t offset) const {
    return {files_.back()->number, line_->At(offset)};
  }

  void Note(InterfacesPlace place, std::string what) {
    if (notes_.size() < kMaxInterfacesNotes) notes_.push_back({place, std::move(what), false});
  }

  bool Fail(InterfacesPlace place, std::string what) {
    is_spoilt_ |= place.file == 0;
    notes_.push_back({place, std::move(what), true});
    return false;
  }

  bool OverLimit(InterfacesPlace place, std::string what) {
    is_spoilt_ = true;
    files_.clear();
    return Fail(place, std::move(what));
  }

  // Whether so many more bytes may be kept.
  bool Keep(size_t bytes) {
    text_ += bytes + 64;
    return text_ <= kMaxInterfacesText;
  }

  bool TooMuch(size_t offset) {
    return OverLimit(PlaceOf(offset), "more than " + std::to_string(kMaxInterfacesText >> 20) +
                                          " MiB with all that is inherited");
  }

  bool TooLong(const WrappedWords::Word& word) {
    return Fail(PlaceOf(word.offset),
                "a name of more than " + std::to_string(kMaxLogicalName) + " bytes");
  }

  // Each false of these ends the file.
  bool TakeLine(const WrappedLine& line) {
    line_ = &line;
    WrappedWords words(line.text());
    WrappedWords::Word first;
    if (!words.Next(&first)) return true;
    if (first.text.size() > kMaxLogicalName) return TooLong(first);
    if (first.text == "mapping") return TakeMapping(first, &words);
    if (first.text == "source") return TakeSource(first, words, false);
    if (first.text.starts_with("source-dir")) return TakeSource(first, words, true);
    if (first.text == "iface") return TakeIface(first, &words);
    if (first.text == "auto") return TakeClass("auto", &words);
    if (first.text.starts_with("allow-") && first.text.size() > 6) {
      return TakeClass(first.text.substr(6), &words);
    }
    if (first.text == "no-auto-down") return TakeNames(&words, &config_->no_auto_down);
    if (first.text == "no-scripts") return TakeNames(&words, &config_->no_scripts);
    if (first.text == "rename") return TakeRenames(&words);
    if (file().section == Section::kIface) return TakeOption(first, words);
    if (file().section == Section::kMapping) return TakeMappingLine(first, words);
    return Fail(PlaceOf(first.offset), "misplaced option");
  }

  bool TakeMapping(const WrappedWords::Word& first, WrappedWords* words) {
    InterfaceMapping mapping;
    mapping.place = PlaceOf(first.offset);
    if (!TakeWords(words, &mapping.patterns)) return false;
    config_->mappings.push_back(std::move(mapping));
    file().section = Section::kMapping;
    return true;
  }

  bool TakeMappingLine(const WrappedWords::Word& first, const WrappedWords& words) {
    InterfaceMapping& mapping = config_->mappings.back();
    if (first.text != "script" && first.text != "map") {
      return Fail(PlaceOf(first.offset), "misplaced option");
    }
    if (!Keep(words.rest().size())) return TooMuch(first.offset);
    if (first.text == "map") {
      mapping.map.push_back({std::string(words.rest()), PlaceOf(first.offset)});
      return true;
    }
    if (has_script_ == config_->mappings.size()) {
      return Fail(PlaceOf(first.offset), "duplicate script in mapping");
    }
    has_script_ = config_->mappings.size();
    mapping.script = words.rest();
    return true;
  }

  bool TakeSource(const WrappedWords::Word& first, const WrappedWords& words, bool is_directory) {
    file().section = Section::kNone;
    std::vector<std::string> patterns;
    size_t fault = 0;
    if (!SplitShellPatterns(words.rest(), &patterns, &fault)) {
      Note(PlaceOf(words.offset() + fault), "needs a shell, so nothing is included");
      return true;
    }
    if (patterns.empty()) {
      Note(PlaceOf(first.offset), std::string(first.text) + " without a name");
      return true;
    }
    const std::string directory = AsShellPattern(DirectoryOf(file().path));
    for (std::string& pattern : patterns) {
      if (!pattern.starts_with('/')) pattern = directory + "/" + pattern;
    }
    request_ = {is_directory, std::move(patterns), PlaceOf(first.offset)};
    has_request_ = true;
    return true;
  }

  bool TakeIface(const WrappedWords::Word& first, WrappedWords* words) {
    InterfaceStanza stanza;
    stanza.place = PlaceOf(first.offset);
    WrappedWords::Word name, word;
    if (words->rest().empty()) {
      return Fail(stanza.place, "too few parameters for iface line");
    }
    words->Next(&name);
    if (name.text.size() > kMaxLogicalName) return TooLong(name);
    stanza.name = name.text;
    if (!words->Next(&word)) word = {{}, name.offset + name.text.size()};
    if (IsInterfaceFamily(word.text)) {
      stanza.family = word.text;
      if (!words->Next(&word)) word = {{}, word.offset + word.text.size()};
      if (IsMethod(stanza.family, word.text)) {
        stanza.method = word.text;
        const std::string_view refusal = WhyRefused(stanza.family, stanza.method);
        if (!refusal.empty()) Note(PlaceOf(word.offset), std::string(refusal));
        if (!words->Next(&word)) return AddStanza(std::move(stanza), name);
      }
    }
    if (word.text != "inherits") {
      if (stanza.family.empty() || stanza.method.empty()) {
        return Fail(PlaceOf(word.offset), std::string("unknown or no ") +
                                              (stanza.family.empty() ? "address type" : "method") +
                                              " and no inherits keyword specified");
      }
      Note(PlaceOf(word.offset), "extra parameter for the iface line not understood and ignored: " +
                                     std::string(word.text));
      return AddStanza(std::move(stanza), name);
    }
    WrappedWords::Word parent;
    if (!words->Next(&parent)) {
      return Fail(PlaceOf(word.offset), "'inherits' keyword is missing a parameter");
    }
    return Inherit(parent, &stanza) && AddStanza(std::move(stanza), name);
  }

  bool IsMethod(std::string_view family, std::string_view method) const {
    if (IsInterfaceMethod(family, method)) return true;
    return (family == "inet" || family == "inet6") &&
           std::find(options_.methods.begin(), options_.methods.end(), method) !=
               options_.methods.end();
  }

  bool Inherit(const WrappedWords::Word& parent, InterfaceStanza* stanza) {
    const auto found = stanzas_.find({std::string(parent.text), stanza->family});
    if (found == stanzas_.end()) {
      return Fail(PlaceOf(parent.offset),
                  "unknown iface to inherit from: " + std::string(parent.text) + " (" +
                      (stanza->family.empty() ? "*" : stanza->family) + ")");
    }
    const InterfaceStanza& other = config_->stanzas[found->second];
    for (const InterfaceOption& option : other.options) {
      for (const InterfacesText& line : option.lines) {
        if (!Keep(option.name.size() + line.text.size())) return TooMuch(parent.offset);
      }
    }
    stanza->options = other.options;
    stanza->inherits = parent.text;
    if (stanza->family.empty()) stanza->family = other.family;
    if (stanza->method.empty()) stanza->method = other.method;
    return true;
  }

  bool AddStanza(InterfaceStanza stanza, const WrappedWords::Word& name) {
    if (!Keep(stanza.name.size() + stanza.inherits.size())) return TooMuch(name.offset);
    if ((stanza.family == "inet" || stanza.family == "inet6") && stanza.method == "loopback") {
      has_loopback_ = true;
    }
    option_of_.clear();
    for (size_t i = 0; i < stanza.options.size(); ++i) {
      option_of_.emplace(stanza.options[i].name, i);
    }
    const size_t number = config_->stanzas.size();
    stanzas_.try_emplace({stanza.name, stanza.family}, number);
    stanzas_.try_emplace({stanza.name, ""}, number);
    config_->stanzas.push_back(std::move(stanza));
    file().section = Section::kIface;
    return true;
  }

  bool TakeOption(const WrappedWords::Word& first, const WrappedWords& words) {
    std::string name(first.text);
    if (name == "post-up") name = "up";
    if (name == "pre-down") name = "down";
    if (words.rest().empty()) return Fail(PlaceOf(first.offset), "option with empty value");
    const bool is_default = name.ends_with('?');
    if (is_default) name.pop_back();
    if (name.empty()) return Fail(PlaceOf(first.offset), "option without a name");
    if (!Keep(name.size() + words.rest().size())) return TooMuch(first.offset);

    std::vector<InterfaceOption>& options = config_->stanzas.back().options;
    InterfacesText line = {std::string(words.rest()), PlaceOf(first.offset)};
    const auto [found, is_new] = option_of_.emplace(name, options.size());
    if (!is_new && is_default) return true;
    if (!is_new && !IsCommand(name)) {
      options[found->second].lines.push_back(std::move(line));
    } else {
      options.push_back({std::move(name), {}});
      options.back().lines.push_back(std::move(line));
    }
    return true;
  }

  // Whether the line means the iface that it stands in.
  bool MeansThisIface(const WrappedWords& words) {
    return words.rest().empty() && file().section == Section::kIface;
  }

  bool TakeWords(WrappedWords* words, std::vector<InterfacesText>* list) {
    WrappedWords::Word word;
    while (words->Next(&word)) {
      if (word.text.size() > kMaxLogicalName) return TooLong(word);
      if (!Keep(word.text.size())) return TooMuch(word.offset);
      list->push_back({std::string(word.text), PlaceOf(word.offset)});
    }
    return true;
  }

  bool TakeNames(WrappedWords* words, std::vector<InterfacesText>* list) {
    if (MeansThisIface(*words)) {
      list->push_back({config_->stanzas.back().name, PlaceOf(0)});
      return true;
    }
    file().section = Section::kNone;
    return TakeWords(words, list);
  }

  bool TakeClass(std::string_view name, WrappedWords* words) {
    std::vector<InterfacesText> names;
    if (!TakeNames(words, &names)) return false;
    ClassOf(name);
    for (InterfacesText& text : names) AddToClass(name, std::move(text));
    return true;
  }

  InterfacesClass& ClassOf(std::string_view name) {
    const auto [found, is_new] = classes_.try_emplace(std::string(name), config_->classes.size());
    if (is_new) config_->classes.push_back({std::string(name), {}});
    return config_->classes[found->second];
  }

  void AddToClass(std::string_view name, InterfacesText text) {
    InterfacesClass& of = ClassOf(name);
    if (members_.insert({of.name, text.text}).second) of.names.push_back(std::move(text));
  }

  bool TakeRenames(WrappedWords* words) {
    file().section = Section::kNone;
    std::vector<InterfacesText> renames;
    if (!TakeWords(words, &renames)) return false;
    for (InterfacesText& rename : renames) {
      if (rename.text.find('=') == rename.text.npos) {
        Note(rename.place, "missing target name for interface " + rename.text);
      } else {
        config_->renames.push_back(std::move(rename));
      }
    }
    return true;
  }

  void AddLoopback() {
    if (options_.loopback.empty() || has_loopback_) return;
    has_loopback_ = true;
    InterfaceStanza stanza;
    stanza.name = options_.loopback;
    stanza.family = "inet";
    stanza.method = "loopback";
    config_->stanzas.insert(config_->stanzas.begin(), std::move(stanza));
  }

  InterfacesConfig* config_;
  InterfacesOptions options_;
  std::vector<std::unique_ptr<File>> files_;  // the last one is read
  std::set<std::string> seen_;
  const WrappedLine* line_ = nullptr;
  InterfacesRequest request_;
  bool has_request_ = false, has_loopback_ = false;
  size_t has_script_ = 0;  // the number of mappings when the last of them got its script
  size_t text_ = 0;
  std::map<std::pair<std::string, std::string>, size_t> stanzas_;  // name, family or "": the first
  std::map<std::string, size_t> option_of_;                        // of the last stanza: the first
  std::map<std::string, size_t> classes_;
  std::set<std::pair<std::string, std::string>> members_;  // class, name
};

InterfacesReader::InterfacesReader(InterfacesConfig* config, InterfacesOptions options)
    : state_(std::make_unique<State>(config, std::move(options))) {}
InterfacesReader::~InterfacesReader() = default;

void InterfacesReader::Give(std::vector<InterfacesInput> files) { state_->Give(std::move(files)); }
const InterfacesRequest* InterfacesReader::Next() { return state_->Next(); }
const std::vector<InterfacesNote>& InterfacesReader::notes() const { return state_->notes_; }
bool InterfacesReader::is_spoilt() const { return state_->is_spoilt_; }

}  // namespace keelson
