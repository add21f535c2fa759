// One request to the daemon, by whichever client applet.
#ifndef KEELSON_APPLETS_PWLOOKUPD_ASK_H_
#define KEELSON_APPLETS_PWLOOKUPD_ASK_H_

#include <string>
#include <string_view>

#include "core/nscd_wire.h"
#include "platform/error.h"

namespace keelson {

// The whole answer, after at most 5 seconds (what libc waits). ENOENT, ECONNREFUSED: no daemon.
// ENAMETOOLONG: the key does not fit into a request.
Error AskDaemon(std::string_view socket, NscdType type, std::string_view key, std::string* answer);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_ASK_H_
