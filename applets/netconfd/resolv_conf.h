// /etc/resolv.conf, as long as networks offer name servers.
//
// The file begins with a mark. One without it is somebody else's: it is kept beside, and is back
// when nobody offers anything any more. A link into /run leads to the place to write; another one
// is somebody else's file. Where /etc cannot be written to, /run/keelson/resolv.conf is.
#ifndef KEELSON_APPLETS_NETCONFD_RESOLV_CONF_H_
#define KEELSON_APPLETS_NETCONFD_RESOLV_CONF_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.h"
#include "platform/error.h"
#include "platform/file.h"

namespace keelson {

// What one has to offer.
struct ResolverOffer {
  std::vector<IpAddress> dns = {};
  std::vector<std::string> search = {};  // IsDnsName

  friend bool operator==(const ResolverOffer&, const ResolverOffer&) = default;
};

// "search ..." and a line for each server, each value once, in order.
std::string ResolverText(std::span<const ResolverOffer> offers);

inline constexpr std::string_view kResolvConfMark = "# By keelson's netconfd";
inline constexpr char kResolvConfSaved[] = "resolv.conf.before-keelson";

// Atomically: a reader sees the file before or this one.
Error WriteResolvConf(Root& root, std::string_view text);
// What was there before; ours is gone. One that is not ours stays.
Error RestoreResolvConf(Root& root);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_RESOLV_CONF_H_
