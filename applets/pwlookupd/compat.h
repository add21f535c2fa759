// passwd and group with lines of old, which stand for entries of YP: `passwd: compat`. Pure.
//
//   +            every entry; no line behind it counts
//   +NAME        the entry of this name
//   +@NETGROUP   the entries of its users (passwd only; in group it means nothing)
//   -NAME, -@NETGROUP   from here on YP has no such entries, and a name that is excluded is not
//                found in any line that follows
// The first line that has the entry wins. Fields of a + line in passwd that are not empty stand in
// for YP's: password, gecos, directory, shell; never the ids. What a line says holds for names, for
// ids and for enumerations alike.
#ifndef KEELSON_APPLETS_PWLOOKUPD_COMPAT_H_
#define KEELSON_APPLETS_PWLOOKUPD_COMPAT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/yp_facts.h"
#include "applets/pwlookupd/yp_lookup.h"
#include "core/passwd.h"

namespace keelson {

// Views into the file and the facts. While YP is down, lines of the file alone are still found;
// kDown: not even those, or somebody may be excluded.
YpFound FindCompatEntry(std::string_view file, const AccountKey& key, const YpContext& context,
                        PasswdEntry* entry);
YpFound FindCompatEntry(std::string_view file, const AccountKey& key, const YpContext& context,
                        GroupEntry* entry);

// Every entry, in order. kDown: of the file alone.
YpFound AllCompatEntries(std::string_view file, const YpContext& context,
                         std::vector<PasswdEntry>* entries);
YpFound AllCompatEntries(std::string_view file, const YpContext& context,
                         std::vector<GroupEntry>* entries);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_COMPAT_H_
