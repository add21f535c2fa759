// Text as a JSON string (RFC 8259).
#ifndef KEELSON_CORE_JSON_TEXT_H_
#define KEELSON_CORE_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace keelson {

// With its quotes, in ASCII but for valid UTF-8. A byte B that is not UTF-8 becomes the code point
// U+DC00 + B, as Python's surrogateescape reads and writes it, so that no two texts become one.
std::string JsonQuoted(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_JSON_TEXT_H_
