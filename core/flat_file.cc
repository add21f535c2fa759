// Bytes -> records as views. Every dialect is a small cursor over LineReader's lines.
//
// LineReader looks for NUL in windows of 64 KiB just ahead of the lines, while the bytes are in the
// cache anyway; an ordinary file has one memchr a line and one a window. Values of several lines
// are one view from their first byte to their last: what stands between is in the bytes already.
#include "core/flat_file.h"

#include <algorithm>

#include "core/log.h"

namespace keelson {

namespace {

constexpr size_t kNulWindow = 64 * 1024;

Position At(const Line& line, const char* byte) {
  return {line.number, static_cast<uint32_t>(byte - line.raw.data() + 1)};
}

bool IsBlankLine(std::string_view text) { return SkipBlanks(text).empty(); }

// From the first byte of one view to the last byte of another, later one.
std::string_view Span(std::string_view first, std::string_view last) {
  return {first.data(), static_cast<size_t>(last.data() + last.size() - first.data())};
}

// "KEY separator VALUE". False: *error tells what the line lacks.
bool ReadField(const Line& line, char separator, StanzaField* field,
               std::optional<ParseError>* error) {
  const std::string_view text = line.text;
  const size_t split = text.find(separator);
  const std::string_view key = TrimBlanks(text.substr(0, split));
  const std::string_view start = SkipBlanks(text);
  if (split == std::string_view::npos) {
    *error = ParseError{At(line, start.data()), std::string("'") + separator + "' is missing"};
    return false;
  }
  if (key.empty()) {
    *error = ParseError{At(line, text.data() + split),
                        std::string("a name is missing before '") + separator + "'"};
    return false;
  }
  field->key = key;
  field->value = TrimBlanks(text.substr(split + 1));
  field->at = At(line, key.data());
  field->value_at = At(line, field->value.data());
  return true;
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// The base that a prefix tells, for base 0. Moves *at behind "0x" when a hex digit follows.
int BaseOf(std::string_view text, size_t* at) {
  if (*at >= text.size() || text[*at] != '0') return 10;
  if (*at + 2 < text.size() && (text[*at + 1] | 0x20) == 'x' && DigitValue(text[*at + 2]) < 16) {
    *at += 2;
    return 16;
  }
  return 8;
}

}  // namespace

std::string ParseError::RawText(std::string_view path) const {
  return std::string(path) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
         ": " + what;
}

std::string ParseError::Text(std::string_view path) const { return Printable(RawText(path)); }

size_t LineReader::CutAtNul(size_t text) {
  const char* begin = bytes_.data() + next_;
  const size_t from = clean_until_ > next_ ? clean_until_ - next_ : 0;
  const size_t window = std::min(bytes_.size() - next_, std::max(text, from + kNulWindow));
  const void* nul = std::memchr(begin + from, '\0', window - from);
  const size_t clean = nul ? static_cast<size_t>(static_cast<const char*>(nul) - begin) : window;
  clean_until_ = next_ + clean;
  return std::min(text, clean);
}

std::optional<ParseError> FindNul(std::string_view bytes) {
  const size_t at = bytes.find('\0');
  if (at == bytes.npos) return std::nullopt;
  const std::string_view before = bytes.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t column = at - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return ParseError{{static_cast<uint32_t>(lines + 1), static_cast<uint32_t>(column)},
                    "a NUL byte"};
}

Line LineAt(std::string_view bytes, size_t offset) {
  Line line;
  line.raw = bytes.substr(offset);
  line.text = line.raw.substr(0, line.raw.find('\n'));
  if (line.text.size() < line.raw.size()) line.raw = line.raw.substr(0, line.text.size() + 1);
  line.text = line.text.substr(0, line.text.find('\0'));
  line.offset = offset;
  return line;
}

std::string_view SkipBlanks(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && IsBlank(text[at])) ++at;
  return text.substr(at);
}

std::string_view TrimBlanks(std::string_view text) {
  text = SkipBlanks(text);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

Number TakeNumber(std::string_view text, int base) {
  size_t at = text.size() - SkipBlanks(text).size();
  bool negative = false;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) negative = text[at++] == '-';
  if (base == 0) base = BaseOf(text, &at);
  const size_t digits = at;
  uint64_t value = 0;
  bool overflow = false;
  for (; at < text.size() && DigitValue(text[at]) < base; ++at) {
    overflow |= __builtin_mul_overflow(value, static_cast<uint64_t>(base), &value);
    overflow |= __builtin_add_overflow(value, static_cast<uint64_t>(DigitValue(text[at])), &value);
  }
  if (at == digits) return {};
  if (overflow) return {UINT64_MAX, at};
  return {negative ? 0 - value : value, at};
}

// --- Delimited ---

size_t SplitFields(std::string_view text, char delimiter, std::span<std::string_view> fields) {
  if (fields.empty()) return 0;
  size_t count = 0;
  while (count + 1 < fields.size()) {
    const size_t end = text.find(delimiter);
    if (end == std::string_view::npos) break;
    fields[count++] = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  fields[count++] = text;
  return count;
}

std::optional<uint32_t> ParseId(std::string_view text) {
  const Number number = TakeNumber(text);
  if (number.used == 0 || number.used != text.size() || number.value > UINT32_MAX) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(number.value);
}

bool ListReader::Next(std::string_view* item) {
  while (!rest_.empty()) {
    rest_ = SkipBlanks(rest_);
    const size_t end = std::min(rest_.find(delimiter_), rest_.size());
    *item = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!item->empty()) return true;
  }
  return false;
}

// --- Columns ---

bool ColumnReader::Next(std::string_view* word) {
  rest_ = SkipBlanks(rest_);
  size_t end = 0;
  while (end < rest_.size() && !IsBlank(rest_[end])) ++end;
  *word = rest_.substr(0, end);
  rest_.remove_prefix(end);
  return end > 0;
}

namespace {

bool EndsWithBackslash(const Line& line) {
  // A backslash before NUL or at the end of the file continues nothing.
  return line.text.size() + 1 == line.raw.size() && !line.text.empty() && line.text.back() == '\\';
}

// Blanks, and the backslash of a continued line.
std::string_view SkipNetgroupBlanks(std::string_view text) {
  while (!text.empty()) {
    if (IsBlank(text[0])) {
      text.remove_prefix(1);
    } else if (text.starts_with("\\\n")) {
      text.remove_prefix(2);
    } else {
      break;
    }
  }
  return text;
}

size_t NetgroupWord(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && !IsBlank(text[end]) && !text.substr(end).starts_with("\\\n")) ++end;
  return end;
}

// One part of a triple: up to `stop`, blanks in front skipped, cut at the first blank.
bool TakeTriplePart(std::string_view* text, char stop, std::string_view* part) {
  const size_t end = text->find(stop);
  if (end == std::string_view::npos) return false;
  *part = SkipNetgroupBlanks(text->substr(0, end));
  *part = part->substr(0, NetgroupWord(*part));
  text->remove_prefix(end + 1);
  return true;
}

}  // namespace

