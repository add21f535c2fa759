// os-release(5) and files of its form: KEY=VALUE, with a shell's quotes.
#ifndef KEELSON_CORE_OS_RELEASE_H_
#define KEELSON_CORE_OS_RELEASE_H_

#include <string>
#include <string_view>

namespace keelson {

// The value of the last line for the key, quotes taken off; empty: there is none. Lines that begin
// with '#' or ';' are comments. A backslash takes the next byte as it is; in double quotes only
// before one of "\`$; in single quotes never. Nothing is expanded.
std::string OsReleaseValue(std::string_view bytes, std::string_view key);

}  // namespace keelson

#endif  // KEELSON_CORE_OS_RELEASE_H_
