// Names of network interfaces: what a kernel takes, and what is safe beyond that.
//
// Linux takes names such as `$(id)`, `-rf`, `a;b`, `*`, ESC sequences and bytes that are no UTF-8.
// So a name is data: it goes to a system call, or to a program as an argument or an environment
// variable. Where it would become part of a command, of a path or of a line for somebody else's
// parser, IsPlainInterfaceName must hold.
#ifndef KEELSON_CORE_INTERFACE_NAME_H_
#define KEELSON_CORE_INTERFACE_NAME_H_

#include <cstddef>
#include <string_view>

namespace keelson {

inline constexpr size_t kMaxInterfaceName = 15;  // bytes, on every system

// A name that an interface can have: 1 to 15 bytes, not "." or "..", without '/', ':', NUL, '%'
// and what the kernel calls blank (0xa0 too); not "all" or "default", which stand for other things
// in /proc/sys/net. '%' would make it a pattern that the kernel completes (`%d`).
bool IsInterfaceName(std::string_view name);

// One of those that has only A-Z a-z 0-9 . _ @ + - and no '-' in front: the same as a word of a
// shell, an argument, a file's name and a key of any file.
bool IsPlainInterfaceName(std::string_view name);

// "eth0:1" is a label of an address on eth0, "eth0" is one too.
struct InterfaceLabel {
  std::string_view device;
  std::string_view label;  // what follows the first ':'; empty if there is none
};
InterfaceLabel SplitInterfaceLabel(std::string_view name);

}  // namespace keelson

#endif  // KEELSON_CORE_INTERFACE_NAME_H_