bool NetgroupReader::Next(std::string_view* name, std::string_view* items, Position* at) {
  Line line;
  while (lines_.Next(&line)) {
    const Line first = line;
    std::string_view last = line.text;
    while (EndsWithBackslash(line) && lines_.Next(&line)) last = line.text;
    size_t end = 0;
    while (end < first.text.size() && !IsBlank(first.text[end])) ++end;
    // "name\" alone: the backslash is part of the word, and no blank follows the name.
    if (end == 0 || (end == first.text.size() && EndsWithBackslash(first))) continue;
    *name = first.text.substr(0, end);
    *items = Span(first.text, last).substr(end);
    *at = {first.number, 1};
    return true;
  }
  return false;
}

bool NetgroupReader::NextItem(std::string_view* items, NetgroupItem* item) {
  *items = SkipNetgroupBlanks(*items);
  *item = {};
  if (items->empty()) return false;
  if (items->front() != '(') {
    const size_t end = NetgroupWord(*items);
    item->name = items->substr(0, end);
    items->remove_prefix(end);
    return true;
  }
  item->is_triple = true;
  std::string_view rest = items->substr(1);
  if (!TakeTriplePart(&rest, ',', &item->host) || !TakeTriplePart(&rest, ',', &item->user) ||
      !TakeTriplePart(&rest, ')', &item->domain)) {
    return false;
  }
  *items = rest;
  return true;
}

