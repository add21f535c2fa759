// Answers about hosts that are, byte for byte, what libc would have found in the file by itself.
#ifndef KEELSON_APPLETS_PWLOOKUPD_HOST_ANSWERS_H_
#define KEELSON_APPLETS_PWLOOKUPD_HOST_ANSWERS_H_

#include <string>
#include <string_view>

#include "applets/pwlookupd/host_table.h"
#include "core/nscd_wire.h"

namespace keelson {

// What host.conf(5) says that changes answers.
struct HostConf {
  bool multi = false;
  bool reorders = false;  // "reorder" or "trim": done by libc alone
};
HostConf ParseHostConf(std::string_view bytes);

// kElsewhere: the answer is one that the protocol cannot give, so the client has to look.
//
// Of getaddrinfo's questions that is: a name with an address that is v4 and v6 (::1,
// ::ffff:1.2.3.4), which is found as one or the other depending on the family asked for; a name
// whose v4 and v6 lines begin with different names; without "multi on", a name with several lines.
NscdFound AnswerHost(const HostTable& table, const HostConf& conf, const NscdRequest& request,
                     std::string* answer);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_HOST_ANSWERS_H_
