// Messages <-> bytes for our own control sockets (nscd's protocol has its own form).
//
// A frame, little-endian:
//   0  u32 length of everything after this field, at most kMaxFrame
//   4  u16 type, what it means is each daemon's own (applets/*/protocol.h)
//   6  u16 number of fields
//   8  fields: u32 length, bytes; each
// Unknown types are answered by an error, extra fields are ignored: both ends may be of different
// age.
#ifndef KEELSON_CORE_FRAME_H_
#define KEELSON_CORE_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

inline constexpr size_t kMaxFrame = 64 * 1024;  // bytes after the length field
inline constexpr size_t kMaxFrameFields = 1024;

struct Frame {
  uint16_t type = 0;
  std::vector<std::string_view> fields;  // into the bytes that were parsed
};

enum class FrameResult : uint8_t { kFrame, kNeedMore, kMalformed };

// Takes one frame from the front of the bytes. kFrame: *consumed is its whole length.
FrameResult ParseFrame(std::string_view bytes, Frame* frame, size_t* consumed);

// Appends a frame. False, and nothing appended: larger than kMaxFrame or too many fields.
bool AppendFrame(uint16_t type, std::span<const std::string_view> fields, std::string* bytes);

}  // namespace keelson

#endif  // KEELSON_CORE_FRAME_H_
