// The C library's texts; they are not translated because nobody here calls setlocale.
#include "platform/error.h"

#include <cstring>

namespace keelson {

std::string Error::Text() const {
  int saved = errno;
  std::string text = std::strerror(code_);
  errno = saved;
  return text;
}

}  // namespace keelson
