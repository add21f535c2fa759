// accounts.db: which accounts came from us, for whom, and which ids are spent (docs/FORMATS.md).
#ifndef KEELSON_CORE_ACCOUNT_STATE_H_
#define KEELSON_CORE_ACCOUNT_STATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

enum class AccountKind : uint8_t { kGroup, kUser };  // in the order of their names
std::string_view AccountKindName(AccountKind kind);  // "group", "user"

enum class AccountState : uint8_t {
  kActive,
  kLocked,    // no package needs it; it is kept
  kGone,      // removed; a tombstone
  kDefunct,   // declared so; a tombstone
  kReserved,  // not there yet: the id is kept for the account of this name (an imported map)
};
std::string_view AccountStateName(AccountState state);  // "active" ...

struct AccountRecord {
  AccountKind kind = AccountKind::kUser;
  std::string name = {};
  uint32_t id = 0;
  AccountState state = AccountState::kActive;
  std::vector<std::string> packages = {};  // sorted, each once
  std::string origin = {};                 // the file that declared it
  int64_t first_seen = 0;                  // seconds since 1970
  std::string written =
      {};  // AccountFingerprint of what was written; empty: it was there before us

  bool IsTombstone() const {
    return state == AccountState::kGone || state == AccountState::kDefunct;
  }
  void AddPackage(std::string_view package);     // idempotent
  bool RemovePackage(std::string_view package);  // false: it was not there
};

// The records, sorted by kind, name and id. A name has at most one record that is no tombstone, and
// any number of tombstones, each of another id.
class AccountTable {
 public:
  const std::vector<AccountRecord>& records() const { return records_; }

  // The living record of the name, or else its tombstone with the smallest id; null: none. Valid
  // until the next Put.
  AccountRecord* Find(AccountKind kind, std::string_view name);
  const AccountRecord* Find(AccountKind kind, std::string_view name) const;

  // The tombstone of the id; null: there is none. An id is spent for users and groups alike.
  const AccountRecord* FindTombstone(uint32_t id) const;

  // Takes the place of the record with the same kind, name and id, and of the name's living record
  // if this one lives: of that a tombstone stays when its id differs.
  void Put(AccountRecord record);

 private:
  friend std::vector<ParseError> ParseAccountTable(std::string_view bytes, AccountTable* table);
  std::vector<AccountRecord> records_;
};

// All errors, in order; lines in error are left out of *table. Lines that begin with '#' and empty
// lines are skipped.
std::vector<ParseError> ParseAccountTable(std::string_view bytes, AccountTable* table);

// The same records always give the same bytes. ParseAccountTable gives the records back.
std::string FormatAccountTable(const AccountTable& table);

// A package as it stands between commas: no ':', ',', blanks or control characters, not empty.
bool IsPackageName(std::string_view name);

// Who asks when nobody says so: the administrator. Never gone by itself.
inline constexpr std::string_view kNoPackage = "-";

// 16 hexadecimal digits, the XXH3 of the text: tells whether an account still is as it was written.
std::string AccountFingerprint(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_ACCOUNT_STATE_H_
