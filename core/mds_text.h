// Values of attributes as text: what stands behind "Attribute:" in a stanza, in a condition of a
// query and in answers.
//
//   STRING        the text itself; "hex:..." and "base64:..." are the bytes that they stand for
//   BLOB          hex: or base64:, blanks between the digits mean nothing; no digits: no bytes
//   UINT32        as ParseMdsNumber reads it
//   MULTI_UINT32  such numbers separated by commas; nothing: a list without numbers
// Nothing for one of the other three says that the attribute is not there.
#ifndef KEELSON_CORE_MDS_TEXT_H_
#define KEELSON_CORE_MDS_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/mds_record.h"
#include "core/mds_schema.h"

namespace keelson {

// Empty: *value is right (nothing: not there). Otherwise what is wrong, and *at is its place in the
// text. Blanks at both ends of the text mean nothing.
std::string ParseMdsValue(std::string_view text, MdsFormat format, std::string_view symbols,
                          std::optional<MdsValue>* value, size_t* at);

// One line from which ParseMdsValue reads the same value. Numbers by their symbols where they have
// some: one name, or the names of all bits when the table has a name for each; otherwise decimal.
std::string FormatMdsValue(const MdsValue& value, MdsFormat format, std::string_view symbols);

// Blanks (line ends too) between the digits are skipped. Nothing: *at is where it goes wrong.
std::optional<std::string> DecodeHex(std::string_view text, size_t* at);
std::optional<std::string> DecodeBase64(std::string_view text, size_t* at);
std::string EncodeBase64(std::string_view bytes);

// For an error message: what is wrong with this part of a number.
std::string MdsNumberFault(std::string_view wrong, std::string_view symbols);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_TEXT_H_
