// TYPE NAME ID GECOS HOME SHELL, words between blanks; quotes may begin and end within a word, and
// a backslash takes the next byte as it is. A missing word, "" and - say nothing.
//
// The order of the checks is part of the behaviour, since only the first thing that is wrong is
// told: the words, the type, then specifiers and form of each field from left to right, then what
// the type needs. Messages name fields as systemd-sysusers does, so errors in the specifiers of the
// id name the name.
#include "core/sysusers.h"

#include <algorithm>
#include <array>

#include "core/log.h"

namespace keelson {

namespace {

constexpr size_t kMaxName = 255;           // NAME_MAX
constexpr size_t kMaxPath = 4095;          // PATH_MAX without its NUL
constexpr size_t kMaxGecos = 1024 * 1024;  // a long line
constexpr std::string_view kBlanks = " \t\n\r";

enum Field { kType, kName, kId, kGecos, kHome, kShell, kFieldCount };

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// --- Lines and words ---

// LF, CR and NUL end a line, LF and CR together only one of them.
class SysusersLines {
 public:
  explicit SysusersLines(std::string_view bytes) : rest_(bytes) {}

  bool Next(std::string_view* line) {
    if (rest_.empty()) return false;
    const size_t end = std::min(rest_.find_first_of(std::string_view("\n\r\0", 3)), rest_.size());
    *line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    bool lf = false, cr = false;
    while (!rest_.empty()) {
      bool* seen = rest_[0] == '\n' ? &lf : rest_[0] == '\r' ? &cr : nullptr;
      const bool nul = rest_[0] == '\0';
      if (!nul && (seen == nullptr || *seen)) break;
      if (seen != nullptr) *seen = true;
      rest_.remove_prefix(1);
      if (nul) break;
    }
    return true;
  }

 private:
  std::string_view rest_;
};

std::string_view SkipBlanksOf(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Neither ends a word nor changes what follows.
bool IsOrdinary(char c) { return !IsBlank(c) && c != '\\' && c != '"' && c != '\''; }

// False: a quote or a backslash has no end. REQUIRES: text does not begin with a blank.
bool TakeWord(std::string_view* text, std::string* word) {
  char quote = 0;
  size_t at = 0;
  while (at < text->size() && IsOrdinary((*text)[at])) ++at;
  word->assign(*text, 0, at);
  for (; at < text->size(); ++at) {
    const char c = (*text)[at];
    if (c == '\\') {
      if (++at == text->size()) return false;
      *word += (*text)[at];
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        *word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (IsBlank(c)) {
      break;
    } else {
      *word += c;
    }
  }
  if (quote != 0) return false;
  *text = SkipBlanksOf(text->substr(at));
  return true;
}

// --- The form of a field ---

bool IsControl(char c) { return (c > 0 && c < ' ') || c == 127; }

// The length of the character that the text begins with; 0: it is not UTF-8, or no character.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  if (byte(0) < 0x80) return 1;
  const size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  uint32_t code = byte(0) & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  const bool nothing = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
  return code < kSmallest[length] || code > 0x10ffff || surrogate || nothing ? 0 : length;
}

bool IsGecos(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), IsControl) || text.find(':') != text.npos) return false;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool IsHome(std::string_view path) {
  if (!IsGecos(path) || !path.starts_with('/') || path.size() > kMaxPath) return false;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component == ".." || component.size() > kMaxName) return false;
    begin = end + 1;
  }
  return true;
}

// Empty: *id is the number; else the system's text for what is wrong.
std::string_view ReadId(std::string_view text, uint32_t* id) {
  constexpr std::string_view kInvalid = "Invalid argument";
  constexpr std::string_view kTooLarge = "Numerical result out of range";
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return kInvalid;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return kInvalid;
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(c - '0'), &value)) {
      return kTooLarge;
    }
  }
  if (value > UINT32_MAX) return kTooLarge;
  *id = static_cast<uint32_t>(value);
  return IsAccountId(*id) ? "" : "No such device or address";
}

bool ReadRange(std::string_view text, IdRange* range) {
  const size_t dash = text.find('-');
  if (!ReadId(text.substr(0, dash), &range->first).empty()) return false;
  range->last = range->first;
  if (dash == text.npos) return true;
  return ReadId(text.substr(dash + 1), &range->last).empty() && range->first <= range->last;
}

// --- One line ---

class LineParser {
 public:
  LineParser(const SpecifierSource& specifiers, SysusersEntry* entry)
      : specifiers_(specifiers), entry_(*entry) {}

  // Empty: *entry is right.
  std::string Parse(std::string_view line);

 private:
  std::string TakeFields(std::string_view line);
  std::string ReadType();
  std::string Expand(Field field, size_t max, Field named);
  std::string ExpandAndCheck();
  std::string CheckPath(Field field, const char* what);
  std::string ReadRangeLine();
  std::string ReadMemberLine();
  std::string ReadUserLine();
  std::string ReadUserId(std::string_view id);
  std::string ReadGroupLine();
  std::string RefuseRest() const;

