// One cursor over the text of a line; every rule below was asked of getent before it was written
// down.
//
//   NAME:PASSWORD:UID:GID:GECOS:DIRECTORY:SHELL     passwd
//   NAME:PASSWORD:GID:MEMBER,MEMBER...              group
//   NAME:PASSWORD:LAST:MIN:MAX:WARN:INACTIVE:EXPIRE:FLAG  shadow
#include "core/passwd.h"

#include "core/flat_file.h"

namespace keelson {

namespace {

bool IsCompatName(std::string_view name) {
  return !name.empty() && (name[0] == '+' || name[0] == '-');
}

// Up to the next ':' or the end.
std::string_view TakeText(std::string_view* rest) {
  const size_t end = rest->find(':');
  const std::string_view field = rest->substr(0, end);
  rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
  return field;
}

// A number that ends at ':' or at the end of the line.
bool TakeId(std::string_view* rest, uint32_t* id) {
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

// One to nine plain digits up to `stop`, which *at is left at. Anything else: false.
bool TakePlainDigits(const char** at, const char* end, uint32_t* value) {
  const char* first = *at;
  const char* limit = end - first > 9 ? first + 9 : end;
  uint32_t number = 0;
  const char* p = first;
  for (; p < limit && *p >= '0' && *p <= '9'; ++p) {
    number = number * 10 + static_cast<uint32_t>(*p - '0');
  }
  *at = p;
  *value = number;
  return p > first;
}

}  // namespace

bool ParsePasswdKeys(std::string_view text, std::string_view* name, uint32_t* uid) {
  // Ordinary lines here, in one pass; all others by the whole parser.
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p != end && *p > '-') {
    while (p != end && *p != ':') ++p;
    *name = {text.data(), static_cast<size_t>(p - text.data())};
    if (p != end) ++p;
    while (p != end && *p != ':') ++p;
    if (p != end) ++p;
    uint32_t gid;
    if (TakePlainDigits(&p, end, uid) && p != end && *p++ == ':' &&
        TakePlainDigits(&p, end, &gid) && (p == end || *p == ':')) {
      return true;
    }
  }
  PasswdEntry entry;
  if (!ParsePasswd(text, &entry)) return false;
  *name = entry.name;
  *uid = entry.uid;
  return true;
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
