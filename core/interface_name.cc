// The kernel's rule byte by byte, and a stricter one.
#include "core/interface_name.h"

#include <algorithm>

#include "core/flat_file.h"

namespace keelson {
namespace {

bool IsTaken(char c) {
  return c != '/' && c != ':' && c != '%' && c != '\0' && c != '\xa0' && !IsBlank(c);
}

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '@' || c == '+' || c == '-';
}

}  // namespace

bool IsInterfaceName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxInterfaceName && name != "." && name != ".." &&
         name != "all" && name != "default" && std::all_of(name.begin(), name.end(), IsTaken);
}

bool IsPlainInterfaceName(std::string_view name) {
  return IsInterfaceName(name) && name[0] != '-' && std::all_of(name.begin(), name.end(), IsPlain);
}

InterfaceLabel SplitInterfaceLabel(std::string_view name) {
  const size_t colon = name.find(':');
  if (colon == std::string_view::npos) return {name, {}};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

}  // namespace keelson
