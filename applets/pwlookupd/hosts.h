// Keys of hosts(5): addresses, names, and names that are addresses in disguise. From the file
// alone.
#ifndef KEELSON_APPLETS_PWLOOKUPD_HOSTS_H_
#define KEELSON_APPLETS_PWLOOKUPD_HOSTS_H_

#include <string_view>

#include "core/nscd_host_wire.h"
#include "core/services.h"

namespace keelson {

// A name is looked for among the v6 lines first; only if it is not there among the v4 lines (and
// those that can be v4: ::ffff:a.b.c.d, ::1). With `multi` all lines of the name are one answer:
// the first line's name, the aliases of all, the other lines' names.
bool ScanHosts(std::string_view bytes, std::string_view key, bool multi, HostAnswer* answer);

// Adds what the line has to the answer, which is empty at first. False: it is of the other family.
bool AddHostLine(const HostEntry& host, bool v6, HostAnswer* answer);

// An address, something that was meant to be one, or digits and dots that inet_aton(3) may take.
bool IsAddressInDisguise(std::string_view name);

// "multi on" in host.conf(5).
bool HostConfSaysMulti(std::string_view bytes);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_HOSTS_H_
