// XML -> a tree. The only reader of XML here; over expat, which checks that it is well-formed.
//
// A DOCTYPE is skipped: nothing is fetched, and a document that declares an entity or attributes
// of its own, or names an unknown entity in its text, is refused at that line. Predefined entities
// and character references are replaced. Namespaces are left in the names as they stand. Comments
// and processing instructions mean nothing.
#ifndef KEELSON_CORE_XML_H_
#define KEELSON_CORE_XML_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  // in order
  std::string text;  // all text directly in it, joined; UTF-8
  std::vector<XmlElement> children;
  Position at;  // of its '<'
};

struct XmlLimits {
  size_t bytes = size_t{16} << 20;  // of the document
  size_t depth = 64;
  size_t elements = 1'000'000;  // and attributes
};

// The root element, or the first error (then *root holds what came before it).
std::optional<ParseError> ParseXml(std::string_view bytes, const XmlLimits& limits,
                                   XmlElement* root);

}  // namespace keelson

#endif  // KEELSON_CORE_XML_H_