// --- Stanzas ---

namespace {

void Continue(const Line& line, StanzaField* field) {
  const std::string_view text = TrimBlanks(line.text);
  if (field->value.empty()) {
    field->value = text;
    field->value_at = At(line, text.data());
  } else {
    field->value = Span(field->value, text);
  }
}

bool ReadStanzaLine(const Line& line, StanzaField* field, std::optional<ParseError>* error) {
  if (!IsBlank(line.text[0])) return ReadField(line, ':', field, error);
  *error = ParseError{At(line, SkipBlanks(line.text).data()),
                      "a continuation line without a key before it"};
  return false;
}

}  // namespace

std::string StanzaField::Joined(std::string_view separator) const {
  std::string joined;
  LineReader lines(value);
  Line line;
  while (lines.Next(&line)) {
    const std::string_view text = TrimBlanks(line.text);
    const bool comment = line.number > 1 && line.text.starts_with('#');
    if (text.empty() || comment) continue;
    if (!joined.empty()) joined += separator;
    joined += text;
  }
  return joined;
}

const StanzaField* Stanza::Find(std::string_view key) const {
  for (size_t i = fields.size(); i > 0; --i) {
    if (fields[i - 1].key == key) return &fields[i - 1];
  }
  return nullptr;
}

bool StanzaReader::Next(Stanza* stanza) {
  *stanza = {};
  stanza->continues = interrupted_;
  bool after_error = error_.has_value();  // what continues the line in error is not another one
  error_.reset();
  for (Line line; lines_.Next(&line);) {
    if (line.text.starts_with('#')) continue;
    if (IsBlankLine(line.text)) {
      if (one_record_) continue;
      if (!stanza->fields.empty()) break;
      stanza->continues = false;
      continue;
    }
    if (IsBlank(line.text[0]) && !stanza->fields.empty()) {
      Continue(line, &stanza->fields.back());
      continue;
    }
    if (IsBlank(line.text[0]) && after_error) continue;
    after_error = false;
    StanzaField field;
    if (!ReadStanzaLine(line, &field, &error_)) {
      interrupted_ = stanza->continues || !stanza->fields.empty();
      return false;
    }
    if (stanza->fields.empty()) stanza->at = field.at;
    stanza->fields.push_back(field);
  }
  interrupted_ = false;
  return !stanza->fields.empty();
}

// --- Sections ---

namespace {

// "[name]", blanks around it allowed.
bool ReadHeader(const Line& line, Section* section, std::optional<ParseError>* error) {
  const std::string_view text = TrimBlanks(line.text);
  const size_t close = text.find(']');
  section->at = At(line, text.data());
  if (close == std::string_view::npos) {
    *error = ParseError{section->at, "']' is missing"};
    return false;
  }
  if (close + 1 < text.size()) {
    *error = ParseError{At(line, SkipBlanks(text.substr(close + 1)).data()), "text after ']'"};
    return false;
  }
  section->name = TrimBlanks(text.substr(1, close - 1));
  if (section->name.empty()) {
    *error = ParseError{section->at, "a section's name is missing"};
    return false;
  }
  return true;
}

}  // namespace

bool SectionReader::Next(Section* section) {
  *section = pending_ ? *pending_ : Section{};
  bool open = pending_.has_value();
  pending_.reset();
  error_.reset();
  Line line;
  while (lines_.Next(&line)) {
    if (line.text.starts_with('#') || line.text.starts_with(';')) continue;
    const std::string_view text = SkipBlanks(line.text);
    if (text.empty()) continue;
    if (text[0] == '[') {
      Section header;
      if (!ReadHeader(line, &header, &error_)) return false;
      if (open) {
        pending_ = header;
        return true;
      }
      *section = header;
      open = true;
      continue;
    }
    StanzaField field;
    if (!ReadField(line, '=', &field, &error_)) return false;
    if (!open) section->at = field.at;
    open = true;
    section->fields.push_back(field);
  }
  return open;
}

}  // namespace keelson
