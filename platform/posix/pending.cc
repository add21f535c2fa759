// Text and back. Strict in reading: what is not exactly as written here is malformed.
#include "platform/pending.h"

#include <xxhash.h>

#include <array>
#include <charconv>
#include <system_error>

namespace keelson {
namespace {

constexpr std::string_view kPendingMark = "#pending ";
constexpr std::string_view kTemporaryRecord = "#temporary-record";
constexpr std::string_view kNone = "-";
constexpr char kHex[] = "0123456789abcdef";
constexpr size_t kHalf = 16;  // digits of half a digest

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

std::string DigestText(const ContentDigest& digest) {
  std::string text = std::to_string(digest.size) + ".";
  for (uint64_t half : {digest.high, digest.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kHex[(half >> shift) & 15];
  }
  return text;
}

template <typename Int>
bool TakeInt(std::string_view* text, int base, Int* value) {
  const auto [at, error] = std::from_chars(text->data(), text->data() + text->size(), *value, base);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(at - text->data()));
  return true;
}

bool TakeDot(std::string_view* text) {
  if (!text->starts_with('.')) return false;
  text->remove_prefix(1);
  return true;
}

// INODE.SIZE.MTIME_NS
bool IsOlderForm(std::string_view text) {
  uint64_t number;
  int64_t time;
  return TakeInt(&text, 10, &number) && TakeDot(&text) && TakeInt(&text, 10, &number) &&
         TakeDot(&text) && TakeInt(&text, 10, &time) && text.empty();
}

bool ParseDigest(std::string_view text, std::optional<ContentDigest>* result) {
  if (IsOlderForm(text)) return true;
  ContentDigest digest;
  if (!TakeInt(&text, 10, &digest.size) || !TakeDot(&text) || text.size() != 2 * kHalf)
    return false;
  std::string_view high = text.substr(0, kHalf), low = text.substr(kHalf);
  if (!TakeInt(&high, 16, &digest.high) || !TakeInt(&low, 16, &digest.low)) return false;
  *result = digest;
  return high.empty() && low.empty();
}

bool IsName(std::string_view name) {
  return name != "." && name != ".." && name.find('/') == name.npos && name.find('\0') == name.npos;
}

// The byte of the line where it goes wrong; npos: nowhere.
size_t ParseLine(std::string_view line, PendingFile* file) {
  std::array<std::string_view, 5> fields;
  std::string_view rest = line;
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t end = rest.find(' ');
    fields[i] = rest.substr(0, end);
    if (end == rest.npos && i + 1 < fields.size()) return line.size();
    if (end != rest.npos) rest.remove_prefix(end + 1);
  }
  const auto at = [&](size_t i) { return static_cast<size_t>(fields[i].data() - line.data()); };
  if (!Unescape(fields[0], &file->path) || !file->path.starts_with('/')) return at(0);
  if (!Unescape(fields[1], &file->temporary) || !IsName(file->temporary)) return at(1);
  if (fields[2] != kNone && (!Unescape(fields[2], &file->backup) || !IsName(file->backup)))
    return at(2);
  if (!ParseDigest(fields[3], &file->digest)) return at(3);
  file->was_there = fields[4] != kNone;
  if (file->was_there && !ParseDigest(fields[4], &file->old)) return at(4);
  return at(4) + fields[4].size() == line.size() ? line.npos : at(4) + fields[4].size();
}

// Without its LF; false: there is none left.
bool NextLine(std::string_view* rest, std::string_view* line) {
  if (rest->empty()) return false;
  *line = rest->substr(0, rest->find('\n'));
  rest->remove_prefix(line->size() + (line->size() < rest->size() ? 1 : 0));
  return true;
}

}  // namespace

ContentDigest ContentDigestOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {bytes.size(), hash.high64, hash.low64};
}

void AppendPending(const PendingSet& set, std::string* record) {
  if (!record->empty() && record->back() != '\n') *record += '\n';
  for (const PendingFile& file : set.files) {
    *record += kPendingMark;
    AppendEscaped(file.path, record);
    *record += ' ';
    AppendEscaped(file.temporary, record);
    *record += ' ';
    AppendEscaped(file.backup.empty() ? kNone : file.backup, record);
    *record += ' ' + DigestText(file.digest.value_or(ContentDigest())) + ' ';
    *record += file.was_there ? DigestText(file.old.value_or(ContentDigest())) : std::string(kNone);
    *record += '\n';
  }
  if (set.temporary_record) (*record += kTemporaryRecord) += '\n';
}

bool ParsePending(std::string_view record, PendingSet* set, std::string* place) {
  std::string_view line;
  for (size_t number = 1; NextLine(&record, &line); ++number) {
    if (line == kTemporaryRecord) set->temporary_record = true;
    if (!line.starts_with(kPendingMark)) continue;
    const size_t wrong = ParseLine(line.substr(kPendingMark.size()), &set->files.emplace_back());
    if (wrong == line.npos) continue;
    *place = std::to_string(number) + ":" + std::to_string(kPendingMark.size() + wrong + 1);
    return false;
  }
  return true;
}

std::string WithoutPending(std::string_view record) {
  std::string owners;
  std::string_view line;
  while (NextLine(&record, &line)) {
    if (line != kTemporaryRecord && !line.starts_with(kPendingMark)) (owners += line) += '\n';
  }
  return owners;
}

}  // namespace keelson
