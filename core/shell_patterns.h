// Words of a shell that are patterns of glob(7), as wordexp(3) takes them, but nothing is expanded.
#ifndef KEELSON_CORE_SHELL_PATTERNS_H_
#define KEELSON_CORE_SHELL_PATTERNS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// '...', "..." and backslashes take the meaning from * ? [ ] and blanks; in the patterns such bytes
// have a backslash in front. False at what would need a shell ($ ` ~ | & ; < > ( ) { }) and at a
// quote without an end; `fault` is its place then.
bool SplitShellPatterns(std::string_view text, std::vector<std::string>* patterns, size_t* fault);

// The text as a pattern that matches itself alone.
std::string AsShellPattern(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_SHELL_PATTERNS_H_
