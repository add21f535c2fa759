// A netgroup with all the netgroups in it.
#ifndef KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

// The items of a netgroup, as NetgroupReader has them, wherever they come from. False: there is
// none of this name.
using FindNetgroup = std::function<bool(std::string_view name, std::string_view* items)>;

struct NetgroupExpansion {
  bool found = false;
  bool complete = true;  // all netgroups that are named in it were found
  bool cut = false;      // at kMaxNetgroupItems
  std::vector<NetgroupItem> triples;
};
inline constexpr size_t kMaxNetgroupItems = 1 << 20;

// The triples in libc's order: a group's own, then those of the netgroups it names, the last named
// first; each netgroup once. What is not there is passed over.
NetgroupExpansion ExpandNetgroup(const FindNetgroup& find, std::string_view name,
                                 size_t max_items = kMaxNetgroupItems);
// The triples alone. False: there is no such netgroup.
bool ExpandNetgroup(const FindNetgroup& find, std::string_view name,
                    std::vector<NetgroupItem>* triples);
bool ExpandNetgroup(std::string_view bytes, std::string_view name,
                    std::vector<NetgroupItem>* triples);

bool FindNetgroupInFile(std::string_view bytes, std::string_view name, std::string_view* items);

// As innetgr(3): host and domain whatever their case; an empty part of a triple is any, and so is
// one that nothing is asked about.
bool IsInNetgroup(const std::vector<NetgroupItem>& triples, std::optional<std::string_view> host,
                  std::optional<std::string_view> user, std::optional<std::string_view> domain);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_
