// Entries as YP has them: which map and key, and what of a reply is taken. Pure.
//
// An entry is taken when its line is one of passwd(5), group(5) or services(5), has what was asked
// for, and neither a control character nor a name with '+' or '-' in front. A server may not make a
// root: entries with uid or gid 0 are refused. Who is not root sees "x" for every password.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_LOOKUP_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_LOOKUP_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/yp_facts.h"
#include "core/passwd.h"
#include "core/services.h"

namespace keelson {

// What every lookup by way of YP needs.
struct YpContext {
  YpFacts* facts;
  std::string_view domain;
  bool shows_passwords = false;
  // Where netgroups are looked for, in this order; each as its file or as YP's map.
  enum class NetgroupSource : uint8_t { kFile, kYp };
  std::vector<NetgroupSource> netgroup_sources = {};
  std::string_view netgroup_file = {};
};

// By id, or, without one, by name.
struct AccountKey {
  std::string_view name;
  std::optional<uint32_t> id = std::nullopt;
};

// Views into the facts. kDown, kLater: the entry is undefined.
YpFound FindYpEntry(const AccountKey& key, const YpContext& context, PasswdEntry* entry);
YpFound FindYpEntry(const AccountKey& key, const YpContext& context, GroupEntry* entry);

// All entries of passwd.byname and group.byname.
YpFound AllYpEntries(const YpContext& context, std::vector<PasswdEntry>* entries);
YpFound AllYpEntries(const YpContext& context, std::vector<GroupEntry>* entries);

// By port (host byte order), or, without one, by name or alias. An empty protocol stands for any.
YpFound FindYpService(std::string_view name, std::optional<uint16_t> port,
                      std::string_view protocol, const YpContext& context, ServiceEntry* entry);

// The gids of the groups that have the user as a member: from netid.byname, and where that does not
// have the user, from the members of all groups. kNo: none.
YpFound FindYpGroupsOf(std::string_view user, const YpContext& context,
                       std::vector<uint32_t>* gids);

// The users of a netgroup and of all netgroups in it, whatever their hosts and domains. An empty
// one stands for everybody. kNo: there is no such netgroup.
YpFound FindNetgroupUsers(std::string_view netgroup, const YpContext& context,
                          std::vector<std::string_view>* users);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_LOOKUP_H_
