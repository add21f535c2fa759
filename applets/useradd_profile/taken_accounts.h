// Accounts that live elsewhere, such as in LDAP: their names and ids are not to be given again.
//
// The file has lines of passwd (7 fields), master.passwd (10) or group (4), in any order. Empty
// lines, lines that begin with '#' and compat lines mean nothing.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_TAKEN_ACCOUNTS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_TAKEN_ACCOUNTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "core/account_id.h"
#include "core/account_state.h"

namespace keelson {

class TakenAccounts {
 public:
  // Adds what the bytes say. path: for messages. The first line of a name or an id counts.
  void Add(std::string_view bytes, const std::string& path, std::vector<std::string>* errors);

  // Null: nobody of that name, or with that id.
  const uint32_t* FindId(AccountKind kind, std::string_view name) const;
  const std::string* FindName(AccountKind kind, uint32_t id) const;
  void AddIds(std::vector<IdRange>* ranges) const;  // of users and groups

 private:
  struct Names {
    std::map<std::string, uint32_t, std::less<>> ids;
    std::unordered_map<uint32_t, std::string> names;
  };
  const Names& Of(AccountKind kind) const { return kind == AccountKind::kUser ? users_ : groups_; }

  Names users_, groups_;
};

// The files that --taken names, in order; "-" is the standard input. *errors: lines that mean
// nothing. Not OK: a file cannot be read.
absl::Status ReadTaken(const std::vector<std::string_view>& paths, TakenAccounts* taken,
                       std::vector<std::string>* errors);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_TAKEN_ACCOUNTS_H_
