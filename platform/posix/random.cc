// getentropy(3), which every system has.
#include "platform/random.h"

#include <unistd.h>

namespace keelson {

Error RandomId(std::string* id) {
  unsigned char bytes[16];
  if (getentropy(bytes, sizeof(bytes)) != 0) return Error::Last();
  constexpr char kDigits[] = "0123456789abcdef";
  id->clear();
  id->reserve(2 * sizeof(bytes));
  for (unsigned char byte : bytes) {
    id->push_back(kDigits[byte >> 4]);
    id->push_back(kDigits[byte & 15]);
  }
  return kOk;
}

Error RandomNumber(uint32_t* number) {
  return getentropy(number, sizeof *number) == 0 ? kOk : Error::Last();
}

}  // namespace keelson
