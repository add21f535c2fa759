// Any bytes as one word of a POSIX shell.
#ifndef KEELSON_CORE_SHELL_QUOTE_H_
#define KEELSON_CORE_SHELL_QUOTE_H_

#include <string>
#include <string_view>

namespace keelson {

// 'text', with '\'' for each quote in it: a shell gives the text back byte for byte, line ends
// included. REQUIRES: no NUL, which no word can hold.
std::string ShellQuoted(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_SHELL_QUOTE_H_
