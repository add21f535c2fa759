// A change of the kernel in words, for whoever reads that it failed.
#ifndef KEELSON_APPLETS_NETCONFD_CHANGE_TEXT_H_
#define KEELSON_APPLETS_NETCONFD_CHANGE_TEXT_H_

#include <string>

#include "platform/net_if.h"

namespace keelson {

std::string RouteText(const NetRoute& route);     // "the default route by 192.0.2.254"
std::string ChangeText(const NetChange& change);  // "eth0: adding 192.0.2.1/24"

// The system's text, or what it means for that change: that the kernel has no such kind.
std::string ChangeErrorText(const NetChange& change, Error error);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_CHANGE_TEXT_H_
