// A JSON reader for one flat object (RFC 8259), by recursive descent without the recursion.
#include "core/package_note.h"

#include <algorithm>
#include <cstdint>

namespace keelson {

namespace {

constexpr size_t kMaxFields = 1000;  // each is compared with all

class FlatObject {
 public:
  explicit FlatObject(std::string_view text) : text_(text) {}

  std::string Read(std::vector<std::pair<std::string, std::string>>* fields);
  size_t at() const { return at_; }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipBlanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) < 4) ++at_;
  }
  bool Take(char c) {
    SkipBlanks();
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool ReadString(std::string* string);
  bool ReadEscape(std::string* string);
  bool ReadHex(uint32_t* code);
  bool ReadWord(std::string* word);

  std::string_view text_;
  size_t at_ = 0;
};

void AppendUtf8(uint32_t code, std::string* text) {
  const auto byte = [text](uint32_t value) { *text += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xe0 | code >> 12);
    } else {
      byte(0xf0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3f));
    }
    byte(0x80 | (code >> 6 & 0x3f));
  }
  byte(0x80 | (code & 0x3f));
}

bool FlatObject::ReadHex(uint32_t* code) {
  *code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = Peek();
    const char small = static_cast<char>(c | 0x20);
    const bool digit = c >= '0' && c <= '9', letter = small >= 'a' && small <= 'f';
    if (!digit && !letter) return false;
    *code = *code << 4 | static_cast<uint32_t>(digit ? c - '0' : small - 'a' + 10);
  }
  return true;
}

// Behind the backslash.
bool FlatObject::ReadEscape(std::string* string) {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  const size_t letter = kLetters.find(Peek());
  if (letter != std::string_view::npos) {
    ++at_;
    *string += kMeanings[letter];
    return true;
  }
  uint32_t code = 0, low = 0;
  if (Peek() != 'u') return false;
  ++at_;
  if (!ReadHex(&code) || code == 0 || (code >= 0xdc00 && code < 0xe000)) return false;
  if (code >= 0xd800 && code < 0xdc00) {
    if (text_.substr(at_, 2) != "\\u") return false;
    at_ += 2;
    if (!ReadHex(&low) || low < 0xdc00 || low >= 0xe000) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  AppendUtf8(code, string);
  return true;
}

bool FlatObject::ReadString(std::string* string) {
  if (!Take('"')) return false;
  while (at_ < text_.size() && text_[at_] != '"') {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) < ' ') return false;
    ++at_;
    if (c != '\\') {
      *string += c;
    } else if (!ReadEscape(string)) {
      return false;
    }
  }
  return Take('"');
}

// A number, true, false or null.
bool FlatObject::ReadWord(std::string* word) {
  const std::string_view rest = text_.substr(at_);
  size_t end = 0;
  const auto digits = [&rest, &end] {
    const size_t begin = end;
    while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9') ++end;
    return end > begin;
  };
  for (const std::string_view known : {"true", "false", "null"}) {
    if (rest.starts_with(known)) end = known.size();
  }
  if (end == 0) {
    if (rest.starts_with('-')) ++end;
    const size_t first = end;
    if (!digits() || (rest[first] == '0' && end > first + 1)) return false;
    if (rest.substr(end).starts_with('.')) {
      ++end;
      if (!digits()) return false;
    }
    if (end < rest.size() && (rest[end] | 0x20) == 'e') {
      ++end;
      if (end < rest.size() && (rest[end] == '+' || rest[end] == '-')) ++end;
      if (!digits()) return false;
    }
  }
  word->assign(rest.substr(0, end));
  at_ += end;
  return true;
}

std::string FlatObject::Read(std::vector<std::pair<std::string, std::string>>* fields) {
  if (!Take('{')) return "a JSON object goes here";
  SkipBlanks();
  for (bool first = true; first ? Peek() != '}' : Take(','); first = false) {
    if (fields->size() >= kMaxFields) return "too many fields";
    auto& [key, value] = fields->emplace_back();
    SkipBlanks();
    const size_t begin = at_;
    if (!ReadString(&key)) return "a string goes here";
    const auto twice = [&key = key](const auto& field) { return field.first == key; };
    if (std::any_of(fields->begin(), fields->end() - 1, twice)) {
      at_ = begin;
      return "a key is there twice";
    }
    if (!Take(':')) return "':' is missing";
    SkipBlanks();
    if (Peek() == '"' ? !ReadString(&value) : !ReadWord(&value)) {
      if (text_.substr(0, at_).ends_with("\\u0000")) return "a text has no NUL";
      return "a string, number, true, false or null goes here";
    }
    SkipBlanks();
  }
  if (!Take('}')) return "',' or '}' goes here";
  SkipBlanks();
  return at_ == text_.size() ? "" : "there is something behind the object";
}

}  // namespace

std::string ParsePackageNote(std::string_view text,
                             std::vector<std::pair<std::string, std::string>>* fields, size_t* at) {
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  FlatObject object(text);
  std::string fault = object.Read(fields);
  *at = object.at();
  return fault;
}

}  // namespace keelson
