// Text as a JSON string (RFC 8259).
#ifndef KEELSON_CORE_JSON_TEXT_H_
#define KEELSON_CORE_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace keelson {

// With its quotes, always UTF-8; control characters (C0, DEL, C1) are \u00XX. A text that is not
// UTF-8, or begins with "hex:", is "hex:" and the digits of its bytes, so that no two texts become
// one.
std::string JsonQuoted(std::string_view text);

}  // namespace keelson

#endif  // KEELSON_CORE_JSON_TEXT_H_
