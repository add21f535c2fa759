// One pass over words. Columns are found by the heading line, so that a registry with more of them
// still reads; without a heading they are the five of today.
#include "core/uid_gid_registry.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/config.h"

namespace keelson {

namespace {

enum Column { kName, kUid, kGid, kProvider, kNotes, kColumnCount };
constexpr std::string_view kColumnNames[] = {"NAME", "UID", "GID", "PROVIDER", "NOTES"};

// The place of each column in a line; the last one keeps the rest of it.
using Places = std::array<size_t, kColumnCount>;

constexpr std::string_view kProviders[] = {"acct", "baselayout", "user.eclass", "requested"};

bool IsLineBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view TakeWord(std::string_view* text) {
  *text = SkipBlanks(*text);
  const auto end = std::find_if(text->begin(), text->end(), IsLineBlank);
  const std::string_view word = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(word.size());
  return word;
}

Position At(const Line& line, std::string_view word) {
  return {line.number, static_cast<uint32_t>(word.data() - line.raw.data() + 1)};
}

std::optional<ParseError> ReadHeading(const Line& line, Places* places) {
  std::string_view rest = line.text.substr(2);
  Places found;
  found.fill(SIZE_MAX);
  for (size_t place = 0; !SkipBlanks(rest).empty(); ++place) {
    const std::string_view word = TakeWord(&rest);
    const auto known = std::find(std::begin(kColumnNames), std::end(kColumnNames), word);
    if (known != std::end(kColumnNames)) found[known - std::begin(kColumnNames)] = place;
  }
  for (size_t column = kName; column <= kProvider; ++column) {
    if (found[column] != SIZE_MAX) continue;
    return ParseError{{line.number, 1}, "there is no column " + std::string(kColumnNames[column])};
  }
  *places = found;
  return std::nullopt;
}

// The words of a line by column; the notes run to its end. False: one is missing.
bool SplitColumns(const Line& line, const Places& places,
                  std::array<std::string_view, kColumnCount>* columns) {
  std::string_view rest = line.text;
  size_t found = 0;
  for (size_t place = 0; !SkipBlanks(rest).empty(); ++place) {
    if (place == places[kNotes]) {
      (*columns)[kNotes] = TrimBlanks(rest);
      break;
    }
    const std::string_view word = TakeWord(&rest);
    for (size_t column = kName; column <= kProvider; ++column) {
      if (places[column] != place) continue;
      (*columns)[column] = word;
      ++found;
    }
  }
  return found == kNotes;
}

// "-", "7" or "7..9". False: none of them.
bool ReadIds(std::string_view text, std::optional<IdRange>* ids) {
  if (text == "-") return true;
  const size_t dots = text.find("..");
  const std::optional<uint64_t> first = ParseUnsigned(text.substr(0, dots));
  const std::optional<uint64_t> last =
      dots == text.npos ? first : ParseUnsigned(text.substr(dots + 2));
  if (!first || !last || *first > *last || *last > UINT32_MAX) return false;
  *ids = IdRange{static_cast<uint32_t>(*first), static_cast<uint32_t>(*last)};
  return true;
}

std::optional<ParseError> ReadRecord(const Line& line, const Places& places, RegisteredId* record) {
  std::array<std::string_view, kColumnCount> columns;
  if (!SplitColumns(line, places, &columns)) {
    return ParseError{{line.number, 1}, "a column is missing"};
  }
  const std::string_view name = columns[kName];
  if (name != "-") {
    if (!IsAccountName(name)) {
      return ParseError{At(line, name), "'" + std::string(name) + "' is not an account's name"};
    }
    record->name = name;
  }
  for (const Column column : {kUid, kGid}) {
    if (ReadIds(columns[column], column == kUid ? &record->uids : &record->gids)) continue;
    return ParseError{At(line, columns[column]),
                      "'" + std::string(columns[column]) + "' is not an id, FIRST..LAST or -"};
  }
  record->provider = columns[kProvider];
  record->notes = columns[kNotes];
  record->line = line.number;
  return std::nullopt;
}

size_t RankOf(std::string_view provider) {
  const auto known = std::find(std::begin(kProviders), std::end(kProviders), provider);
  const auto rank = static_cast<size_t>(known - std::begin(kProviders));
  return provider == "historical" ? rank + 1 : rank;
}

}  // namespace

std::optional<uint32_t> UidGidRegistry::Find(AccountKind kind, std::string_view name) const {
  std::optional<uint32_t> id;
  size_t best = SIZE_MAX;
  for (const RegisteredId& record : records_) {
    const auto& ids = kind == AccountKind::kUser ? record.uids : record.gids;
    if (record.name != name || name.empty() || !ids || ids->first != ids->last) continue;
    if (!IsAccountId(ids->first) || RankOf(record.provider) >= best) continue;
    best = RankOf(record.provider);
    id = ids->first;
  }
  return id;
}

std::vector<IdRange> UidGidRegistry::Reserved() const {
  std::vector<IdRange> ranges;
  for (const RegisteredId& record : records_) {
    if (record.provider != "reserved") continue;
    if (record.uids) ranges.push_back(*record.uids);
    if (record.gids && record.gids != record.uids) ranges.push_back(*record.gids);
  }
  return ranges;
}

std::vector<ParseError> ParseUidGidRegistry(std::string_view bytes, UidGidRegistry* registry) {
  registry->records_.clear();
  std::vector<ParseError> errors;
  Places places = {0, 1, 2, 3, 4};
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (line.text.starts_with("#!")) {
      if (auto error = ReadHeading(line, &places)) errors.push_back(*error);
      continue;
    }
    if (SkipBlanks(line.text).empty() || line.text[0] == '#') continue;
    RegisteredId record;
    if (auto error = ReadRecord(line, places, &record)) {
      errors.push_back(*error);
    } else {
      registry->records_.push_back(record);
    }
  }
  return errors;
}

}  // namespace keelson
