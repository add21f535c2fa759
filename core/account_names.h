// Names and ids of an account file, found without a scan.
#ifndef KEELSON_CORE_ACCOUNT_NAMES_H_
#define KEELSON_CORE_ACCOUNT_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/index.h"

namespace keelson {

// The entries of a file by name and by id, as libc finds them: the first one of each.
class AccountNames {
 public:
  struct Entry {
    std::string_view name;
    uint32_t id;
    uint32_t line;
  };

  // group: of group(5), passwd(5) otherwise. The bytes stay the caller's.
  AccountNames(std::string_view bytes, bool group);
  // For shadow(5), whose entries have no ids.
  static AccountNames OfShadow(std::string_view bytes);

  const Entry* FindName(std::string_view name) const;
  const Entry* FindId(uint32_t id) const;
  // The entry's place among all, from 0.
  size_t Place(const Entry* entry) const { return static_cast<size_t>(entry - entries_.data()); }
  size_t size() const { return entries_.size(); }

 private:
  AccountNames() = default;
  void Index();

  std::vector<Entry> entries_;
  IndexImage by_name_;
  IndexImage by_id_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_ACCOUNT_NAMES_H_
