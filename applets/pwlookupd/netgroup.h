// A netgroup with all the netgroups in it.
#ifndef KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_

#include <functional>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

// The triples in libc's order: a group's own, then those of the netgroups it names, the last named
// first; each netgroup once. False: there is no such netgroup (in it: is passed over).
bool ExpandNetgroup(std::string_view bytes, std::string_view name,
                    std::vector<NetgroupItem>* triples);

// The same wherever netgroups come from. find: the items of a netgroup, as NetgroupReader has them;
// false: there is none of this name.
using FindNetgroup = std::function<bool(std::string_view name, std::string_view* items)>;
bool ExpandNetgroup(const FindNetgroup& find, std::string_view name,
                    std::vector<NetgroupItem>* triples);
bool FindNetgroupInFile(std::string_view bytes, std::string_view name, std::string_view* items);

// As innetgr(3): host and domain whatever their case; an empty part of a triple is any.
bool IsInNetgroup(const std::vector<NetgroupItem>& triples, std::string_view host,
                  std::string_view user, std::string_view domain);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_
