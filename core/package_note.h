// The .note.package of an ELF file -> its fields: a JSON object (systemd's package metadata).
//
// Strict and small: one object, its values strings, numbers, true, false or null, which are taken
// as their text; arrays and objects inside it are errors, as is a key that is there twice. NULs
// behind it are padding.
#ifndef KEELSON_CORE_PACKAGE_NOTE_H_
#define KEELSON_CORE_PACKAGE_NOTE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keelson {

// In order. Empty: right. Otherwise what is wrong, and *at is its place in the text.
std::string ParsePackageNote(std::string_view text,
                             std::vector<std::pair<std::string, std::string>>* fields, size_t* at);

}  // namespace keelson

#endif  // KEELSON_CORE_PACKAGE_NOTE_H_
