// Which servers of YP a machine has: yp.conf(5) and defaultdomain.
#ifndef KEELSON_CORE_YP_CONFIG_H_
#define KEELSON_CORE_YP_CONFIG_H_

#include <string_view>
#include <vector>

namespace keelson {

// The first word of /etc/defaultdomain. Empty: none, or such as no domain is called: longer than
// kYpMaxDomain, with a '/', a control character or a dot in front.
std::string_view YpDomainOf(std::string_view bytes);
bool IsYpDomain(std::string_view name);

// The hosts that yp.conf has for this domain, in its order: "ypserver HOST" (or "server HOST"),
// "domain DOMAIN server HOST". '#' begins a comment. Other lines ("broadcast") mean nothing here.
std::vector<std::string_view> YpServersOf(std::string_view bytes, std::string_view domain);

}  // namespace keelson

#endif  // KEELSON_CORE_YP_CONFIG_H_
