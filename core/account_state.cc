// kind:name:id:state:packages:origin:first-seen:written, a record a line.
//
// Only origin is free text; in it '%', ':' and control characters are written %xx. What is read is
// checked as strictly as what people write: the file says which ids must never be given out again,
// so a line that is half understood is an error and not a guess.
#include "core/account_state.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <tuple>

#include "core/account_id.h"
#include "core/config.h"

namespace keelson {

namespace {

constexpr size_t kFields = 8;
constexpr size_t kFingerprint = 16;  // digits
constexpr std::string_view kKinds[] = {"group", "user"};
constexpr std::string_view kStates[] = {"active", "locked", "gone", "defunct", "reserved"};

auto OrderOf(const AccountRecord& record) {
  return std::tuple(record.kind, std::string_view(record.name), record.id);
}

bool Before(const AccountRecord& a, const AccountRecord& b) { return OrderOf(a) < OrderOf(b); }

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

std::string Escaped(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string escaped;
  for (const char c : text) {
    if (c != '%' && c != ':' && !IsControl(c)) {
      escaped += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return escaped;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsControl(text[i])) return std::nullopt;
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(text[i + 2]) : -1;
    if (low < 0) return std::nullopt;
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

std::optional<size_t> FindWord(std::span<const std::string_view> words, std::string_view wanted) {
  const auto found = std::find(words.begin(), words.end(), wanted);
  if (found == words.end()) return std::nullopt;
  return static_cast<size_t>(found - words.begin());
}

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool IsFingerprint(std::string_view text) {
  return text.empty() ||
         (text.size() == kFingerprint && text.find_first_not_of("0123456789abcdef") == text.npos);
}

// Empty: the field is right.
std::string ReadPackages(std::string_view text, AccountRecord* record) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view package = text.substr(begin, end - begin);
    if (!IsPackageName(package) || end + 1 == text.size()) {
      return Quoted(text) + " is not a list of packages";
    }
    record->AddPackage(package);
    begin = end + 1;
  }
  return "";
}

std::string ReadField(size_t place, std::string_view text, AccountRecord* record) {
  switch (place) {
    case 0: {
      const std::optional<size_t> kind = FindWord(kKinds, text);
      if (!kind) return Quoted(text) + " is not user or group";
      record->kind = static_cast<AccountKind>(*kind);
      return "";
    }
    case 1:
      record->name = text;
      return IsAccountName(text) ? "" : Quoted(text) + " is not an account's name";
    case 2: {
      const std::optional<uint32_t> id = ParseAccountId(text);
      record->id = id.value_or(0);
      return id ? "" : Quoted(text) + " is not an id";
    }
    case 3: {
      const std::optional<size_t> state = FindWord(kStates, text);
      if (!state) return Quoted(text) + " is not a state";
      record->state = static_cast<AccountState>(*state);
      return "";
    }
    case 4:
      return ReadPackages(text, record);
    case 6: {
      const std::optional<uint64_t> seconds = ParseUnsigned(text);
      if (!seconds || *seconds > INT64_MAX) return Quoted(text) + " is not a time in seconds";
      record->first_seen = static_cast<int64_t>(*seconds);
      return "";
    }
    case 7:
      record->written = text;
      return IsFingerprint(text) ? "" : Quoted(text) + " is not 16 hexadecimal digits";
    default: {
      const std::optional<std::string> plain = Unescaped(text);
      if (!plain) return Quoted(text) + " has a % that is not %xx, or a control character";
      record->origin = *plain;
      return "";
    }
  }
}

std::optional<ParseError> ReadRecord(const Line& line, AccountRecord* record) {
  std::string_view fields[kFields + 1];
  if (line.raw.find('\0') != std::string_view::npos) {
    return ParseError{{line.number, static_cast<uint32_t>(line.text.size() + 1)}, "a NUL byte"};
  }
  const size_t count = SplitFields(line.text, ':', fields);
  if (count != kFields) {
    return ParseError{{line.number, 1}, "there are not 8 fields"};
  }
  for (size_t place = 0; place < kFields; ++place) {
    const std::string wrong = ReadField(place, fields[place], record);
    if (wrong.empty()) continue;
    const auto column = static_cast<uint32_t>(fields[place].data() - line.text.data() + 1);
    return ParseError{{line.number, column}, wrong};
  }
  return std::nullopt;
}

// The first record of the name, or where it would stand.
auto FirstOf(auto& records, AccountKind kind, std::string_view name) {
  return std::lower_bound(records.begin(), records.end(), std::pair(kind, name),
                          [](const AccountRecord& record, const auto& wanted) {
                            return std::pair(record.kind, std::string_view(record.name)) < wanted;
                          });
}

// The living record of the name, or else its first tombstone; the end: none.
auto FindIn(auto& records, AccountKind kind, std::string_view name) {
  const auto first = FirstOf(records, kind, name);
  const auto is_it = [&](const AccountRecord& r) { return r.kind == kind && r.name == name; };
  if (first == records.end() || !is_it(*first)) return records.end();
  for (auto record = first; record != records.end() && is_it(*record); ++record) {
    if (!record->IsTombstone()) return record;
  }
  return first;
}

}  // namespace

std::string_view AccountKindName(AccountKind kind) { return kKinds[static_cast<size_t>(kind)]; }

std::string_view AccountStateName(AccountState state) {
  return kStates[static_cast<size_t>(state)];
}

bool IsPackageName(std::string_view name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return c == ':' || c == ',' || c == ' ' || IsControl(c);
  });
}

