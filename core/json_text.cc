// A string of JSON is made of characters; bytes that are none would be a string that strict readers
// refuse. So a text with such a byte is written in hexadecimal, as records write a BLOB.
#include "core/json_text.h"

#include <cstdint>

namespace keelson {

namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr std::string_view kHex = "hex:";

// Of the character that the text begins with; 0: it is not UTF-8.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  uint32_t code = byte(0) & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kSmallest[length] || code > 0x10ffff || surrogate ? 0 : length;
}

void AppendEscape(uint32_t code, std::string* json) {
  *json += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) *json += kDigits[code >> shift & 15];
}

// False: it is not UTF-8.
bool AppendCharacters(std::string_view text, std::string* json) {
  while (!text.empty()) {
    const auto byte = static_cast<uint8_t>(text[0]);
    const size_t length = CharacterLength(text);
    if (length == 0) return false;
    const bool is_c1 = byte == 0xc2 && static_cast<uint8_t>(text[1]) < 0xa0;
    if (byte < 0x20 || byte == 0x7f || is_c1) {
      AppendEscape(is_c1 ? static_cast<uint8_t>(text[1]) : byte, json);
    } else {
      if (byte == '"' || byte == '\\') *json += '\\';
      *json += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string JsonQuoted(std::string_view text) {
  std::string json = "\"";
  if (!text.starts_with(kHex) && AppendCharacters(text, &json)) return json += '"';
  json.resize(1);
  json += kHex;
  for (const char c : text) {
    json += kDigits[static_cast<uint8_t>(c) >> 4];
    json += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return json += '"';
}

}  // namespace keelson
