// One pass over the lines; what comes behind the header is not looked at.
#include "core/lsb_script.h"

#include <cstddef>
#include <iterator>

namespace keelson {
namespace {

constexpr std::string_view kSeparators = " ,;\t";

enum Key {
  kProvides,
  kRequiredStart,
  kRequiredStop,
  kDefaultStart,
  kDefaultStop,
  kShouldStart,
  kShouldStop,
  kStartBefore,
  kStopAfter,
  kInteractive,
  kShortDescription,
  kDescription,
};
struct KeyName {
  std::string_view name;
  bool takes_vendor;                           // "X-" or "X-VENDOR-" may stand in front
  std::vector<std::string> LsbScript::*words;  // where its words go
  bool is_wanted;                              // insserv asks for it, be it empty
};
constexpr KeyName kKeys[] = {
    {"provides", false, &LsbScript::provides, true},
    {"required-start", false, &LsbScript::required_start, true},
    {"required-stop", false, &LsbScript::required_stop, true},
    {"default-start", false, nullptr, true},
    {"default-stop", false, nullptr, true},
    {"should-start", true, &LsbScript::should_start, false},
    {"should-stop", true, &LsbScript::should_stop, false},
    {"start-before", true, &LsbScript::start_before, false},
    {"stop-after", true, &LsbScript::stop_after, false},
    {"interactive", true, nullptr, false},
    {"short-description", false, nullptr, false},
    {"description", false, nullptr, false},
};

// In lower case, each run of '-' and '_' as one '-'. False: no key has such bytes.
bool Normalize(std::string_view key, std::string* normal) {
  normal->clear();
  for (char c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
    if (c == '-' && normal->ends_with('-')) continue;
    if (c != '-' && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return false;
    *normal += c;
  }
  return true;
}

const KeyName* FindKey(std::string_view name) {
  for (const KeyName& key : kKeys) {
    if (name == key.name) return &key;
    if (key.takes_vendor && name.starts_with("x-") && name.substr(2).ends_with(key.name)) {
      return &key;
    }
  }
  return nullptr;
}

std::string_view PrintablePart(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && text[end] >= ' ' && text[end] <= '~') ++end;
  return text.substr(0, end);
}

uint8_t RunLevels(std::string_view text) {
  uint8_t levels = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(kSeparators));
    if (word.size() == 1) {
      if (word[0] >= '0' && word[0] <= '6') levels |= static_cast<uint8_t>(1 << (word[0] - '0'));
      if (word[0] == 'S' || word[0] == 's') levels |= kLsbRunLevelS;
    }
    text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
  }
  return levels;
}

class Reader {
 public:
  explicit Reader(LsbScript* script) : script_(script) {}

  void Take(const Line& line) {
    const std::string_view text = line.text;
    if (in_description_ && (text.starts_with("#\t") || text.starts_with("#  "))) {
      script_->description += " " + std::string(TrimBlanks(text.substr(1)));
      return;
    }
    in_description_ = false;
    if (!text.starts_with('#')) return;
    const size_t begin = text.find_first_not_of(" \t", 1), colon = text.find(':');
    if (colon == text.npos || begin >= colon) return;
    if (!Normalize(text.substr(begin, colon - begin), &name_)) return;
    const KeyName* key = FindKey(name_);
    if (key == nullptr || seen_[key - kKeys]) return;
    seen_[key - kKeys] = true;
    size_t value = text.find_first_not_of(" \t", colon + 1);
    if (value == text.npos) value = text.size();
    TakeValue(*key, text.substr(value), {line.number, static_cast<uint32_t>(value + 1)});
  }

  void NoteMissing(Position at) {
    for (const KeyName& key : kKeys) {
      if (key.is_wanted && !seen_[&key - kKeys]) Note(at, "no " + std::string(key.name));
    }
    if (seen_[kProvides] && script_->provides.empty()) Note(at, "provides is empty");
    const uint8_t both = script_->default_start & script_->default_stop;
    if (both != 0) Note(at, "a run level is in default-start and in default-stop");
  }

 private:
  void TakeValue(const KeyName& key, std::string_view text, Position at) {
    const std::string_view value = PrintablePart(text);
    switch (&key - kKeys) {
      case kDefaultStart:
        script_->default_start = RunLevels(value);
        break;
      case kDefaultStop:
        script_->default_stop = RunLevels(value);
        break;
      case kInteractive:
        script_->is_interactive = value == "true";
        break;
      case kShortDescription:
        script_->short_description = TrimBlanks(text);
        break;
      case kDescription:
        script_->description = TrimBlanks(text);
        in_description_ = true;
        break;
      default:
        TakeWords(value, text, at, &(script_->*key.words));
    }
  }

  // `text` goes on behind the value, which ends with the first byte that is not printable.
  void TakeWords(std::string_view value, std::string_view text, Position at,
                 std::vector<std::string>* words) {
    size_t begin = 0;
    while (begin < value.size()) {
      const std::string_view word =
          value.substr(begin, value.find_first_of(kSeparators, begin) - begin);
      if (word.empty()) break;
      words->emplace_back(word);
      begin += word.size() + 1;
    }
    const size_t lost =
        begin > text.size() ? text.npos : text.find_first_not_of(" ,;\t\v\f\r", begin);
    if (lost == text.npos) return;
    at.column += static_cast<uint32_t>(lost);
    Note(at, "not read: what stands behind two separators, a tab or a control character");
  }

  void Note(Position at, std::string what) { script_->notes.push_back({at, std::move(what)}); }

  LsbScript* script_;
  bool seen_[std::size(kKeys)] = {};
  bool in_description_ = false;
  std::string name_;
};

bool IsCopy(std::string_view name) {
  if (name.ends_with(",v")) return true;
  const size_t dot = name.rfind('.');
  if (dot == name.npos) return false;
  const std::string_view end = name.substr(dot + 1);
  for (std::string_view start : {"rpm", "ba", "dpkg", "ucf"}) {
    if (end.starts_with(start)) return true;
  }
  for (std::string_view whole : {"old", "new", "org", "orig", "save", "swp", "core"}) {
    if (end == whole) return true;
  }
  return false;
}

}  // namespace

std::optional<ParseError> ParseLsbScript(std::string_view bytes, LsbScript* script) {
  *script = {};
  LineReader lines(bytes);
  Line line;
  while (lines.Next(&line)) {
    if (line.text.find("### BEGIN INIT INFO") == line.text.npos) continue;
    const Position at = {line.number, 1};
    Reader reader(script);
    while (lines.Next(&line)) {
      reader.Take(line);
      if (line.text.find("### END INIT INFO") == line.text.npos) continue;
      script->has_header = true;
      reader.NoteMissing(at);
      return std::nullopt;
    }
    *script = {};
    return ParseError{at, "the header has no end"};
  }
  return std::nullopt;
}

bool IsInsservConfName(std::string_view name) {
  return !name.empty() && name[0] != '.' && !IsCopy(name);
}

bool IsForShell(std::string_view bytes) {
  return !bytes.starts_with("#!") && !bytes.starts_with("\177ELF");
}

bool IsLsbScriptName(std::string_view name) {
  if (!IsInsservConfName(name) || name.ends_with('~')) return false;
  if (std::string_view("$.#%_+-\\*[]^:()~").find(name[0]) != std::string_view::npos) return false;
  for (std::string_view start : {"README", "Makefile", "skeleton", "powerfail"}) {
    if (name.starts_with(start)) return false;
  }
  for (std::string_view whole : {"core", "rx", "rc", "rcS"}) {
    if (name == whole) return false;
  }
  return true;
}

}  // namespace keelson
