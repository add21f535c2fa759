// Text and back. Strict in reading: what is not exactly as written here is malformed.
#include "platform/pending.h"

#include <array>
#include <charconv>
#include <system_error>

namespace keelson {
namespace {

constexpr std::string_view kPendingMark = "#pending ";
constexpr std::string_view kTemporaryRecord = "#temporary-record";
constexpr std::string_view kNone = "-";
constexpr char kHex[] = "0123456789abcdef";

void AppendEscaped(std::string_view text, std::string* line) {
  for (unsigned char c : text) {
    if (c > ' ' && c != '%' && c != 0x7f) {
      *line += static_cast<char>(c);
    } else {
      *line += '%';
      *line += kHex[c >> 4];
      *line += kHex[c & 15];
    }
  }
}

bool Unescape(std::string_view text, std::string* result) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      *result += text[i];
      continue;
    }
    unsigned value = 0;
    if (text.size() - i < 3) return false;
    const char* end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, value, 16).ptr != end) return false;
    *result += static_cast<char>(value);
    i += 2;
  }
  return !result->empty();
}

std::string VersionText(const FileVersion& version) {
  return std::to_string(version.ino) + "." + std::to_string(version.size) + "." +
         std::to_string(version.mtime_ns);
}

template <typename Int>
bool TakeInt(std::string_view* text, char end, Int* value) {
  const auto [at, error] = std::from_chars(text->data(), text->data() + text->size(), *value);
  const size_t used = at - text->data();
  if (error != std::errc() || used == text->size() || *at != end) return false;
  text->remove_prefix(used + 1);
  return true;
}

bool ParseVersion(std::string_view text, FileVersion* version) {
  const std::string line = std::string(text) + "\n";
  std::string_view rest = line;
  return TakeInt(&rest, '.', &version->ino) && TakeInt(&rest, '.', &version->size) &&
         TakeInt(&rest, '\n', &version->mtime_ns) && rest.empty();
}

bool IsName(std::string_view name) {
  return name != "." && name != ".." && name.find('/') == name.npos && name.find('\0') == name.npos;
}

bool ParseLine(std::string_view line, PendingFile* file) {
  std::array<std::string_view, 5> fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t end = line.find(' ');
    if ((end == line.npos) != (i + 1 == fields.size())) return false;
    fields[i] = line.substr(0, end);
    if (end != line.npos) line.remove_prefix(end + 1);
  }
  if (!Unescape(fields[0], &file->path) || !file->path.starts_with('/')) return false;
  if (!Unescape(fields[1], &file->temporary) || !IsName(file->temporary)) return false;
  if (fields[2] != kNone && (!Unescape(fields[2], &file->backup) || !IsName(file->backup)))
    return false;
  if (!ParseVersion(fields[3], &file->version)) return false;
  return fields[4] == kNone || ParseVersion(fields[4], &file->old.emplace());
}

}  // namespace

void AppendPending(const PendingSet& set, std::string* record) {
  if (!record->empty() && record->back() != '\n') *record += '\n';
  for (const PendingFile& file : set.files) {
    *record += kPendingMark;
    AppendEscaped(file.path, record);
    *record += ' ';
    AppendEscaped(file.temporary, record);
    *record += ' ';
    AppendEscaped(file.backup.empty() ? kNone : file.backup, record);
    *record += ' ' + VersionText(file.version) + ' ';
    *record += file.old.has_value() ? VersionText(*file.old) : std::string(kNone);
    *record += '\n';
  }
  if (set.temporary_record) (*record += kTemporaryRecord) += '\n';
}

bool ParsePending(std::string_view record, PendingSet* set) {
  while (!record.empty()) {
    const std::string_view line = record.substr(0, record.find('\n'));
    record.remove_prefix(line.size() + (line.size() < record.size() ? 1 : 0));
    if (line == kTemporaryRecord) set->temporary_record = true;
    if (!line.starts_with(kPendingMark)) continue;
    if (!ParseLine(line.substr(kPendingMark.size()), &set->files.emplace_back())) return false;
  }
  return true;
}

}  // namespace keelson