  // What specifiers leave empty is said too, and mostly wrong.
  bool Says(Field field) const { return !written_[field].empty() && written_[field] != "-"; }
  std::string Type() const { return {static_cast<char>(entry_.type)}; }

  const SpecifierSource& specifiers_;
  SysusersEntry& entry_;
  std::array<std::string, kFieldCount> written_;  // as they stand
  std::array<std::string, kFieldCount> fields_;   // specifiers replaced
};

std::string LineParser::TakeFields(std::string_view line) {
  size_t count = 0;
  for (; count < kFieldCount && !line.empty(); ++count) {
    if (!TakeWord(&line, &written_[count])) return "Syntax error.";
  }
  if (count < 2) return "Missing action and name columns.";
  return line.empty() ? "" : "Trailing garbage.";
}

std::string LineParser::ReadType() {
  const std::string& type = written_[kType];
  entry_.locked = type == "u!";
  if (type.size() != 1 && !entry_.locked) return "Unknown modifier " + Quoted(type) + ".";
  if (std::string_view("ugmr").find(type[0]) == std::string_view::npos) {
    return "Unknown command type " + Quoted(type) + ".";
  }
  entry_.type = static_cast<SysusersType>(type[0]);
  return "";
}

// named: the field that a message shows.
std::string LineParser::Expand(Field field, size_t max, Field named) {
  if (!Says(field)) return "";
  const std::string_view text = written_[field];
  std::string& expanded = fields_[field];
  std::string why;
  if (text.find('%') == text.npos && text.size() <= max) {
    expanded = text;
    return "";
  }
  for (size_t i = 0; i < text.size() && why.empty(); ++i) {
    const char letter = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (letter == '%') {
      expanded += '%';
      ++i;
    } else if ((letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z')) {
      const SpecifierValue found = specifiers_(letter);
      if (found.value) {
        expanded += *found.value;
      } else {
        why = found.why;
      }
      ++i;
    } else {
      expanded += text[i];
    }
    if (expanded.size() > max) why = "File name too long";
  }
  if (why.empty()) return "";
  return "Failed to replace specifiers in " + Quoted(Says(named) ? written_[named] : "(null)") +
         ": " + why;
}

std::string LineParser::CheckPath(Field field, const char* what) {
  std::string wrong = Expand(field, kMaxPath, field);
  std::string& path = fields_[field];
  if (!wrong.empty() || !Says(field)) return wrong;
  if (path.starts_with('/')) path = SimplifiedPath(path);
  return IsHome(path) ? "" : Quoted(path) + " is not a valid " + what + " field.";
}

std::string LineParser::ExpandAndCheck() {
  std::string wrong = Expand(kName, kMaxName, kName);
  if (wrong.empty() && Says(kName) && !IsSysusersName(fields_[kName])) {
    wrong = Quoted(fields_[kName]) + " is not a valid user or group name.";
  }
  if (wrong.empty()) wrong = Expand(kId, kMaxPath, kName);
  if (wrong.empty()) wrong = Expand(kGecos, kMaxGecos, kGecos);
  if (wrong.empty() && !IsGecos(fields_[kGecos])) {
    wrong = Quoted(fields_[kGecos]) + " is not a valid GECOS field.";
  }
  if (wrong.empty()) wrong = CheckPath(kHome, "home directory");
  if (wrong.empty()) wrong = CheckPath(kShell, "login shell");
  return wrong;
}

std::string LineParser::RefuseRest() const {
  const char* what = Says(kGecos) ? "GECOS" : Says(kHome) ? "home directory" : "login shell";
  if (!Says(kGecos) && !Says(kHome) && !Says(kShell)) return "";
  return "Lines of type " + Quoted(Type()) + " don't take a " + what + " field.";
}

std::string LineParser::ReadRangeLine() {
  if (Says(kName)) return "Lines of type 'r' don't take a name field.";
  if (!Says(kId)) return "Lines of type 'r' require an ID range in the third field.";
  if (std::string wrong = RefuseRest(); !wrong.empty()) return wrong;
  return ReadRange(fields_[kId], &entry_.range) ? "" : "Invalid UID range " + fields_[kId] + ".";
}

std::string LineParser::ReadMemberLine() {
  if (!Says(kName)) return "Lines of type 'm' require a user name in the second field.";
  if (!Says(kId)) return "Lines of type 'm' require a group name in the third field.";
  entry_.group = fields_[kId];
  if (!IsSysusersName(entry_.group)) {
    return Quoted(entry_.group) + " is not a valid user or group name.";
  }
  return RefuseRest();
}

std::string LineParser::ReadUserId(std::string_view id) {
  const std::string shown = Quoted(written_[kId]) + ": ";
  const size_t colon = id.find(':');
  if (colon != id.npos) {
    const std::string_view group = id.substr(colon + 1);
    uint32_t gid = 0;
    const std::string_view wrong = ReadId(group, &gid);
    if (wrong.empty()) {
      entry_.gid = gid;
    } else if (IsSysusersName(group)) {
      entry_.group = group;
    } else {
      return "Failed to parse GID: " + shown + std::string(wrong);
    }
    id = id.substr(0, colon);
  }
  if (id == "-") return "";
  const std::string_view wrong = ReadId(id, &entry_.uid.emplace());
  return wrong.empty() ? "" : "Failed to parse UID: " + shown + std::string(wrong);
}

std::string LineParser::ReadUserLine() {
  if (!Says(kName)) return "Lines of type 'u' require a user name in the second field.";
  entry_.gecos = fields_[kGecos];
  entry_.has_gecos = Says(kGecos);
  entry_.home = fields_[kHome];
  entry_.shell = fields_[kShell];
  if (!Says(kId)) return "";
  const std::string& id = fields_[kId];
  if (!id.starts_with('/')) return ReadUserId(id);
  entry_.id_path = SimplifiedPath(id);
  return "";
}

std::string LineParser::ReadGroupLine() {
  if (!Says(kName)) return "Lines of type 'g' require a user name in the second field.";
  if (std::string wrong = RefuseRest(); !wrong.empty()) return wrong;
  if (!Says(kId)) return "";
  const std::string& id = fields_[kId];
  if (id.starts_with('/')) {
    entry_.id_path = SimplifiedPath(id);
    return "";
  }
  const std::string_view wrong = ReadId(id, &entry_.gid.emplace());
  if (wrong.empty()) return "";
  return "Failed to parse GID: " + Quoted(written_[kId]) + ": " + std::string(wrong);
}

std::string LineParser::Parse(std::string_view line) {
  std::string wrong = TakeFields(line);
  if (wrong.empty()) wrong = ReadType();
  if (wrong.empty()) wrong = ExpandAndCheck();
  if (!wrong.empty()) return wrong;
  entry_.name = fields_[kName];
  switch (entry_.type) {
    case SysusersType::kUser:
      return ReadUserLine();
    case SysusersType::kGroup:
      return ReadGroupLine();
    case SysusersType::kMember:
      return ReadMemberLine();
    case SysusersType::kRange:
      return ReadRangeLine();
  }
  return "";
}

}  // namespace

