// number  4 bytes; opaque  number of bytes, bytes, 0 to 3 zeros
#include "core/xdr.h"

#include "core/network_order.h"

namespace keelson {

void AppendXdrOpaque(std::string_view opaque, std::string* bytes) {
  Append32(static_cast<uint32_t>(opaque.size()), bytes);
  *bytes += opaque;
  bytes->append((4 - opaque.size() % 4) % 4, '\0');
}

bool XdrReader::Number(uint32_t* number) {
  if (rest_.size() < 4) return false;
  *number = Read32(rest_, 0);
  rest_.remove_prefix(4);
  return true;
}

bool XdrReader::Opaque(size_t limit, std::string_view* opaque) {
  XdrReader ahead = *this;
  uint32_t size;
  if (!ahead.Number(&size) || size > limit) return false;
  const size_t padded = (size_t{size} + 3) / 4 * 4;
  if (padded > ahead.rest_.size()) return false;
  *opaque = ahead.rest_.substr(0, size);
  rest_ = ahead.rest_.substr(padded);
  return true;
}

}  // namespace keelson
