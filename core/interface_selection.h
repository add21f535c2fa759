// A word of an auto or allow line, of a rename or of ifup's operands: an interface by its name or
// by what it looks like.
//
//   NAME[=LOGICAL]                          the interface NAME
//   [VARIABLE]/VALUE[/[NTH]][=LOGICAL]      all (or the NTH) whose name, or VARIABLE, matches the
//                                           pattern VALUE of fnmatch(3), with its extensions
// VARIABLE is "mac", or on Linux a file of /sys/class/net/NAME. LOGICAL is the iface that is meant
// (of a rename: the new name).
#ifndef KEELSON_CORE_INTERFACE_SELECTION_H_
#define KEELSON_CORE_INTERFACE_SELECTION_H_

#include <cstdint>
#include <string_view>

namespace keelson {

struct InterfaceSelection {
  bool is_pattern = false;
  std::string_view name;      // of what is no pattern
  std::string_view variable;  // empty: the name
  std::string_view value;
  uint32_t nth = 0;  // from 1; 0: all
  std::string_view logical;
  bool has_logical = false;
};
InterfaceSelection ParseInterfaceSelection(std::string_view word);

}  // namespace keelson

#endif  // KEELSON_CORE_INTERFACE_SELECTION_H_
