// Lengths are checked before anything is read by them; a frame too large is refused by its first
// four bytes, so that nobody waits for bytes that will not be taken.
#include "core/frame.h"

namespace keelson {

namespace {

constexpr size_t kLength = 4;
constexpr size_t kTypeAndCount = 4;

uint32_t Read(std::string_view bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[at + i - 1]);
  return value;
}

void Append(uint32_t value, size_t size, std::string* bytes) {
  for (size_t i = 0; i < size; ++i) bytes->push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

FrameResult ParseFrame(std::string_view bytes, Frame* frame, size_t* consumed) {
  if (bytes.size() < kLength) return FrameResult::kNeedMore;
  const size_t length = Read(bytes, 0, kLength);
  if (length < kTypeAndCount || length > kMaxFrame) return FrameResult::kMalformed;
  if (bytes.size() < kLength + length) return FrameResult::kNeedMore;
  std::string_view rest = bytes.substr(kLength, length);
  frame->type = static_cast<uint16_t>(Read(rest, 0, 2));
  const size_t count = Read(rest, 2, 2);
  rest.remove_prefix(kTypeAndCount);
  frame->fields.clear();
  if (count > kMaxFrameFields || count * kLength > rest.size()) return FrameResult::kMalformed;
  for (size_t i = 0; i < count; ++i) {
    if (rest.size() < kLength) return FrameResult::kMalformed;
    const size_t size = Read(rest, 0, kLength);
    rest.remove_prefix(kLength);
    if (size > rest.size()) return FrameResult::kMalformed;
    frame->fields.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  if (!rest.empty()) return FrameResult::kMalformed;
  *consumed = kLength + length;
  return FrameResult::kFrame;
}

bool AppendFrame(uint16_t type, std::span<const std::string_view> fields, std::string* bytes) {
  if (fields.size() > kMaxFrameFields) return false;
  size_t length = kTypeAndCount;
  for (const std::string_view field : fields) {
    if (field.size() > kMaxFrame) return false;
    length += kLength + field.size();
  }
  if (length > kMaxFrame) return false;
  bytes->reserve(bytes->size() + kLength + length);
  Append(static_cast<uint32_t>(length), kLength, bytes);
  Append(type, 2, bytes);
  Append(static_cast<uint32_t>(fields.size()), 2, bytes);
  for (const std::string_view field : fields) {
    Append(static_cast<uint32_t>(field.size()), kLength, bytes);
    bytes->append(field);
  }
  return true;
}

}  // namespace keelson
