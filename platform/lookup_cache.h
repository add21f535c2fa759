// Telling the lookup daemons of the machine that accounts have changed.
#ifndef KEELSON_PLATFORM_LOOKUP_CACHE_H_
#define KEELSON_PLATFORM_LOOKUP_CACHE_H_

#include <initializer_list>
#include <string_view>

namespace keelson {

inline constexpr char kLookupSocket[] = "/var/run/nscd/socket";

// Sends nscd's INVALIDATE for each database ("passwd", "group") to the socket that pwlookupd and
// nscd serve, and waits for the answer, so that whoever asks next is told the new; pwlookupd's
// subscribers (core/lookup_monitor.h) have been told, too. Without a daemon, and when it does not
// answer within a second in all: nothing. Never fails.
void ForgetLookups(std::initializer_list<std::string_view> databases,
                   std::string_view socket = kLookupSocket);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LOOKUP_CACHE_H_