void AccountRecord::AddPackage(std::string_view package) {
  const auto place = std::lower_bound(packages.begin(), packages.end(), package);
  if (place == packages.end() || *place != package) packages.emplace(place, package);
}

std::string AccountFingerprint(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += kDigits[hash >> shift & 15];
  return digits;
}

bool AccountRecord::RemovePackage(std::string_view package) {
  return std::erase(packages, package) > 0;
}

AccountRecord* AccountTable::Find(AccountKind kind, std::string_view name) {
  const auto found = FindIn(records_, kind, name);
  return found == records_.end() ? nullptr : &*found;
}

const AccountRecord* AccountTable::Find(AccountKind kind, std::string_view name) const {
  const auto found = FindIn(records_, kind, name);
  return found == records_.end() ? nullptr : &*found;
}

const AccountRecord* AccountTable::FindTombstone(uint32_t id) const {
  const auto found = std::find_if(records_.begin(), records_.end(), [id](const AccountRecord& r) {
    return r.IsTombstone() && r.id == id;
  });
  return found == records_.end() ? nullptr : &*found;
}

void AccountTable::Put(AccountRecord record) {
  AccountRecord* living = record.IsTombstone() ? nullptr : Find(record.kind, record.name);
  if (living != nullptr && !living->IsTombstone() && living->id != record.id) {
    if (living->state == AccountState::kReserved) {
      records_.erase(records_.begin() + (living - records_.data()));  // nobody ever had it
    } else {
      living->state = AccountState::kGone;
      living->packages.clear();
    }
  }
  const auto place = std::lower_bound(records_.begin(), records_.end(), record, Before);
  if (place != records_.end() && OrderOf(*place) == OrderOf(record)) {
    *place = std::move(record);
  } else {
    records_.insert(place, std::move(record));
  }
}

std::vector<ParseError> ParseAccountTable(std::string_view bytes, AccountTable* table) {
  table->records_.clear();
  std::vector<ParseError> errors;
  std::map<std::tuple<AccountKind, std::string, uint32_t>, uint32_t> lines_of;
  std::map<std::pair<AccountKind, std::string>, uint32_t> living;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (line.raw.starts_with('#') || line.raw == "\n") continue;
    AccountRecord record;
    if (const std::optional<ParseError> error = ReadRecord(line, &record)) {
      errors.push_back(*error);
      continue;
    }
    uint32_t first =
        lines_of.try_emplace({record.kind, record.name, record.id}, line.number).first->second;
    if (first == line.number && !record.IsTombstone()) {
      first = living.try_emplace({record.kind, record.name}, line.number).first->second;
    }
    if (first != line.number) {
      errors.push_back({{line.number, 1},
                        std::string(AccountKindName(record.kind)) + " " + record.name +
                            " is already in line " + std::to_string(first)});
      continue;
    }
    table->records_.push_back(std::move(record));
  }
  std::sort(table->records_.begin(), table->records_.end(), Before);
  return errors;
}

std::string FormatAccountTable(const AccountTable& table) {
  std::string bytes;
  for (const AccountRecord& record : table.records()) {
    bytes += AccountKindName(record.kind);
    bytes += ":" + record.name + ":" + std::to_string(record.id) + ":";
    bytes += AccountStateName(record.state);
    bytes += ":";
    for (const std::string& package : record.packages) {
      if (bytes.back() != ':') bytes += ",";
      bytes += package;
    }
    bytes += ":" + Escaped(record.origin) + ":" + std::to_string(record.first_seen) + ":" +
             record.written + "\n";
  }
  return bytes;
}

}  // namespace keelson
