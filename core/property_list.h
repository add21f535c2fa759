// Apple's property lists in XML -> values. Read only, and no binary ones.
//
// <plist> with one value: dict, array, string, integer, true, false, data; real and date are taken
// as their text. Attributes mean nothing, text between values is an error.
#ifndef KEELSON_CORE_PROPERTY_LIST_H_
#define KEELSON_CORE_PROPERTY_LIST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

enum class PropertyKind : uint8_t {
  kDictionary,
  kArray,
  kString,
  kInteger,
  kBoolean,
  kData,
  kReal,
  kDate,
};
std::string_view PropertyKindName(PropertyKind kind);  // "dict" ...

struct Property {
  PropertyKind kind = PropertyKind::kString;
  Position at;
  std::string bytes;    // kString, kReal, kDate: the text; kInteger: as it stands; kData: decoded
  int64_t integer = 0;  // kInteger (-2^63 to 2^63-1, decimal or 0x); kBoolean: 0 or 1
  std::vector<Property> items;                       // kArray, kDictionary: in order
  std::vector<std::string> keys;                     // kDictionary: of the items, each once
  const Property* Find(std::string_view key) const;  // of kDictionary; null: none
};

// The value of the list, or the first error.
std::optional<ParseError> ParsePropertyList(std::string_view bytes, Property* value);

}  // namespace keelson

#endif  // KEELSON_CORE_PROPERTY_LIST_H_
