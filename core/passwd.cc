// One cursor over the text of a line; every rule below was asked of getent before it was written
// down.
//
//   NAME:PASSWORD:UID:GID:GECOS:DIRECTORY:SHELL     passwd
//   NAME:PASSWORD:GID:MEMBER,MEMBER...              group
//   NAME:PASSWORD:LAST:MIN:MAX:WARN:INACTIVE:EXPIRE:FLAG  shadow
#include "core/passwd.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/flat_file.h"

namespace keelson {

namespace {

bool IsCompatName(std::string_view name) {
  return !name.empty() && (name[0] == '+' || name[0] == '-');
}

// Eight bytes at a time, the first one lowest.
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;
constexpr bool kEightBytes = std::endian::native == std::endian::little;

uint64_t Load(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// The next ':' at p or behind it, or null when there is none that can be found eight bytes at a
// time, or a NUL before it.
inline const char* FindColon(const char* p, const char* end) {
  for (; end - p >= 8; p += 8) {
    const uint64_t word = Load(p);
    const uint64_t other = word ^ (kOnes * ':');
    uint64_t found = (other - kOnes) & ~other & kHighs;  // exact up to the first one
    found |= (word - kOnes) & ~word & kHighs;            // NUL, the same
    if (found == 0) continue;
    p += std::countr_zero(found) >> 3;
    return *p == ':' ? p : nullptr;
  }
  return nullptr;
}

// How many plain digits stand at p. 0: none, eight or more, or fewer than eight bytes left.
inline int CountPlainDigits(const char* p, const char* end) {
  if (end - p < 8) return 0;
  const uint64_t digits = Load(p) ^ (kOnes * '0');
  const uint64_t others = (digits | (digits + kOnes * 6)) & (kOnes * 0xf0);
  return others == 0 ? 0 : std::countr_zero(others) >> 3;
}

// The value of `count` of them, 1 to 7.
inline uint32_t PlainValue(const char* p, int count) {
  uint64_t digits = Load(p) ^ (kOnes * '0');
  digits <<= 64 - 8 * count;  // zeros in front; then pairs, fours, and all eight
  digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
  digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffff;
  return static_cast<uint32_t>(digits * 10000 + (digits >> 32));
}

// Up to the next ':' or the end.
std::string_view TakeText(std::string_view* rest) {
  const char* const begin = rest->data();
  const char* const colon = kEightBytes ? FindColon(begin, begin + rest->size()) : nullptr;
  const size_t end = colon != nullptr ? static_cast<size_t>(colon - begin) : rest->find(':');
  const std::string_view field = rest->substr(0, end);
  rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
  return field;
}

// A number that ends at ':' or at the end of the line.
bool TakeId(std::string_view* rest, uint32_t* id) {
  if (kEightBytes) {
    const char* const begin = rest->data();
    const int digits = CountPlainDigits(begin, begin + rest->size());
    if (digits != 0 && begin[digits] == ':') {
      *id = PlainValue(begin, digits);
      rest->remove_prefix(static_cast<size_t>(digits) + 1);
      return true;
    }
  }
  const Number number = TakeNumber(*rest);
  if (number.used == 0 || number.value > UINT32_MAX) return false;
  if (number.used < rest->size() && (*rest)[number.used] != ':') return false;
  *id = static_cast<uint32_t>(number.value);
  rest->remove_prefix(number.used < rest->size() ? number.used + 1 : number.used);
  return true;
}

// The same where nothing at all may stand before the ':'; then *id is left as it is. The end of the
// line is too early for such a field.
bool TakeOptionalId(std::string_view* rest, uint32_t* id) {
  if (!rest->starts_with(':')) return TakeId(rest, id);
  rest->remove_prefix(1);
  return true;
}

bool TakeId(bool optional, std::string_view* rest, uint32_t* id) {
  return optional ? TakeOptionalId(rest, id) : TakeId(rest, id);
}

// The line from its name on. False: nothing in it.
bool StartLine(std::string_view text, std::string_view* rest) {
  *rest = SkipBlanks(text);
  return !rest->empty() && rest->front() != '#';
}

// What libc makes of a number in shadow: it goes through an int.
bool TakeDays(std::string_view* rest, int64_t* days) {
  uint32_t number = UINT32_MAX;
  if (!TakeOptionalId(rest, &number)) return false;
  *days = static_cast<int32_t>(number);
  return true;
}

}  // namespace

bool ParsePasswd(std::string_view text, PasswdEntry* entry) {
  std::string_view rest;
  if (!StartLine(text, &rest)) return false;
  *entry = {};
  entry->name = TakeText(&rest);
  const bool compat = IsCompatName(entry->name);
  if (compat && rest.empty()) return true;
  entry->password = TakeText(&rest);
  if (!TakeId(compat, &rest, &entry->uid) || !TakeId(compat, &rest, &entry->gid)) return false;
  entry->gecos = TakeText(&rest);
  entry->directory = TakeText(&rest);
  entry->shell = rest;
  return true;
}

namespace {

// Lines as they usually are: nothing to skip, short plain ids, something behind them.
inline bool ParseOrdinaryKeys(std::string_view text, std::string_view* name, uint32_t* uid) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (text.size() < 8 || *p <= '-') return false;
  const char* colon = FindColon(p, end);
  if (colon == nullptr) return false;
  *name = {p, static_cast<size_t>(colon - p)};
  p = FindColon(colon + 1, end);
  if (p == nullptr) return false;
  const char* const uid_at = ++p;
  const int uid_digits = CountPlainDigits(p, end);
  if (uid_digits == 0 || p[uid_digits] != ':') return false;
  p += uid_digits + 1;
  const int gid_digits = CountPlainDigits(p, end);
  if (gid_digits == 0 || p[gid_digits] != ':') return false;
  *uid = PlainValue(uid_at, uid_digits);
  return true;
}

}  // namespace

bool ParsePasswdKeys(std::string_view text, std::string_view* name, uint32_t* uid) {
  if (kEightBytes && ParseOrdinaryKeys(text, name, uid)) return true;
  PasswdEntry entry;
  if (!ParsePasswd(text, &entry)) return false;
  *name = entry.name;
  *uid = entry.uid;
  return true;
}

bool PasswdKeyReader::Next(size_t* offset, std::string_view* name, uint32_t* uid) {
  while (next_ < bytes_.size()) {
    *offset = next_;
    const std::string_view rest = bytes_.substr(next_);
    const size_t line_end = std::min(rest.find('\n'), rest.size());
    next_ += line_end + 1;
    const std::string_view text = rest.substr(0, line_end);
    // A NUL behind the ids cuts off nothing that is asked for, and one before them is not ordinary.
    if (ParseOrdinaryKeys(text, name, uid)) return true;
    if (ParsePasswdKeys(text.substr(0, text.find('\0')), name, uid)) return true;
  }
  return false;
}

bool ParseGroup(std::string_view text, GroupEntry* entry) {
  std::string_view rest;
  if (!StartLine(text, &rest)) return false;
  *entry = {};
  entry->name = TakeText(&rest);
  const bool compat = IsCompatName(entry->name);
  if (compat && rest.empty()) return true;
  entry->password = TakeText(&rest);
  if (!TakeId(compat, &rest, &entry->gid)) return false;
  entry->members = rest;
  return true;
}

bool ParseMemberships(std::string_view text, GroupEntry* entry) {
  const bool plain = text.find_first_of("# \t\n\v\f\r") != 0;
  return ParseGroup(plain ? text : text.substr(std::min(text.find(':'), text.size())), entry);
}

bool ParseShadow(std::string_view text, ShadowEntry* entry) {
  std::string_view rest;
  if (!StartLine(text, &rest)) return false;
  *entry = {};
  entry->name = TakeText(&rest);
  if (IsCompatName(entry->name) && rest.empty()) {
    entry->last_change = entry->min = entry->max = 0;
    return true;
  }
  entry->password = TakeText(&rest);
  if (!TakeDays(&rest, &entry->last_change) || !TakeDays(&rest, &entry->min) ||
      !TakeDays(&rest, &entry->max)) {
    return false;
  }
  if (SkipBlanks(rest).empty()) return true;
  if (!TakeDays(&rest, &entry->warn) || !TakeDays(&rest, &entry->inactive) ||
      !TakeDays(&rest, &entry->expire)) {
    return false;
  }
  if (rest.empty()) return true;
  const std::optional<uint32_t> flag = ParseId(rest);
  if (flag) entry->flag = *flag;
  return flag.has_value();
}

}  // namespace keelson