bool SysusersEntry::SameAs(const SysusersEntry& other) const {
  const bool same_group = type == SysusersType::kUser || group == other.group;
  return type == other.type && name == other.name && same_group && uid == other.uid &&
         gid == other.gid && id_path == other.id_path && gecos == other.gecos &&
         has_gecos == other.has_gecos && home == other.home && shell == other.shell &&
         locked == other.locked && range == other.range;
}

std::string SysusersError::Text(std::string_view path) const {
  return Printable(path) + ":" + std::to_string(line) + ": " + Printable(what);
}

std::string SimplifiedPath(std::string_view path) {
  std::string simple;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    simple += "/";
    simple += component;
  }
  return simple.empty() ? "/" : simple;
}

bool IsSysusersName(std::string_view name) {
  constexpr size_t kMax = 31;  // utmp's field without its NUL
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= kMax && letter(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::string ParseSysusersLine(std::string_view line, const SpecifierSource& specifiers,
                              SysusersEntry* entry) {
  *entry = {};
  return LineParser(specifiers, entry).Parse(SkipBlanksOf(line));
}

void ParseSysusers(std::string_view bytes, const SpecifierSource& specifiers,
                   const std::function<void(SysusersEntry)>& on_entry,
                   const std::function<void(SysusersError)>& on_error) {
  SysusersLines lines(bytes);
  uint32_t number = 0;
  for (std::string_view line; lines.Next(&line);) {
    ++number;
    line = SkipBlanksOf(line);
    if (line.empty() || line[0] == '#') continue;
    SysusersEntry entry;
    std::string wrong = ParseSysusersLine(line, specifiers, &entry);
    entry.line = number;
    if (wrong.empty()) {
      on_entry(std::move(entry));
    } else {
      on_error({number, std::move(wrong)});
    }
  }
}

std::vector<SysusersError> ParseSysusers(std::string_view bytes, const SpecifierSource& specifiers,
                                         std::vector<SysusersEntry>* entries) {
  entries->clear();
  std::vector<SysusersError> errors;
  ParseSysusers(
      bytes, specifiers, [&](SysusersEntry entry) { entries->push_back(std::move(entry)); },
      [&](SysusersError error) { errors.push_back(std::move(error)); });
  return errors;
}

}  // namespace keelson
