// The address families and methods of interfaces(5).
#ifndef KEELSON_CORE_INTERFACE_METHOD_H_
#define KEELSON_CORE_INTERFACE_METHOD_H_

#include <string_view>

namespace keelson {

bool IsInterfaceFamily(std::string_view family);  // inet, inet6, ipx, can, meta

// Those that ifupdown knows for the family, on any system.
bool IsInterfaceMethod(std::string_view family, std::string_view method);

// Why an interface with that method is refused, in words; empty: it is not.
std::string_view WhyRefused(std::string_view family, std::string_view method);

}  // namespace keelson

#endif  // KEELSON_CORE_INTERFACE_METHOD_H_
