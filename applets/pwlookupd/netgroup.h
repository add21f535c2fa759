// A netgroup with all the netgroups in it.
#ifndef KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_

#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

// The triples in libc's order: a group's own, then those of the netgroups it names, the last named
// first; each netgroup once. False: there is no such netgroup (in it: is passed over).
bool ExpandNetgroup(std::string_view bytes, std::string_view name,
                    std::vector<NetgroupItem>* triples);

// As innetgr(3): host and domain whatever their case; an empty part of a triple is any.
bool IsInNetgroup(const std::vector<NetgroupItem>& triples, std::string_view host,
                  std::string_view user, std::string_view domain);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_NETGROUP_H_
