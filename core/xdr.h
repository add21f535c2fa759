// XDR (RFC 4506), as far as remote procedure calls of old need it: numbers of 32 bits, big end
// first, and counted bytes that are padded with zeros to four.
#ifndef KEELSON_CORE_XDR_H_
#define KEELSON_CORE_XDR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace keelson {

// A number: Append32 of core/network_order.h. A string is written as opaque bytes are.
void AppendXdrOpaque(std::string_view opaque, std::string* bytes);

// Every call is false when the bytes end before the value does; nothing is taken then.
class XdrReader {
 public:
  explicit XdrReader(std::string_view bytes) : rest_(bytes) {}

  bool Number(uint32_t* number);
  // False as well: longer than the limit. A view of the bytes.
  bool Opaque(size_t limit, std::string_view* opaque);

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_XDR_H_
