// Any bytes as XML, as a property list and as an .mdsinfo file whose resource it is too. Bounds
// hold, every error has a place, a file with errors gives nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/mds_reader.h"
#include "core/property_list.h"
#include "core/xml.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void RequirePlace(std::string_view bytes, const ParseError& error) {
  Require(error.at.line >= 1 && error.at.line <= bytes.size() + 1);
  Require(error.at.column >= 1 && error.at.column <= bytes.size() + 1);
  Require(!error.what.empty());
  Require(error.Text("file").find('\n') == std::string::npos);
}

size_t RequireTree(std::string_view bytes, const XmlElement& element, size_t depth,
                   const XmlLimits& limits) {
  Require(depth <= limits.depth);
  RequirePlace(bytes, {element.at, element.name});
  size_t elements = 1 + element.attributes.size();
  for (const XmlElement& child : element.children) {
    Require(child.at.line >= element.at.line);
    elements += RequireTree(bytes, child, depth + 1, limits);
  }
  return elements;
}

void CheckXml(std::string_view bytes) {
  for (const XmlLimits& limits : {XmlLimits{}, XmlLimits{1 << 16, 4, 20}}) {
    XmlElement root;
    const auto error = ParseXml(bytes, limits, &root);
    if (error) {
      RequirePlace(bytes, *error);
    } else {
      Require(RequireTree(bytes, root, 1, limits) <= limits.elements);
    }
  }
}

void CheckList(std::string_view bytes) {
  Property value;
  if (const auto error = ParsePropertyList(bytes, &value)) RequirePlace(bytes, *error);
}

void CheckInfo(std::string_view bytes) {
  static MdsSchema schema = MdsSchema::BuiltIn();  // declares none
  std::vector<MdsRecord> records;
  std::vector<ParseError> notes;
  MdsContext context{"id", "/path", "name", 3, nullptr};
  context.resource = [bytes](const std::string& name, std::string* resource) {
    Require(!name.empty() && name.find('/') == std::string::npos && name[0] != '.');
    // The inside of the file's own array.
    const size_t begin = bytes.find("<array>"), end = bytes.rfind("</array>");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
      return false;
    }
    *resource = "<plist>" + std::string(bytes.substr(begin, end - begin)) + "</array></plist>";
    return true;
  };
  const auto errors =
      ReadMdsFile(MdsFileKind::kPropertyList, bytes, "file", context, &schema, &records, &notes);
  for (const ParseError& error : errors) RequirePlace(bytes, error);
  for (const ParseError& note : notes) RequirePlace(bytes, note);
  Require(errors.empty() || records.empty());
  for (const MdsRecord& record : records) {
    const MdsRelation& relation = schema.relations()[record.relation];
    Require(record.values.size() == relation.attributes.size());
    Require(HasMdsModuleId(relation, record));
    for (size_t i = 0; i < record.values.size(); ++i) {
      if (!record.values[i]) continue;
      const bool one = relation.attributes[i].format == MdsFormat::kUint32;
      Require(!one || record.values[i]->numbers.size() == 1);
    }
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckXml(bytes);
  CheckList(bytes);
  CheckInfo(bytes);
  return 0;
}
