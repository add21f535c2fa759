// Which ids and names an account may have.
#ifndef KEELSON_CORE_ACCOUNT_ID_H_
#define KEELSON_CORE_ACCOUNT_ID_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace keelson {

struct IdRange {
  uint32_t first = 0;
  uint32_t last = 0;  // included
  bool Has(uint32_t id) const { return first <= id && id <= last; }
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

// 65535 and 4294967295 are -1 in 16 and 32 bits: system calls take them for "no id".
inline bool IsAccountId(uint32_t id) { return id != 65535 && id != UINT32_MAX; }

// Decimal digits only, and an id that an account may have.
std::optional<uint32_t> ParseAccountId(std::string_view text);

// "FIRST-LAST" or "ID", decimal digits, FIRST <= LAST <= 4294967295.
std::optional<IdRange> ParseIdRange(std::string_view text);

// What libc, login and useradd all take: [a-z_][a-z0-9_-]*[$]? of at most 32 bytes. Digits may
// stand in front where there is a letter (3proxy); a name of digits alone would be taken for an id.
bool IsAccountName(std::string_view name);

}  // namespace keelson

#endif  // KEELSON_CORE_ACCOUNT_ID_H_
