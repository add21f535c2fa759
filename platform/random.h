// Bytes that nobody can guess.
#ifndef KEELSON_PLATFORM_RANDOM_H_
#define KEELSON_PLATFORM_RANDOM_H_

#include <cstdint>
#include <string>

#include "platform/error.h"

namespace keelson {

// 128 bits as 32 hexadecimal digits.
Error RandomId(std::string* id);

Error RandomNumber(uint32_t* number);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_RANDOM_H_
