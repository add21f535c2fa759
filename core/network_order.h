// Numbers as they stand in packets: the highest byte first.
#ifndef KEELSON_CORE_NETWORK_ORDER_H_
#define KEELSON_CORE_NETWORK_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace keelson {

// REQUIRES: the number's bytes lie within the bytes.
inline uint8_t Read8(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }
inline uint16_t Read16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(Read8(bytes, at) << 8 | Read8(bytes, at + 1));
}
inline uint32_t Read32(std::string_view bytes, size_t at) {
  return static_cast<uint32_t>(Read16(bytes, at)) << 16 | Read16(bytes, at + 2);
}

inline void Append8(uint8_t number, std::string* bytes) { *bytes += static_cast<char>(number); }
inline void Append16(uint16_t number, std::string* bytes) {
  const char text[] = {static_cast<char>(number >> 8), static_cast<char>(number)};
  bytes->append(text, sizeof text);
}
inline void Append32(uint32_t number, std::string* bytes) {
  const char text[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                       static_cast<char>(number >> 8), static_cast<char>(number)};
  bytes->append(text, sizeof text);
}

}  // namespace keelson

#endif  // KEELSON_CORE_NETWORK_ORDER_H_
