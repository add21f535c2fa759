// FileBytes from a literal, for tests.
#ifndef KEELSON_TESTS_APPLETS_PWLOOKUPD_BYTES_OF_H_
#define KEELSON_TESTS_APPLETS_PWLOOKUPD_BYTES_OF_H_

#include <cstring>
#include <memory>
#include <string_view>

#include "platform/file.h"

namespace keelson {

inline FileBytes BytesOf(std::string_view text) {
  FileBytes bytes;
  bytes.data.reset(new char[text.size() + 1]);
  std::memcpy(bytes.data.get(), text.data(), text.size());
  bytes.size = text.size();
  return bytes;
}

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_PWLOOKUPD_BYTES_OF_H_
